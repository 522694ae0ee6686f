/**
 * The public leaves of the log in use: where an instant stands among them, and the whole tree rebuilt. No record of anybody is
 * asked for, so nothing is logged.
 *
 * Times of leaves never go back. So an instant is found by halving, and what was found is proved: the leaf before it and the leaf
 * at it are shown to stand in the signed tree, with times on either side. A hub cannot hide acts by naming another place.
 */
import { same } from "../protocol/bytes.ts";
import type { SignedCheckpoint } from "../protocol/checkpoint.ts";
import { fromBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { MAX_LEAF, parseLeaf } from "../protocol/leaf.ts";
import type { Leaf, LeafType } from "../protocol/leaf.ts";
import { CompactRange, HASH_SIZE, leafHash, MAX_PROOF, verifyInclusion } from "../protocol/merkle.ts";
import type { Hub } from "./hub.ts";

/** The most leaves of one answer. */
export const LEAVES = 1024;

/** A log rebuilt from its leaves: how many of each public type. */
export interface Rebuilt {
  readonly checkpoint: SignedCheckpoint;
  readonly types: ReadonlyMap<LeafType, number>;
}

export class LogLeaves {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** The hub's newest checkpoint, once it extends everything that this browser ever saw. */
  async newest(): Promise<SignedCheckpoint> {
    const checkpoint = await this.#hub.accept(await this.#hub.transport.getText("/v1/log/checkpoint"));
    await this.#hub.save();
    return checkpoint;
  }

  /** The position of the first leaf at an instant or after it, up to the size of the tree; proved in that tree. */
  async firstAt(atMs: number, checkpoint: SignedCheckpoint): Promise<number> {
    let [low, high] = [0, checkpoint.size];
    while (high - low > LEAVES) {
      const middle = Math.floor((low + high) / 2);
      const [leaf] = await this.read(middle, middle + 1);
      if (leaf === undefined || parseLeaf(leaf).tsMs < atMs) low = middle + 1;
      else high = middle;
    }
    const rest = low < high ? await this.read(low, high) : [];
    const later = rest.findIndex((leaf) => parseLeaf(leaf).tsMs >= atMs);
    const found = later < 0 ? high : low + later;
    if (found > 0) await this.#prove(found - 1, checkpoint, (leaf) => leaf.tsMs < atMs);
    if (found < checkpoint.size) await this.#prove(found, checkpoint, (leaf) => leaf.tsMs >= atMs);
    return found;
  }

  /** The hashes that lead from a leaf to the root of a tree; not verified here. */
  async inclusion(index: number, size: number): Promise<readonly Uint8Array<ArrayBuffer>[]> {
    const answer = await this.#hub.transport.get("/v1/log/proof", { index, size });
    return new Fields(answer, "proof").datas("hashes", HASH_SIZE, MAX_PROOF);
  }

  /**
   * Read every leaf of the tree that a checkpoint signs and rebuild its root; `told` hears how many were read. One page is held at
   * a time. Throws bad-proof, or time-backwards where an hour was changed.
   */
  async rebuild(checkpoint: SignedCheckpoint, told: (read: number) => void): Promise<Rebuilt> {
    const [tree, types] = [new CompactRange(), new Map<LeafType, number>()];
    let beforeMs = 0;
    while (tree.size < checkpoint.size) {
      for (const leaf of await this.read(tree.size, Math.min(tree.size + LEAVES, checkpoint.size))) {
        const { type, tsMs } = parseLeaf(leaf);
        if (tsMs < beforeMs) throw new ProtocolError("time-backwards", "leaves of the log");
        beforeMs = tsMs;
        types.set(type, (types.get(type) ?? 0) + 1);
        tree.append(leafHash(leaf));
      }
      told(tree.size);
    }
    if (!same(tree.root(), checkpoint.root)) throw new ProtocolError("bad-proof", "root over the leaves of the log");
    return { checkpoint, types };
  }

  /** Leaves `from` to `to`, the end excluded, as served: all of them, or missing-field. */
  async read(from: number, to: number): Promise<readonly Uint8Array[]> {
    const found: Uint8Array[] = [];
    while (found.length < to - from) {
      const asked = { from: from + found.length, to };
      const answer = new Fields(await this.#hub.transport.get("/v1/log/leaves", asked), "leaves");
      const page = answer.items("leaves", to - asked.from).map((item) => {
        if (typeof item !== "string" || item.length > 2 * MAX_LEAF) throw answer.refuse("leaves");
        return fromBase64url(item);
      });
      if (page.length === 0) throw new ProtocolError("missing-field", `leaves ${asked.from} to ${to} of the log`);
      found.push(...page);
    }
    return found;
  }

  async #prove(index: number, checkpoint: SignedCheckpoint, isRight: (leaf: Leaf) => boolean): Promise<void> {
    const [leaf] = await this.read(index, index + 1);
    const hashes = await this.inclusion(index, checkpoint.size);
    const holds =
      leaf !== undefined &&
      verifyInclusion(index, checkpoint.size, leafHash(leaf), hashes, checkpoint.root) &&
      isRight(parseLeaf(leaf));
    if (!holds) throw new ProtocolError("bad-proof", "dates of the log");
  }
}
