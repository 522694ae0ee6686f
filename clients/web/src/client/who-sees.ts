/**
 * Who may see what of a case, asked of the same rules as every release. Pure: verified facts and the table in force in, a grid out.
 *
 * What is asked is the whole compartment, written by anybody: what was put before somebody entry by entry stands in the log.
 */
import { decide } from "../protocol/access.ts";
import type { Capacity } from "../protocol/capacities.ts";
import type { CaseFacts, FactRecord } from "../protocol/case-facts.ts";
import type { Consent, Information } from "../protocol/fact-notices.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { questionOf } from "../protocol/questions.ts";
import { COMPARTMENTS } from "../protocol/vocabulary.ts";
import type { Compartment } from "../protocol/vocabulary.ts";
import { answersInForce } from "./facts.ts";

/** The compartments of the grid: child protection has a list of its own, which names its readers. */
export const SEEN_PARTS: readonly Compartment[] = COMPARTMENTS.filter((one) => one !== "child_protection");

/** How far somebody sees: `level` 2 is everything, 1 the essentials, 0 nothing; `if` says what is needed first. */
export interface Sight {
  readonly level: 0 | 1 | 2;
  readonly if: "nothing" | "notice" | "consent";
  readonly rules: readonly string[];
}

/** One person in one capacity, with what they may see of each compartment. */
export interface Seer {
  readonly user: string;
  readonly capacity: Capacity;
  readonly participation: string;
  readonly startMs: number;
  /** In the care team (CSP L1110-12), or beside it. */
  readonly team: boolean;
  readonly referent: boolean;
  readonly sights: ReadonlyMap<Compartment, Sight>;
}

const CONDITIONS = [
  ["permit", "nothing"],
  ["permit_with_notice", "notice"],
  ["permit_after_consent", "consent"],
] as const;

/** Everybody who takes part at that instant, by the order in which they came. */
export function whoSees(facts: CaseFacts, table: PolicyTable, atMs: number): readonly Seer[] {
  const referents = facts.referents(atMs);
  const found = new Map<string, Seer>();
  for (const { fact, hash } of facts.of("participation")) {
    const { user, capacity, limb, startMs, untilMs } = fact;
    const ended = Math.min(facts.endedAt(hash), untilMs ?? Infinity, facts.episodeEnd(fact.episode));
    if (startMs > atMs || ended <= atMs) continue;
    const key = JSON.stringify([user, capacity.row, capacity.structure, capacity.profession ?? "", capacity.role ?? ""]);
    const sights = new Map(SEEN_PARTS.map((part) => [part, sightOf(facts, table, { user, capacity }, part, atMs)]));
    const since = found.get(key)?.startMs ?? startMs;
    found.set(key, {
      user,
      capacity,
      participation: hash,
      startMs: since,
      team: limb > 0,
      referent: referents.has(user),
      sights,
    });
  }
  return [...found.values()];
}

/** What only an agreement opens to somebody, and how far. */
export function partsToAsk(seer: Seer): readonly Information[] {
  return [...seer.sights].flatMap(([compartment, { if: needed, level }]) =>
    needed === "consent" ? [{ compartment, level }] : [],
  );
}

/** What to ask her about somebody, and the refusal that an agreement now would take the place of: she may change her mind. */
export interface Asking {
  readonly information: readonly Information[];
  readonly refusal?: FactRecord<Consent>;
}

/** What she refused last for somebody, as long as that counts; else what only an agreement opens to them. */
export function asking(seer: Seer, facts: CaseFacts, atMs: number): Asking {
  const refused = answersInForce(facts, "refused", atMs).findLast(
    ({ fact }) => fact.recipients.users?.includes(seer.user) === true,
  );
  if (refused === undefined) return { information: partsToAsk(seer) };
  return { information: refused.fact.information, refusal: refused };
}

/** Whether whoever hears that she changed her mind may write it: what she signed herself, only she replaces (docs/spec/facts.md, 13). */
export function isHeard({ power, fact }: FactRecord<Consent>): boolean {
  return power === "member" && fact.givenBy.mandate === undefined;
}

function sightOf(
  facts: CaseFacts,
  table: PolicyTable,
  who: { readonly user: string; readonly capacity: Capacity },
  compartment: Compartment,
  atMs: number,
): Sight {
  const asked = ([2, 1] as const).map((level) => ({
    level,
    decision: decide(table, facts, questionOf({ action: "read", ...who, compartment, level, entry: undefined, atMs })),
  }));
  // What is allowed as things stand says more than what could be allowed further.
  for (const [effect, needed] of CONDITIONS) {
    const one = asked.find(({ decision }) => decision.effect === effect);
    if (one !== undefined) return { level: one.level, if: needed, rules: one.decision.rules };
  }
  return { level: 0, if: "nothing", rules: asked.at(-1)?.decision.rules ?? [] };
}
