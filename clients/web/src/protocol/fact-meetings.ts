/**
 * Case conferences and linked cases as signed facts (docs/spec/facts.md, docs/spec/conferences.md).
 *
 * Conference: a collective examination first fixes purpose, participants, prior information and a restricted list of entries
 * (R78). Linked cases: one case is continued by another and closes to writing; nothing is merged.
 */
import { choice, factShape, HASH, HASHES, integer, isSorted, MS, optional, orNone, refuse } from "./fact-codec.ts";

export const PURPOSES = ["care", "coordination", "mdph_evaluation", "eviction_prevention", "protection_measure"] as const;
/** How the person has a part in it; whatever is neither of the first two has its reason in the words of the announcement. */
export const PERSON_PARTS = ["takes_part", "represented", "declined", "unable", "other"] as const;
export const LINK_ROLES = ["continues", "closed"] as const;
export const LINK_MEANS = ["oral", "paper", "electronic", "falc"] as const;
export const LONGEST_MS = 24 * 3_600_000;
export const MOST_OUTSIDE = 64;

/**
 * The conditions of a case conference, fixed before it starts.
 *
 * `announcement` is the entry that holds the words: place, purpose, agenda, who comes without an account. `outside` counts
 * those. `participants` are participations, `entries` the only ones that may be opened for it, `notice` the fact that says
 * what the person was told.
 */
export interface Conference {
  readonly type: "conference";
  readonly announcement: string;
  readonly purpose: (typeof PURPOSES)[number];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly participants: readonly string[];
  readonly person: (typeof PERSON_PARTS)[number];
  readonly notice: string;
  readonly entries: readonly string[];
  readonly outside?: number;
}

/** A conference that does not take place, or ends early: what was opened for it closes. */
export interface ConferenceEnd {
  readonly type: "conference-end";
  readonly conference: string;
  readonly atMs: number;
}

/**
 * One side of two cases brought together: this case `continues` the other, or is `closed` and continued by it.
 *
 * The closing side names the hash of the other side's fact; the person was told at `toldMs` by `means`.
 */
export interface CaseLink {
  readonly type: "case-link";
  readonly other: string;
  readonly role: (typeof LINK_ROLES)[number];
  readonly toldMs: number;
  readonly means: (typeof LINK_MEANS)[number];
  readonly counterpart?: string;
}

/** The link was a mistake: the case opens to writing again. */
export interface CaseLinkEnd {
  readonly type: "case-link-end";
  readonly link: string;
  readonly atMs: number;
}

function checkConference(fact: Conference): void {
  const lasts = fact.untilMs - fact.fromMs;
  if (lasts <= 0 || lasts > LONGEST_MS) throw refuse("conference: lasts at most a day");
  if (!isSorted(fact.participants)) throw refuse("conference: participants out of order or twice");
  if (!isSorted(fact.entries)) throw refuse("conference: entries out of order or twice");
}

function checkLink(fact: CaseLink): void {
  if ((fact.counterpart !== undefined) !== (fact.role === "closed")) {
    throw refuse("case-link: the side that closes names the other side's fact, and no other does");
  }
}

export const CONFERENCE = factShape<Conference>(
  "conference",
  {
    announcement: HASH,
    purpose: choice(PURPOSES),
    fromMs: MS,
    untilMs: MS,
    participants: HASHES,
    person: choice(PERSON_PARTS),
    notice: HASH,
    entries: orNone(HASHES),
    outside: optional(integer(1, MOST_OUTSIDE)),
  },
  { check: checkConference },
);
export const CONFERENCE_END = factShape<ConferenceEnd>("conference-end", { conference: HASH, atMs: MS });
export const CASE_LINK = factShape<CaseLink>(
  "case-link",
  { other: HASH, role: choice(LINK_ROLES), toldMs: MS, means: choice(LINK_MEANS), counterpart: optional(HASH) },
  { check: checkLink },
);
export const CASE_LINK_END = factShape<CaseLinkEnd>("case-link-end", { link: HASH, atMs: MS });
