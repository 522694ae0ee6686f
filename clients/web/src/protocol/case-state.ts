/**
 * What a verified case chain says: facts, sections, readers, openings, voids (docs/spec/case-chains.md).
 *
 * States are immutable: `extendCase` returns the next one and shares whatever did not change, so a chain of n links costs n
 * small steps and a reader may keep any earlier state.
 */
import type { Bytes } from "./bytes.ts";
import type { Capacity } from "./capacities.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { EntryListHead } from "./entry-list.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import type { FactMade } from "./fact-entitlement.ts";
import type { OpeningLink } from "./opening-links.ts";
import type { VisibilityClass } from "./places.ts";
import type { HeadRef } from "./statements.ts";

/** What a reader was boxed of a section: the generation of their key, and the first step held of each epoch. */
export interface Holding {
  readonly generation: number;
  readonly slices: ReadonlyMap<number, number>;
}

/** Whether this reader can derive S(epoch, step). */
export function holdsStep(holding: Holding | undefined, epoch: number, step: number): boolean {
  const held = holding?.slices.get(epoch);
  return held !== undefined && held <= step;
}

/** The earliest (epoch, step) held. */
export function startOf(holding: Holding): { readonly epoch: number; readonly step: number } {
  const epoch = Math.min(...holding.slices.keys());
  return { epoch, step: holding.slices.get(epoch) ?? 0 };
}

/** The holding with more slices, boxed to `generation`. */
export function joined(holding: Holding, generation: number, slices: Iterable<readonly [number, number]>): Holding {
  const merged = new Map(holding.slices);
  for (const [epoch, step] of slices) merged.set(epoch, Math.min(step, merged.get(epoch) ?? step));
  return { generation, slices: merged };
}

/** The keys of one section. Epoch 0 = nobody has claimed it; `readers` are those boxed in the current epoch. */
export interface SectionState {
  readonly epoch: number;
  readonly step: number;
  /** By `stepName`. */
  readonly commitments: ReadonlyMap<string, Bytes>;
  /** By `stepName`: when each step began; what was sealed before is under an earlier one (P11: a newcomer reads from their start). */
  readonly startsMs: ReadonlyMap<string, number>;
  readonly epochStart: ReadonlyMap<number, EntryListHead>;
  readonly readers: ReadonlyMap<string, Holding>;
  /** Boxed in an earlier epoch and left behind since; kept, because a later grant may widen what they hold. */
  readonly former: ReadonlyMap<string, Holding>;
  readonly revoked: ReadonlySet<string>;
  readonly deferred: ReadonlyMap<string, string>;
  readonly tainted: ReadonlySet<number>;
  readonly orphaned: boolean;
  /** The newest position of the entry list that a link of this chain named; it never goes back. */
  readonly listed: EntryListHead | undefined;
}

/** The key of one step of one epoch in the maps of a section. */
export function stepName(epoch: number, step: number): string {
  return `${epoch}/${step}`;
}

export const UNCLAIMED: SectionState = {
  epoch: 0,
  step: 0,
  commitments: new Map(),
  startsMs: new Map(),
  epochStart: new Map(),
  readers: new Map(),
  former: new Map(),
  revoked: new Set(),
  deferred: new Map(),
  tainted: new Set(),
  orphaned: false,
  listed: undefined,
};

/** An opening that was validly made: by whom in which capacity, where, and the link that closed it. */
export interface OpeningState {
  readonly link: OpeningLink;
  readonly opener: string;
  readonly capacity: Capacity | undefined;
  readonly seq: number;
  readonly closedSeq?: number;
}

/** Whether a well-signed link confers what it says; `sections` are the void parts of a grant. */
export interface Verdict {
  /** Why the link is void, undefined for one that is valid. */
  readonly reason: Reason | undefined;
  readonly sections: ReadonlyMap<string, Reason>;
}

export const VALID: Verdict = { reason: undefined, sections: new Map() };

/** A link's hash, and what the chain said after it: facts, sections, the newest time of a valid link. */
export interface Position {
  readonly hash: string;
  readonly facts: CaseFacts;
  readonly sections: ReadonlyMap<string, SectionState>;
  readonly timeMs: number;
}

/** Every link so far; states of one chain share what they have in common. */
export class Positions {
  readonly length: number;
  readonly #shared: Position[];

  constructor(shared: Position[] = [], length = 0) {
    this.#shared = shared;
    this.length = length;
  }

  /** The positions with one more. */
  append(position: Position): Positions {
    // Somebody else went on from here already: another branch has a list of its own.
    const shared = this.#shared.length === this.length ? this.#shared : this.#shared.slice(0, this.length);
    shared.push(position);
    return new Positions(shared, this.length + 1);
  }

  /** A position; throws unknown-reference beyond the newest, forked for another history. */
  at(head: HeadRef): Position {
    const found = this.#get(head.seq);
    if (found === undefined) throw new ProtocolError("unknown-reference", `case chain at ${head.seq}`);
    if (found.hash !== head.hash) throw new ProtocolError("forked", `case chain at ${head.seq}`);
    return found;
  }

  /** Whether this link stands at this position. */
  holds(head: HeadRef): boolean {
    return this.#get(head.seq)?.hash === head.hash;
  }

  #get(seq: number): Position | undefined {
    return seq < this.length ? this.#shared[seq] : undefined;
  }
}

/** A verified chain of one visibility class of a case. */
export interface CaseChain {
  readonly hub: string;
  readonly case: string;
  readonly class: VisibilityClass;
  readonly chain: string;
  readonly creator: string;
  readonly head: HeadRef;
  readonly timeMs: number;
  readonly facts: CaseFacts;
  /** What the first link of the chain began with. */
  readonly first: Position;
  readonly positions: Positions;
  readonly sections: ReadonlyMap<string, SectionState>;
  readonly openings: ReadonlyMap<string, OpeningState>;
  readonly voids: ReadonlyMap<string, Reason>;
  /** The void sections of grants that are not void as a whole, by the hash of the grant. */
  readonly voidSections: ReadonlyMap<string, ReadonlyMap<string, Reason>>;
  /** The newest head of each user's chain that this chain has seen: an older one never counts again (protocol 3.4). */
  readonly userHeads: ReadonlyMap<string, number>;
  /** Facts whose body the caller did not have. What they say is unknown: nothing is widened on such a state. */
  readonly missing: ReadonlySet<string>;
  readonly mainHead: HeadRef | undefined;
  /** SHA-256 of the key of the log's tags, as the creator signed it: of `main` alone. */
  readonly logKeyHash: string | undefined;
  /** The valid facts of a hidden class, kept to be laid over whichever facts of `main` a link names. */
  readonly ownFacts: readonly FactMade[];
  readonly factLists: ReadonlyMap<string, ReadonlyMap<string, EntryListHead>>;
}

/** The state of a section; one that nobody claimed is at epoch 0. */
export function sectionOf(state: CaseChain, section: string): SectionState {
  return state.sections.get(section) ?? UNCLAIMED;
}

/** The state with these sections changed. */
export function withSections(state: CaseChain, changed: Iterable<readonly [string, SectionState]>): CaseChain {
  return { ...state, sections: new Map([...state.sections, ...changed]) };
}

/**
 * The instant at which a link that states `timeMs` is judged: never before the newest link, so that a member whose participation
 * ended cannot reach back to when it had not.
 */
export function instantOf(state: CaseChain, timeMs: number): number {
  return Math.max(timeMs, state.timeMs);
}
