/**
 * The heads map epoch by epoch: what it said between two visits of a client (docs/spec/heads-map.md, 13 to 19).
 *
 * An epoch is ten minutes of the log's own time. The first leaf of each is a `chain-heads` leaf with the map as it stood when
 * the epoch before ended; which leaf that is, nobody can choose: the leaf before it is of an earlier epoch. From one verified
 * leaf a client goes on from epoch to epoch, each time by the leaf before, so that none can be left out.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import type { LogVerifier, SignedCheckpoint } from "./checkpoint.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { EMPTY, readPath, rootOfPath } from "./heads-map.ts";
import type { MapPath } from "./heads-map.ts";
import { MAX_LEAF, parseLeaf } from "./leaf.ts";
import type { Leaf } from "./leaf.ts";
import { HASH_SIZE, leafHash, MAX_PROOF, verifyInclusion } from "./merkle.ts";
import { MAX_NOTE } from "./note.ts";
import { readHead } from "./statements.ts";
import type { HeadRef } from "./statements.ts";

export const EPOCH_MS = 10 * 60 * 1000;
/** One day of epochs in an answer. */
export const MOST_EPOCHS = 144;

/** The number of the epoch of an instant of the log. */
export function epochOf(tsMs: number): number {
  return Math.floor(tsMs / EPOCH_MS);
}

/** A verified leaf up to which the epochs are checked: its index in its log, and its epoch. */
export interface Seen {
  readonly index: number;
  readonly epoch: number;
}

/** What the map said of a chain at the start of an epoch; undefined where it held no such chain. */
export interface ShownHead {
  readonly head: HeadRef | undefined;
  readonly timeMs: number;
}

/** A leaf with its inclusion hashes under the checkpoint of the whole answer. */
interface LoggedLeaf {
  readonly leaf: Bytes;
  readonly hashes: readonly Bytes[];
}

/** How an epoch began, as served: its first leaf at `index`, the leaf before it, and the path of one chain. */
export interface MapEpoch {
  readonly index: number;
  readonly before: LoggedLeaf;
  readonly first: LoggedLeaf;
  readonly head: HeadRef | undefined;
  readonly path: MapPath;
}

/** Epochs one after the other, at most `MOST_EPOCHS`, under one checkpoint; unverified until `verifyEpochs`. */
export interface MapEpochs {
  readonly epochs: readonly MapEpoch[];
  readonly checkpoint: string;
}

/** What each epoch began with, up to where that was checked, and the checkpoint that shows it. */
export interface VerifiedEpochs {
  readonly shown: readonly ShownHead[];
  readonly seen: Seen;
  readonly checkpoint: SignedCheckpoint;
}

/** Read the wire form; nothing is verified. */
export function readEpochs(value: JsonObject): MapEpochs {
  const fields = new Fields(value, "map epochs");
  const epochs = fields.objects("epochs", MOST_EPOCHS).map((one) => readEpoch(one));
  const answer = { epochs, checkpoint: fields.text("checkpoint", MAX_NOTE) };
  fields.done();
  return answer;
}

function readEpoch(fields: Fields): MapEpoch {
  const epoch = {
    index: fields.integer("index", 1),
    before: readLogged(fields.nested("before")),
    first: readLogged(fields.nested("first")),
    head: fields.optional("head", (name) => readHead(fields.nested(name))),
    path: readPath(fields.nested("path")),
  };
  fields.done();
  return epoch;
}

function readLogged(fields: Fields): LoggedLeaf {
  const logged = { leaf: fields.data("leaf", undefined, MAX_LEAF), hashes: fields.datas("hashes", HASH_SIZE, MAX_PROOF) };
  fields.done();
  return logged;
}

/**
 * What each epoch after `seen` began with; throws `ProtocolError`. For who knows that epochs began since: an answer without
 * any leaves them out.
 */
export async function verifyEpochs(
  answer: MapEpochs,
  log: LogVerifier,
  label: string,
  chain: string,
  seen: Seen,
): Promise<VerifiedEpochs> {
  const checkpoint = await log.open(answer.checkpoint);
  if (answer.epochs.length === 0) throw new ProtocolError("wrong-sequence", "map epochs: all are left out");
  const shown: ShownHead[] = [];
  let upTo = seen;
  for (const epoch of answer.epochs) {
    const one = verifyEpoch(epoch, checkpoint, label, chain, upTo);
    shown.push(one);
    upTo = { index: epoch.index, epoch: epochOf(one.timeMs) };
  }
  return { shown, seen: upTo, checkpoint };
}

function verifyEpoch(epoch: MapEpoch, checkpoint: SignedCheckpoint, label: string, chain: string, seen: Seen): ShownHead {
  if (epoch.index <= seen.index) throw new ProtocolError("wrong-sequence", "map epochs: not in order");
  if (epochOf(verifyLogged(epoch.before, epoch.index - 1, checkpoint).tsMs) !== seen.epoch) {
    throw new ProtocolError("wrong-sequence", "map epochs: one is left out");
  }
  const first = verifyLogged(epoch.first, epoch.index, checkpoint);
  if (first.type !== "chain-heads") throw new ProtocolError("wrong-type", "first leaf of a map epoch");
  if (epochOf(first.tsMs) <= seen.epoch) {
    throw new ProtocolError("wrong-sequence", "map epochs: not the first leaf of one");
  }
  if (!same(rootOfPath(epoch.path, label, chain, epoch.head), first.body)) {
    throw new ProtocolError("bad-proof", "path of a head");
  }
  return { head: epoch.head, timeMs: first.tsMs };
}

function verifyLogged(logged: LoggedLeaf, index: number, checkpoint: SignedCheckpoint): Leaf {
  if (!verifyInclusion(index, checkpoint.size, leafHash(logged.leaf), logged.hashes, checkpoint.root)) {
    throw new ProtocolError("bad-proof", "leaf of a map epoch");
  }
  return parseLeaf(logged.leaf);
}

/**
 * Check that a chain only went forward from `held`, and through `links` (seq to hash) where its owner knows them.
 *
 * Throws `ProtocolError`: rolled-back (it vanished, or went back), forked (two hashes of one seq), wrong-author (a link that
 * its owner did not make).
 */
export function checkCourse(
  held: HeadRef | undefined,
  shown: readonly ShownHead[],
  links: ReadonlyMap<number, string> | undefined,
): void {
  let before = held;
  for (const { head, timeMs } of shown) {
    const what = `head in the map epoch that began at ${String(timeMs)}`;
    if (head === undefined) {
      if (before !== undefined) throw new ProtocolError("rolled-back", what);
      continue;
    }
    const made = links?.get(head.seq);
    if (links !== undefined && made === undefined) throw new ProtocolError("wrong-author", what);
    if (made !== undefined && made !== head.hash) throw new ProtocolError("forked", what);
    if (before !== undefined && head.seq < before.seq) throw new ProtocolError("rolled-back", what);
    if (before?.seq === head.seq && before.hash !== head.hash) throw new ProtocolError("forked", what);
    before = head;
  }
}

/**
 * The index of the first leaf of a log that begins an epoch without saying what the map was, if any. Anybody who has the
 * leaves can ask: the first leaf of an epoch repeats the newest root before it.
 */
export function misplaced(leaves: readonly Leaf[]): number | undefined {
  let [root, epoch]: [Uint8Array, number | undefined] = [EMPTY, undefined];
  for (const [index, leaf] of leaves.entries()) {
    const begins = epoch !== undefined && epochOf(leaf.tsMs) !== epoch;
    const isMap = leaf.type === "chain-heads";
    if (begins && (!isMap || !same(leaf.body, root))) return index;
    if (isMap) root = leaf.body;
    epoch = epochOf(leaf.tsMs);
  }
  return undefined;
}
