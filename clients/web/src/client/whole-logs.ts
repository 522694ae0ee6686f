/** Every leaf of every log of a hub, each log under the checkpoint that it was verified with: all of them, or nothing. */
import { same } from "../protocol/bytes.ts";
import type { SignedCheckpoint } from "../protocol/checkpoint.ts";
import { fromBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { MAX_LEAF, parseLeaf } from "../protocol/leaf.ts";
import type { Leaf } from "../protocol/leaf.ts";
import { CompactRange, leafHash } from "../protocol/merkle.ts";
import type { Hub } from "./hub.ts";

const LEAVES = 1024;

export class WholeLogs {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Position to leaf. Throws missing-field or bad-proof when they are not those that the checkpoints sign. */
  async whole(): Promise<ReadonlyMap<number, Leaf>> {
    const { trust } = this.#hub;
    const found = new Map<number, Leaf>();
    for (const [at, log] of trust.log.earlier.entries()) {
      const ended = trust.bundle.previousLogs[at];
      if (ended === undefined) throw new ProtocolError("missing-field", "log that ended");
      await this.#read(log.base, await log.open(ended.checkpoint), { log: at + 1 }, found);
    }
    const newest = trust.newest();
    if (newest !== undefined) await this.#read(trust.log.base, newest, {}, found);
    return found;
  }

  async #read(
    base: number,
    { size, root }: SignedCheckpoint,
    which: Readonly<Record<string, number>>,
    found: Map<number, Leaf>,
  ): Promise<void> {
    const tree = new CompactRange();
    while (tree.size < size) {
      const asked = { from: tree.size, to: Math.min(tree.size + LEAVES, size), ...which };
      const answer = new Fields(await this.#hub.transport.get("/v1/log/leaves", asked), "leaves");
      const page = answer.items("leaves", LEAVES);
      if (page.length === 0) throw new ProtocolError("missing-field", `leaves ${asked.from} to ${asked.to} of the log`);
      for (const item of page) {
        if (typeof item !== "string" || item.length > 2 * MAX_LEAF) throw answer.refuse("leaves");
        const leaf = fromBase64url(item);
        found.set(base + tree.size, parseLeaf(leaf));
        tree.append(leafHash(leaf));
      }
    }
    if (tree.size !== size || !same(tree.root(), root)) throw new ProtocolError("bad-proof", "leaves of the log");
  }
}
