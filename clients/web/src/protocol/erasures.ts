/**
 * Which records lost their openings, and why: what `erase` leaves say in public (docs/spec/log.md, E1-E4).
 *
 *     reason 1..255       the one leaf at `index`
 *     reason 256 + type   every leaf of that public type below `index`: its retention is over
 *
 * So a record without content is told from one that is withheld: anybody can find the leaf that says so.
 */
import { ProtocolError } from "./errors.ts";
import { LEAF_CODES, parseErasure } from "./leaf.ts";
import type { Erasure, Leaf, LeafType } from "./leaf.ts";

const RETENTION = 256;

/** Why one record was erased. A code is assigned once and never reused. */
export const ERASURE_REASONS = {
  "taken-back": 1,
  "person-asked": 2,
  unlawful: 3,
  "wrong-person": 4,
  "court-order": 5,
} as const;
export type ErasureReason = keyof typeof ERASURE_REASONS;

/** By whose right: the author, the data protection officer, the supervisor, a court; the published policy. */
export const ERASURE_AUTHORITIES = {
  author: 1,
  "data-protection-officer": 2,
  supervisor: 3,
  court: 4,
  "retention-policy": 5,
} as const;
export type ErasureAuthority = keyof typeof ERASURE_AUTHORITIES;

/** The type whose retention this body ends; undefined when it is about one leaf. Throws wrong-type for no type. */
export function retainedType(erasure: Erasure): LeafType | undefined {
  if (erasure.reason < RETENTION) return undefined;
  const types = Object.keys(LEAF_CODES) as LeafType[];
  const type = types.find((known) => LEAF_CODES[known] === erasure.reason - RETENTION);
  if (type === undefined) throw new ProtocolError("wrong-type", "type of an erase leaf");
  return type;
}

/** Every leaf that the log itself says was erased. */
export class Tombstones {
  readonly #single: ReadonlySet<number>;
  readonly #below: ReadonlyMap<LeafType, number>;

  /** Read the `erase` leaves among those of a log, in any order. */
  constructor(leaves: Iterable<Pick<Leaf, "type" | "body">>) {
    const single = new Set<number>();
    const below = new Map<LeafType, number>();
    for (const leaf of leaves) {
      if (leaf.type !== "erase") continue;
      const erasure = parseErasure(leaf.body);
      const type = retainedType(erasure);
      if (type === undefined) single.add(erasure.index);
      else below.set(type, Math.max(below.get(type) ?? 0, erasure.index));
    }
    this.#single = single;
    this.#below = below;
  }

  /** Whether the log says that the content of the leaf at `index` was erased. */
  covers(index: number, type: LeafType): boolean {
    return this.#single.has(index) || index < (this.#below.get(type) ?? 0);
  }
}
