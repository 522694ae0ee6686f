/**
 * The proof of one entry of the log, verified here step by step, so that a screen shows each of them (docs/spec/log.md):
 *
 *     content      what is shown is what the leaf committed to
 *     signature    the log of the trust bundle signed the tree
 *     inclusion    the leaf stands at its number in that tree
 *     consistency  that tree extends every tree that this browser has seen
 *     witnesses    enough witnesses of the trust bundle signed the same log
 *
 * The first step that fails ends it: what comes after would rest on it. Without a quorum in the bundle, or before witnesses have
 * signed a tree that holds the leaf, the last step is `absent`, never `verified`.
 */
import { same } from "../protocol/bytes.ts";
import { encode } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { SignedCheckpoint } from "../protocol/checkpoint.ts";
import { toHex } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { identityCommitment, MAX_LEAF, pairCommitment, parseLeaf, viewCommitment } from "../protocol/leaf.ts";
import { leafHash, verifyInclusion } from "../protocol/merkle.ts";
import { proofToText } from "../protocol/proof.ts";
import type { TlogProof } from "../protocol/proof.ts";
import { readReceipt } from "../protocol/receipt.ts";
import type { Receipt } from "../protocol/receipt.ts";
import { readIdentity, readView } from "../protocol/log-payload.ts";
import { Contradicted } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { Logged } from "./log-cases.ts";
import { LogLeaves } from "./log-leaves.ts";
import { askWitnesses } from "./log-witnesses.ts";
import type { WitnessState } from "./log-witnesses.ts";

export const STEPS = ["content", "signature", "inclusion", "consistency", "witnesses"] as const;
export type StepName = (typeof STEPS)[number];
export type StepState = "verified" | "refused" | "absent" | "not-reached";

/** What was verified of one entry. `act` only once all that it rests on holds; `failure` is why a step was refused. */
export interface EntryProof {
  readonly index: number;
  readonly steps: Readonly<Record<StepName, StepState>>;
  readonly accepted: boolean;
  readonly failure?: unknown;
  readonly act?: Logged;
  /** In hex: hash of the leaf, hashes of the path, root of the tree. */
  readonly leaf?: string;
  readonly path?: readonly string[];
  readonly root?: string;
  readonly size?: number;
  /** The size of the tree that this browser held before. */
  readonly held?: number;
  readonly witnesses?: WitnessState;
  /** The proof as a file that anybody checks without the hub (C2SP tlog-proof). */
  readonly text?: string;
}

type Draft = { -readonly [Name in keyof EntryProof]: EntryProof[Name] } & { steps: Record<StepName, StepState> };

/** Verify a record as served; never throws for what a hub may serve, only for what cannot be asked (`Unreachable`, `Refused`). */
export async function checkEntry(record: JsonObject, index: number, hub: Hub, nowMs: number): Promise<EntryProof> {
  const draft: Draft = { index, steps: fresh(), accepted: false };
  let step: StepName = "content";
  const pass = (state: StepState, next: StepName): void => {
    draft.steps[step] = state;
    step = next;
  };
  try {
    const held = hub.trust.newest();
    if (held !== undefined) draft.held = held.size;
    const { receipt, proof, leaf } = await read(record, index, hub);
    const act = contentOf(receipt, leaf, record, index);
    draft.leaf = toHex(leafHash(leaf));
    draft.path = proof.hashes.map((hash) => toHex(hash));
    pass(receipt === undefined ? "absent" : "verified", "signature");
    const checkpoint = await hub.trust.log.open(proof.checkpoint);
    [draft.size, draft.root] = [checkpoint.size, toHex(checkpoint.root)];
    pass("verified", "inclusion");
    checkPlace(proof, checkpoint, leaf);
    pass("verified", "consistency");
    await hub.accept(proof.checkpoint);
    pass("verified", "witnesses");
    draft.witnesses = await askWitnesses(hub, nowMs);
    const { quorum, met, size } = draft.witnesses;
    draft.steps.witnesses = quorum !== undefined && met && (size ?? 0) > index ? "verified" : "absent";
    draft.act = act;
    draft.text = proofToText({ ...proof, extra: leaf });
    draft.accepted = true;
  } catch (error) {
    if (!(error instanceof ProtocolError) && !(error instanceof Contradicted)) throw error;
    draft.steps[step] = "refused";
    draft.failure = error;
  }
  await hub.save();
  return draft;
}

function fresh(): Record<StepName, StepState> {
  return {
    content: "not-reached",
    signature: "not-reached",
    inclusion: "not-reached",
    consistency: "not-reached",
    witnesses: "not-reached",
  };
}

interface Read {
  readonly receipt: Receipt | undefined;
  readonly proof: TlogProof;
  readonly leaf: Uint8Array<ArrayBuffer>;
}

/** The receipt of a record, or of one whose content was erased the bare leaf, whose proof is asked for apart. */
async function read(record: JsonObject, index: number, hub: Hub): Promise<Read> {
  const fields = new Fields(record, "record");
  if (fields.integer("index") !== index) throw new ProtocolError("wrong-sequence", `record ${index}`);
  if (fields.has("receipt")) {
    const receipt = readReceipt(fields.raw("receipt"));
    if (receipt.proof.index !== index) throw new ProtocolError("wrong-sequence", `record ${index}`);
    return { receipt, proof: receipt.proof, leaf: receipt.leaf };
  }
  const leaf = fields.data("leaf", undefined, MAX_LEAF);
  const leaves = new LogLeaves(hub);
  const { note, size } = await leaves.newest();
  return { receipt: undefined, proof: { index, hashes: [...(await leaves.inclusion(index, size))], checkpoint: note }, leaf };
}

function contentOf(receipt: Receipt | undefined, data: Uint8Array, record: JsonObject, index: number): Logged {
  const leaf = parseLeaf(data);
  if (receipt === undefined) return { index, leaf, view: undefined, identity: undefined };
  const { view, identity } = receipt;
  const hidden = identity instanceof Uint8Array ? identity : identityCommitment(identity.opening, encode(identity.payload));
  if (!same(pairCommitment(viewCommitment(view.opening, encode(view.payload)), hidden), leaf.commit)) {
    throw new ProtocolError("bad-commitment", "receipt");
  }
  const fields = new Fields(record, "record");
  const fact = fields.optional("fact", (name) => fields.raw(name));
  const who = identity instanceof Uint8Array ? undefined : readIdentity(identity.payload);
  return { index, leaf, view: readView(view.payload), identity: who, fact };
}

function checkPlace(proof: TlogProof, { size, root }: SignedCheckpoint, leaf: Uint8Array): void {
  if (!verifyInclusion(proof.index, size, leafHash(leaf), proof.hashes, root)) {
    throw new ProtocolError("bad-proof", "inclusion of a leaf");
  }
}
