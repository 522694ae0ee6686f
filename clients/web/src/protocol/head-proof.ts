/**
 * Proof of a chain's head: map path, inclusion of the `chain-heads` leaf, checkpoint (docs/spec/heads-map.md).
 *
 * A head is valid only with all three: a bare inclusion proof of a link shows neither that it is the only one nor that it is
 * the newest. The time of the proof is the time in its `chain-heads` leaf, not the age of the checkpoint alone: an old leaf is
 * also included under the newest checkpoint.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { LogVerifier, SignedCheckpoint } from "./checkpoint.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { readPath, rootOfPath } from "./heads-map.ts";
import type { MapPath } from "./heads-map.ts";
import { MAX_LEAF, parseLeaf } from "./leaf.ts";
import { MAX_PROOF_TEXT, parseProof, verifyProof } from "./proof.ts";
import type { TlogProof } from "./proof.ts";
import { readHead } from "./statements.ts";
import type { HeadRef } from "./statements.ts";

export const FRESH_MS = 10 * 60 * 1000;

/** A head as served, or undefined where the map holds none; unverified until `verifyHead`. */
export interface HeadProof {
  readonly head: HeadRef | undefined;
  readonly path: MapPath;
  readonly leaf: Bytes;
  readonly proof: TlogProof;
}

/** What a head proof shows: the head (undefined: no such chain), when by the server's clock, under which checkpoint. */
export interface VerifiedHead {
  readonly head: HeadRef | undefined;
  readonly timeMs: number;
  readonly checkpoint: SignedCheckpoint;
}

/** Read the wire form; nothing is verified. */
export function readHeadProof(fields: Fields): HeadProof {
  const proof = {
    head: fields.optional("head", (name) => readHead(fields.nested(name))),
    path: readPath(fields.nested("path")),
    leaf: fields.data("leaf", undefined, MAX_LEAF),
    proof: parseProof(fields.text("proof", MAX_PROOF_TEXT)),
  };
  fields.done();
  return proof;
}

/** Check path, leaf and log; throws `ProtocolError`. */
export async function verifyHead(proof: HeadProof, log: LogVerifier, label: string, chain: string): Promise<VerifiedHead> {
  const leaf = parseLeaf(proof.leaf);
  if (leaf.type !== "chain-heads") throw new ProtocolError("wrong-type", "leaf of a head proof");
  if (!same(rootOfPath(proof.path, label, chain, proof.head), leaf.body)) {
    throw new ProtocolError("bad-proof", "path of a head");
  }
  return { head: proof.head, timeMs: leaf.tsMs, checkpoint: await verifyProof(proof.proof, log, proof.leaf) };
}

/** Refuse (`stale`) a head whose leaf is more than `mostMs` older than the instant `atMs`. */
export function checkFresh(verified: VerifiedHead, atMs: number, mostMs: number = FRESH_MS): void {
  if (atMs - verified.timeMs > mostMs) throw new ProtocolError("stale", "head proof");
}
