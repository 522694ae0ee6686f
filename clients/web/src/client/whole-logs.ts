/** Every leaf of the log in use, under the checkpoint that this browser verified last: all of them, or nothing. */
import { same } from "../protocol/bytes.ts";
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

  /** Position to leaf. Throws missing-field or bad-proof when they are not those that the checkpoint signs. */
  async whole(): Promise<ReadonlyMap<number, Leaf>> {
    const newest = this.#hub.trust.newest();
    if (newest === undefined) return new Map();
    const [found, tree] = [new Map<number, Leaf>(), new CompactRange()];
    while (tree.size < newest.size) {
      const asked = { from: tree.size, to: Math.min(tree.size + LEAVES, newest.size) };
      const answer = new Fields(await this.#hub.transport.get("/v1/log/leaves", asked), "leaves");
      const page = answer.items("leaves", LEAVES);
      if (page.length === 0) throw new ProtocolError("missing-field", `leaves ${asked.from} to ${asked.to} of the log`);
      for (const item of page) {
        if (typeof item !== "string" || item.length > 2 * MAX_LEAF) throw answer.refuse("leaves");
        const leaf = fromBase64url(item);
        found.set(tree.size, parseLeaf(leaf));
        tree.append(leafHash(leaf));
      }
    }
    if (tree.size !== newest.size || !same(tree.root(), newest.root)) throw new ProtocolError("bad-proof", "leaves of the log");
    return found;
  }
}
