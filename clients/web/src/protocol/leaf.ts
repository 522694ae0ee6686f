/**
 * The leaf of the access log: bytes, commitment of two views, completeness tag (docs/spec/log.md).
 *
 * Nothing in a leaf names a person, a purpose or a basis: those stand in the committed payloads. Commitments hide because each
 * opening is 32 random bytes, kept in a side table so that it can be erased; the leaf then says nothing and every proof still
 * holds. The person receives the view and only the HMAC of the identity payload: they may check the leaf without learning the
 * reader's name (CJEU C-579/21).
 */
import { bigEndian, concat, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { MAX_INTEGER } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { hmacSha256 } from "./hashing.ts";

export const MAX_LEAF = 2048;
export const OPENING_SIZE = 32;
export const ZERO: Bytes = new Uint8Array(32);

const LABEL = utf8("volet-access/v1\n");
const HEAD_SIZE = 16 + 1 + 8 + 32 + 32 + 2;
const ERASE_SIZE = 12;
const VIEW = utf8("volet-access-commit/v1/view");
const IDENTITY = utf8("volet-access-commit/v1/identity");
const PAIR = utf8("volet-access-commit/v1/pair");
const TAG = utf8("volet-access-tag/v1");

/** What the log shows in public. A code is assigned once and never reused. */
export const LEAF_CODES = {
  act: 1,
  refusal: 2,
  fact: 3,
  key: 4,
  log: 5,
  erase: 6,
  "chain-heads": 7,
  restart: 8,
} as const;
export type LeafType = keyof typeof LEAF_CODES;

const LEAF_TYPES = Object.keys(LEAF_CODES) as LeafType[];
const BODY_SIZE: Readonly<Partial<Record<LeafType, number>>> = { erase: ERASE_SIZE, "chain-heads": 32, restart: 32 };

/**
 * One leaf. `tsMs` is the server's clock in milliseconds; `tag` is zero when the leaf belongs to no case. `chain-heads` (body:
 * root of the heads map) and `restart` (body: SHA-256 of the old origin's last checkpoint) carry neither tag nor commitment;
 * every other type carries a commitment.
 */
export interface Leaf {
  readonly type: LeafType;
  readonly tsMs: number;
  readonly tag: Bytes;
  readonly commit: Bytes;
  readonly body: Bytes;
}

/** Read a leaf; throws `ProtocolError` too-large, wrong-version, wrong-type or malformed. */
export function parseLeaf(data: Uint8Array): Leaf {
  if (data.length > MAX_LEAF) throw new ProtocolError("too-large", "leaf");
  if (data.length < HEAD_SIZE) throw new ProtocolError("malformed", "leaf: shorter than its head");
  const bytes = Uint8Array.from(data);
  const view = new DataView(bytes.buffer);
  if (!same(bytes.subarray(0, 16), LABEL)) throw new ProtocolError("wrong-version", "leaf: label");
  const code = view.getUint8(16);
  const type = LEAF_TYPES.find((known) => LEAF_CODES[known] === code);
  if (type === undefined) throw new ProtocolError("wrong-type", `leaf: type ${code}`);
  const body = bytes.slice(HEAD_SIZE);
  if (body.length !== view.getUint16(HEAD_SIZE - 2)) throw new ProtocolError("malformed", "leaf: length of the body");
  const tsMs = view.getBigUint64(17);
  if (tsMs > BigInt(MAX_INTEGER)) throw new ProtocolError("malformed", "leaf: time");
  const leaf = { type, tsMs: Number(tsMs), tag: bytes.slice(25, 57), commit: bytes.slice(57, 89), body };
  checkLeaf(leaf);
  return leaf;
}

/** The bytes that are hashed into the tree; throws `ProtocolError(malformed)` for a leaf that its type does not allow. */
export function leafToBytes(leaf: Leaf): Bytes {
  checkLeaf(leaf);
  const head = [LABEL, Uint8Array.of(LEAF_CODES[leaf.type]), bigEndian(leaf.tsMs, 8), leaf.tag, leaf.commit];
  return concat(...head, bigEndian(leaf.body.length, 2), leaf.body);
}

function checkLeaf(leaf: Leaf): void {
  const bare = leaf.type === "chain-heads" || leaf.type === "restart";
  if (!isTime(leaf.tsMs) || leaf.tag.length !== ZERO.length || leaf.commit.length !== ZERO.length) {
    throw new ProtocolError("malformed", "leaf: time, tag or commitment");
  }
  if (leaf.body.length !== (BODY_SIZE[leaf.type] ?? 0)) {
    throw new ProtocolError("malformed", `leaf: body of type ${leaf.type}`);
  }
  if (same(leaf.commit, ZERO) !== bare || (bare && !same(leaf.tag, ZERO))) {
    throw new ProtocolError("malformed", `leaf: tag or commitment of type ${leaf.type}`);
  }
}

function isTime(tsMs: number): boolean {
  return Number.isSafeInteger(tsMs) && tsMs >= 0;
}

/** The public body of an `erase` leaf: which leaf lost its openings, and two codes for why and by whose right. */
export interface Erasure {
  readonly index: number;
  readonly reason: number;
  readonly authority: number;
}

/** Read the body of an `erase` leaf: u64 index, u16 reason, u16 authority. */
export function parseErasure(data: Uint8Array): Erasure {
  if (data.length !== ERASE_SIZE) throw new ProtocolError("malformed", "body of an erase leaf");
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const index = view.getBigUint64(0);
  if (index > BigInt(MAX_INTEGER)) throw new ProtocolError("too-large", "index of an erase leaf");
  return { index: Number(index), reason: view.getUint16(8), authority: view.getUint16(10) };
}

/** Commit to what the person may see. */
export function viewCommitment(opening: Uint8Array, payload: Uint8Array): Bytes {
  return commit(VIEW, opening, payload);
}

/** Commit to who acted: account, device, signed request, facts, policy, rule. */
export function identityCommitment(opening: Uint8Array, payload: Uint8Array): Bytes {
  return commit(IDENTITY, opening, payload);
}

/** The leaf's commitment from the two HMACs. */
export function pairCommitment(view: Uint8Array, identity: Uint8Array): Bytes {
  if (view.length !== ZERO.length || identity.length !== ZERO.length) {
    throw new ProtocolError("bad-commitment", "commitment of one view");
  }
  return hmacSha256(PAIR, view, identity);
}

/** Completeness tag number `caseSeq` (0, 1, 2... without gap) of a case and class. */
export function tag(caseLogKey: Uint8Array, caseSeq: number): Bytes {
  if (caseLogKey.length !== ZERO.length || !Number.isSafeInteger(caseSeq) || caseSeq < 0) {
    throw new ProtocolError("wrong-tag", "log key or number of a tag");
  }
  return hmacSha256(caseLogKey, TAG, bigEndian(caseSeq, 8));
}

function commit(label: Uint8Array, opening: Uint8Array, payload: Uint8Array): Bytes {
  if (opening.length !== OPENING_SIZE) throw new ProtocolError("bad-commitment", "opening of 32 bytes");
  return hmacSha256(label, opening, payload);
}
