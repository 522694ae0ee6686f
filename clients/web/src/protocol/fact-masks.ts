/** The end of a mask, said by the author of the entry (docs/spec/facts.md, rule 19; CSP L1111-7, R65b). */
import { factShape, HASH, MS } from "./fact-codec.ts";

/**
 * The result was announced: the entry is no longer held back from the person.
 *
 * Entries are not in the chain: whoever decides counts it only where its author wrote the entry.
 */
export interface MaskEnd {
  readonly type: "mask-end";
  readonly entry: string;
  readonly atMs: number;
}

export const MASK_END = factShape<MaskEnd>("mask-end", { entry: HASH, atMs: MS });
