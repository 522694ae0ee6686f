/**
 * The receipt of an act: its leaf, its place in the log, and what its commitment hides (docs/spec/log.md).
 *
 * Whoever acted, and an auditor, receive both payloads; the person receives the view and the HMAC of the identity payload. A
 * receipt verifies for ever, also after its openings were erased from the hub.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import type { LogVerifier, SignedCheckpoint } from "./checkpoint.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { identityCommitment, MAX_LEAF, OPENING_SIZE, pairCommitment, parseLeaf, viewCommitment, ZERO } from "./leaf.ts";
import type { Leaf } from "./leaf.ts";
import type { LogView } from "./log-view.ts";
import { HASH_SIZE, MAX_PROOF } from "./merkle.ts";
import { MAX_PROOF_TEXT, parseProof, proofToText, verifyProof } from "./proof.ts";
import type { TlogProof } from "./proof.ts";

/** A committed payload and the 32 random bytes that open it. */
export interface CommitmentOpening {
  readonly payload: JsonObject;
  readonly opening: Bytes;
}

/**
 * What a receipt proves: this leaf stands at `index`; `view` and `identity` are what it committed to. `index` is a position: of
 * the hub's first log the index itself (docs/spec/log.md, N1).
 */
export interface VerifiedReceipt {
  readonly leaf: Leaf;
  readonly index: number;
  readonly checkpoint: SignedCheckpoint;
  readonly view: JsonObject;
  readonly identity: JsonObject | undefined;
}

/**
 * A receipt as received. `identity` is an opening, or only the HMAC of the identity payload. `consistency` leads from the
 * checkpoint that the request named to the one in the proof.
 */
export interface Receipt {
  readonly leaf: Bytes;
  readonly proof: TlogProof;
  readonly view: CommitmentOpening;
  readonly identity: CommitmentOpening | Bytes;
  readonly consistency: readonly Bytes[];
}

/** Read the wire form: exactly one of `identity` and `identity_hash`; nothing is verified. */
export function readReceipt(value: JsonObject): Receipt {
  const fields = new Fields(value, "receipt");
  const identity = fields.has("identity") ? readOpening(fields.nested("identity")) : fields.data("identity_hash", ZERO.length);
  const receipt = {
    leaf: fields.data("leaf", undefined, MAX_LEAF),
    proof: parseProof(fields.text("proof", MAX_PROOF_TEXT)),
    view: readOpening(fields.nested("view")),
    identity,
    consistency: fields.datas("consistency", HASH_SIZE, MAX_PROOF + 1),
  };
  fields.done();
  return receipt;
}

function readOpening(fields: Fields): CommitmentOpening {
  const opening = { payload: fields.raw("payload"), opening: fields.data("opening", OPENING_SIZE) };
  fields.done();
  return opening;
}

export function receiptToJson(receipt: Receipt): JsonObject {
  const { identity } = receipt;
  return {
    leaf: toBase64url(receipt.leaf),
    proof: proofToText(receipt.proof),
    view: openingToJson(receipt.view),
    consistency: receipt.consistency.map((hash) => toBase64url(hash)),
    ...(isHidden(identity) ? { identity_hash: toBase64url(identity) } : { identity: openingToJson(identity) }),
  };
}

function openingToJson(opening: CommitmentOpening): JsonObject {
  return { payload: opening.payload, opening: toBase64url(opening.opening) };
}

function isHidden(identity: CommitmentOpening | Bytes): identity is Bytes {
  return identity instanceof Uint8Array;
}

function hidden(identity: CommitmentOpening | Bytes): Bytes {
  return isHidden(identity) ? identity : identityCommitment(identity.opening, encode(identity.payload));
}

/**
 * Check leaf, commitment, inclusion and the log's signature; throws `ProtocolError`. A receipt of a log that ended is verified
 * under the keys of that log.
 */
export async function verifyReceipt(receipt: Receipt, log: LogVerifier): Promise<VerifiedReceipt> {
  const leaf = parseLeaf(receipt.leaf);
  const view = viewCommitment(receipt.view.opening, encode(receipt.view.payload));
  if (!same(pairCommitment(view, hidden(receipt.identity)), leaf.commit)) {
    throw new ProtocolError("bad-commitment", "receipt");
  }
  const own = log.of(receipt.proof.checkpoint);
  return {
    leaf,
    index: own.base + receipt.proof.index,
    checkpoint: await verifyProof(receipt.proof, own, receipt.leaf),
    view: receipt.view.payload,
    identity: isHidden(receipt.identity) ? undefined : receipt.identity.payload,
  };
}

/**
 * Verify, and let the client's own state judge the checkpoint: it must extend what the client has seen. `consistency` replaces
 * the receipt's own proof when the client's state has moved since its request.
 */
export async function acceptReceipt(
  receipt: Receipt,
  state: LogView,
  origin: string,
  consistency: readonly Uint8Array[] = receipt.consistency,
): Promise<VerifiedReceipt> {
  const verified = await verifyReceipt(receipt, state.verifier(origin));
  state.accept(verified.checkpoint, consistency);
  return verified;
}

/** The receipt as the person receives it: without the identity payload. */
export function receiptForPerson(receipt: Receipt): Receipt {
  return { ...receipt, identity: hidden(receipt.identity) };
}
