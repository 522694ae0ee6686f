/**
 * The links of a user chain: reading (docs/spec/users.md). What they do is judged in `user-chain`.
 *
 * `boxes` names, for each device id or `recovery`, the SHA-256 of a box of the user seed; boxes travel beside the link. They
 * are bound to SHA-256(canonical(body without `boxes` and `consent`)), see `keyContext`.
 */
import { concat, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { isHash, toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { LABEL, labelledHash, sha256, sha256Hex } from "./hashing.ts";
import { BOX_PUBLIC_SIZE, checkBoxPublicKey, checkPublicKey, SEED_SIZE, SIGNATURE_SIZE } from "./keys.ts";
import { readPreamble, readType } from "./statements.ts";
import type { HeadRef, Preamble, UnverifiedStatement } from "./statements.ts";

export const RECOVERY = "recovery";
export const USER_SALT_SIZE = 16;
export const SEALED_SEED_SIZE = 48;
export const MAX_DEVICES = 64;
/** The types of the links after the first. */
export const USER_LINK_TYPES = [
  "device-add",
  "device-revoke",
  "user-key",
  "recovery-set",
  "recovery-replace",
  "recovery-veto",
  "recover",
  "chain-close",
] as const;
export type UserLinkType = (typeof USER_LINK_TYPES)[number];

/** Whether a statement of this type is judged in a user chain, and nowhere else. */
export function isUserLink(type: string): boolean {
  return type === "user-create" || USER_LINK_TYPES.some((known) => known === type);
}

/** The public half of a device or of a recovery slot: Ed25519 and X-Wing. */
export interface PublicKeys {
  readonly sign: Bytes;
  readonly box: Bytes;
}

/** The device id: hash of both keys. A recovery slot has one too, as author of what it signs. */
export function deviceId(keys: PublicKeys): string {
  return toHex(labelledHash("device", keys.sign, keys.box));
}

/** Read the wire form; refuse bad keys. */
export function readPublicKeys(fields: Fields): PublicKeys {
  const keys = { sign: fields.data("sign", SEED_SIZE), box: fields.data("box", BOX_PUBLIC_SIZE) };
  fields.done();
  checkPublicKey(keys.sign);
  checkBoxPublicKey(keys.box);
  return keys;
}

export function publicKeysToJson(keys: PublicKeys): JsonObject {
  return { sign: toBase64url(keys.sign), box: toBase64url(keys.box) };
}

/** Hashes of boxes, by device id or `recovery`. */
export type BoxHashes = ReadonlyMap<string, string>;

/** A generation of the user key: its public key, the previous seed sealed under it, hashes of the boxes. */
export interface Generation {
  readonly number: number;
  readonly userBox: Bytes;
  readonly sealed: Bytes | undefined;
  readonly boxes: BoxHashes;
}

/** The first link: its hash is the user id. */
export interface UserCreate {
  readonly hub: string;
  readonly timeMs: number;
  readonly device: PublicKeys;
  readonly recovery: PublicKeys;
  readonly generation: Generation;
}

/** What a link after the first does. */
export type UserAct =
  /** A further device, boxed the current user seed. */
  | { readonly type: "device-add"; readonly device: PublicKeys; readonly boxes: BoxHashes }
  /** A device leaves; the next generation comes in the same link, unless the link crosses another revocation. */
  | { readonly type: "device-revoke"; readonly target: string; readonly generation: Generation | undefined }
  /** The next generation, for no other reason. */
  | { readonly type: "user-key"; readonly generation: Generation }
  /** Another recovery key, with the consent of the old one: in force at once. */
  | {
      readonly type: "recovery-set";
      readonly recovery: PublicKeys;
      readonly generation: Generation;
      readonly consent: Bytes;
      readonly consentBytes: Bytes;
    }
  /** Another recovery key without the old one: in force after 72 hours without veto. */
  | { readonly type: "recovery-replace"; readonly recovery: PublicKeys }
  /** Any device stops a pending replacement, named by its hash. */
  | { readonly type: "recovery-veto"; readonly replace: string }
  /** Signed by the recovery key: links disowned, devices kept, one new device, a new slot, a new generation. */
  | {
      readonly type: "recover";
      readonly notMine: readonly string[];
      readonly keep: readonly string[];
      readonly device: PublicKeys;
      readonly recovery: PublicKeys;
      readonly generation: Generation;
    }
  /** The chain ends: by a device or by the recovery key. */
  | { readonly type: "chain-close" };

/** The act of one type. */
export type UserActOf<T extends UserLinkType> = Extract<UserAct, { type: T }>;

/** A link after the first: who, where, what. `position` is (seq, hash of the previous link). */
export interface UserLink {
  readonly preamble: Preamble;
  readonly position: HeadRef;
  readonly act: UserAct;
}

/** Read a `user-create` link. */
export function readUserCreate(statement: UnverifiedStatement): UserCreate {
  const fields = statement.fields();
  readType(fields, "user-create");
  fields.data("salt", USER_SALT_SIZE);
  const create = {
    hub: fields.label("hub"),
    timeMs: fields.integer("time_ms"),
    device: readPublicKeys(fields.nested("device")),
    recovery: readPublicKeys(fields.nested(RECOVERY)),
    generation: readGeneration(fields, false),
  };
  fields.done();
  return create;
}

/** Read a link after the first. */
export function readUserLink(statement: UnverifiedStatement): UserLink {
  const type = USER_LINK_TYPES.find((known) => known === statement.type);
  if (type === undefined) throw new ProtocolError("wrong-type", `${statement.type} in a user chain`);
  const fields = statement.fields();
  const preamble = readPreamble(fields, type);
  const position = { seq: fields.integer("seq", 1), hash: fields.hash("prev") };
  const act = readAct(fields, type, statement);
  fields.done();
  return { preamble, position, act };
}

function readAct(fields: Fields, type: UserLinkType, statement: UnverifiedStatement): UserAct {
  const keys = (name: string): PublicKeys => readPublicKeys(fields.nested(name));
  switch (type) {
    case "device-add":
      return { type, device: keys("device"), boxes: readBoxHashes(fields) };
    case "device-revoke":
      return {
        type,
        target: fields.hash("target"),
        generation: fields.has("generation") ? readGeneration(fields, true) : undefined,
      };
    case "user-key":
      return { type, generation: readGeneration(fields, true) };
    case "recovery-set":
      return {
        type,
        recovery: keys(RECOVERY),
        generation: readGeneration(fields, true),
        consent: fields.data("consent", SIGNATURE_SIZE),
        consentBytes: consentBytes(statement.body),
      };
    case "recovery-replace":
      return { type, recovery: keys(RECOVERY) };
    case "recovery-veto":
      return { type, replace: fields.hash("replace") };
    case "recover":
      return {
        type,
        notMine: fields.hashes("not_mine"),
        keep: fields.hashes("keep", MAX_DEVICES),
        device: keys("device"),
        recovery: keys(RECOVERY),
        // A slot that a thief's generation left out cannot open the previous seed.
        generation: readGeneration(fields, fields.has("sealed")),
      };
    case "chain-close":
      return { type };
  }
}

function readGeneration(fields: Fields, sealed: boolean): Generation {
  const generation = {
    number: fields.integer("generation", 1),
    userBox: fields.data("user_box", BOX_PUBLIC_SIZE),
    sealed: sealed ? fields.data("sealed", SEALED_SEED_SIZE) : undefined,
    boxes: readBoxHashes(fields),
  };
  checkBoxPublicKey(generation.userBox);
  return generation;
}

function readBoxHashes(fields: Fields): BoxHashes {
  const boxes = new Map<string, string>();
  for (const item of fields.objects("boxes", MAX_DEVICES + 1)) {
    const to = item.text("to", 64);
    if (boxes.has(to) || (to !== RECOVERY && !isHash(to))) throw item.refuse("to");
    boxes.set(to, item.hash("hash"));
    item.done();
  }
  return boxes;
}

function without(body: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

/** The 32 bytes that bind the boxes of a link to it: its body without `boxes` and `consent`. */
export function keyContext(body: JsonObject): Bytes {
  return sha256(encode(without(body, "boxes", "consent")));
}

/** What the old recovery key signs in a `recovery-set`: its body without `consent`. */
export function consentBytes(body: JsonObject): Bytes {
  return concat(utf8(`${LABEL}recovery-consent\n`), encode(without(body, "consent")));
}

/** Boxes by device id or `recovery`. */
export type UserBoxes = ReadonlyMap<string, Uint8Array>;

/** The body with the hashes of these boxes. */
export function withBoxes(body: JsonObject, boxes: UserBoxes): JsonObject {
  const hashes = [...boxes].map(([to, box]) => ({ to, hash: sha256Hex(box) }));
  return { ...body, boxes: hashes.sort((left, right) => (left.to < right.to ? -1 : 1)) };
}

/** Refuse a box served beside a link that does not name its hash: wrong-hash. A reader may get only some. */
export function checkServedBoxes(statement: UnverifiedStatement, boxes: UserBoxes): void {
  const named: BoxHashes = statement.body["boxes"] === undefined ? new Map() : readBoxHashes(statement.fields());
  for (const [to, box] of boxes) {
    if (named.get(to) !== sha256Hex(box)) throw new ProtocolError("wrong-hash", `box of a ${statement.type}`);
  }
}
