/** What is asked of the policy, and what it answers (rules.md sections 0 and 2; docs/spec/policy-table.md). */
import type { Capacity } from "./capacities.ts";
import type { GivenBy } from "./fact-codec.ts";
import type { Asked } from "./fact-folds.ts";
import type { Information, Recipients, To } from "./fact-notices.ts";
import type { Effect } from "./policy-table.ts";

/**
 * What a decision needs to know of an entry: never its content.
 *
 * `authorCategory` undefined = written by the person or a representative: it crosses no category. `named` holds the users it
 * was sent or opened to. `passages` = it holds a passage about a third party, stored apart. `maskUntilMs` = when its mask ends
 * by itself, where its author said so.
 */
export interface EntryMeta {
  readonly id: string;
  readonly author: string;
  readonly authorCategory: number | undefined;
  readonly writtenMs: number;
  readonly compartment: string;
  readonly level: number;
  readonly masks: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
  readonly kind: string;
  readonly passages: boolean;
  readonly maskUntilMs: number | undefined;
}

/** A recipient: a user in a capacity (undefined: the person or a representative), or a party without account. */
export interface Party {
  readonly user: string;
  readonly capacity?: Capacity | undefined;
  readonly row?: string | undefined;
  readonly account?: string;
}

/** A consent somebody is about to give or record. */
export interface ConsentAsked {
  readonly kind: string;
  readonly information: readonly Information[];
  readonly recipients: Recipients;
  readonly givenBy: GivenBy;
}

/**
 * One actor in one capacity, one action, one object, one instant.
 *
 * `capacity` undefined = the person or a representative. `entry` undefined = the whole section, from any author who can write
 * there. `via` is the channel the actor claims: a claim that does not hold is refused. `sender` names who sends in an
 * `exchange_receive`; `recipients` are those of `exchange`, `export_document`, `invite`, `open_account`.
 */
export interface Question {
  readonly action: string;
  readonly user: string;
  readonly capacity: Capacity | undefined;
  readonly compartment: string;
  readonly level: number;
  readonly entry: EntryMeta | undefined;
  readonly atMs: number;
  readonly via: string;
  readonly purpose: string;
  readonly mandate: string | undefined;
  readonly sender: Party | undefined;
  readonly recipients: readonly Party[];
  readonly account: string;
  readonly carriesIns: boolean;
  readonly consent: ConsentAsked | undefined;
}

type Stated = "action" | "user" | "capacity" | "compartment" | "level" | "entry" | "atMs";

/** A question with what is usual left out: in the share, for no stated purpose, to nobody else. */
export function questionOf(parts: Pick<Question, Stated> & Partial<Question>): Question {
  const usual = { via: "share", purpose: "", account: "active", carriesIns: false, recipients: [] };
  return { mandate: undefined, sender: undefined, consent: undefined, ...usual, ...parts };
}

/** Who asks, through what, about which section, and when: all that a remembered fold of the facts may look at. */
export function aboutOf(question: Question): Asked {
  const { user, capacity, via, mandate, compartment, level, atMs } = question;
  return { atMs, about: JSON.stringify([user, capacity ?? null, via, mandate ?? null, compartment, level]) };
}

/** The same question about another party. */
export function questionAbout(question: Question, party: Party): Question {
  return { ...question, user: party.user, capacity: party.capacity, account: party.account ?? "active", recipients: [] };
}

/**
 * What would make a conditional decision a permit: one notice or one consent.
 *
 * `kind` is general or cross_category for a notice, a kind of consent for a consent. A notice may name either form of `to`; a
 * consent may name the recipient by any of the keys listed.
 */
export interface Missing {
  readonly what: "notice" | "consent";
  readonly kind: string;
  readonly information: readonly Information[];
  readonly fromCategory?: number;
  readonly to: readonly To[];
  readonly recipients?: Recipients;
  readonly givenBy?: GivenBy;
}

/**
 * The answer: effect, rules, hash of the policy, what is missing, what follows, the facts used, the step.
 *
 * `narrowedBy` names the structure whose own narrowing denied its staff what the table in force allows (F36).
 */
export interface Decision {
  readonly effect: Effect;
  readonly rules: readonly string[];
  readonly policy: string;
  readonly missing?: Missing;
  readonly obligations: readonly string[];
  readonly hidden: boolean;
  readonly facts: readonly string[];
  readonly step: string;
  readonly lines: readonly string[];
  readonly narrowedBy?: string;
}

/** Whether it is allowed now. */
export function isPermitted(decision: Decision): boolean {
  return decision.effect === "permit";
}

/** Whether nothing that could be collected would allow it. */
export function isDenied(decision: Decision): boolean {
  return decision.effect === "deny";
}
