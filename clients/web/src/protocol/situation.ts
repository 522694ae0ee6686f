/**
 * What an actor is to a case at an instant, in one closed code: the `relation` column of the table.
 *
 * The channel the actor claims (`via`) narrows what is looked at; a claim that does not hold gives a code that denies.
 */
import { isSameCapacity } from "./capacities.ts";
import type { Capacity } from "./capacities.ts";
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import { EMERGENCY_MAX_MS, MINOR_MANDATES } from "./fact-powers.ts";
import type { Mandate, Procedure } from "./fact-powers.ts";
import type { Participation, Regime } from "./fact-people.ts";
import { isCurator, mandatesOf, mandateState } from "./powers.ts";
import { aboutOf } from "./questions.ts";
import type { Question } from "./questions.ts";
import { domainsOf } from "./vocabulary.ts";

const REFUSED_CLAIMS: ReadonlyMap<string, string> = new Map([
  ["mandate", "no_mandate"],
  ["own", "not_own"],
  ["exchange", "not_named"],
  ["mdph", "outside_mdph"],
  ["child_protection", "outside_list"],
  ["statutory", "no_statute"],
  ["person_request", "no_request"],
  ["emergency", "emergency_unqualified"],
]);
export const MANDATE_ROWS: ReadonlySet<string> = new Set(["S7a", "S7b"]);
const SELF_VIAS: ReadonlySet<string> = new Set(["any", "share", "own", "exchange"]);
const MANDATE_VIAS: ReadonlySet<string> = new Set(["any", "share", "mandate", "exchange", "own"]);
const OF_EVALUATION: ReadonlySet<string> = new Set(["any", "share", "mdph"]);
// What these claim is seen on the entry, not on who asks: any part that somebody takes serves.
const OF_THE_ENTRY: ReadonlySet<string> = new Set(["own", "exchange"]);
const ORDER = ["guardian", "parent", "curator"];
const STATE_OF_LIMB_NONE = "O9";

/** The relation code, the acting row, and the facts it rests on. */
export interface Situation {
  readonly relation: string;
  readonly row: string | undefined;
  readonly facts: readonly string[];
  readonly mandate?: FactRecord<Mandate>;
  readonly historyFromMs: number;
  readonly reachesDomain: boolean;
}

type Participating = FactRecord<Participation>;

/** What the actor is to the case at the instant of the question. */
export function situationOf(facts: CaseFacts, question: Question): Situation {
  return facts.folds.once(aboutOf(question), "standing", () => found(facts, question));
}

function bare(relation: string, row: string | undefined, facts: readonly string[] = []): Situation {
  return { relation, row, facts, historyFromMs: 0, reachesDomain: true };
}

function found(facts: CaseFacts, question: Question): Situation {
  const { capacity } = question;
  if (capacity === undefined) return tie(facts, question);
  if (capacity.row === "O14") return bare("operator", capacity.row);
  if (question.via === "emergency") return inEmergency(facts, question, capacity);
  if (question.via === "mandate" || MANDATE_ROWS.has(capacity.row)) {
    return claimed(question, byMandate(facts, question) ?? bare("no_mandate", capacity.row));
  }
  return participant(facts, question, capacity);
}

/** Who acts in no professional capacity: the person, a representative, or nobody. */
function tie(facts: CaseFacts, question: Question): Situation {
  if (facts.personUsers.has(question.user)) {
    if (SELF_VIAS.has(question.via)) return bare("self", "O1");
    return bare(REFUSED_CLAIMS.get(question.via) ?? "no_request", "O1");
  }
  const mandate = byMandate(facts, question);
  if (mandate !== undefined) return claimed(question, mandate);
  // Who claims a mandate is told of the mandate they lack; who claims nothing has no row at all (P2).
  const told = question.via === "mandate" || question.via === "emergency";
  return bare((told ? REFUSED_CLAIMS.get(question.via) : undefined) ?? "unqualified", undefined);
}

/** A representative claims no other channel than a mandate has. */
function claimed(question: Question, mandate: Situation): Situation {
  if (MANDATE_VIAS.has(question.via)) return mandate;
  return bare(REFUSED_CLAIMS.get(question.via) ?? "no_mandate", mandate.row);
}

/** Under the mandate claimed, or under the best of those held; undefined when there is none. */
function byMandate(facts: CaseFacts, question: Question): Situation | undefined {
  const held = mandatesOf(facts, question.user).filter(
    (record) => question.mandate === undefined || record.hash === question.mandate,
  );
  const [best] = held.map((record) => under(facts, question, record)).sort(compare);
  return best;
}

function compare(left: Situation, right: Situation): number {
  const place = ({ relation }: Situation): number => (ORDER.includes(relation) ? 0 : 1);
  const beyond = ({ reachesDomain }: Situation): number => (reachesDomain ? 0 : 1);
  const named = left.relation < right.relation ? -1 : left.relation > right.relation ? 1 : 0;
  return place(left) - place(right) || beyond(left) - beyond(right) || named;
}

function under(facts: CaseFacts, question: Question, record: FactRecord<Mandate>): Situation {
  const mandate = record.fact;
  const domains = domainsOf(question.compartment);
  // A judgment that lists acts reaches a whole compartment only when it says so: the conservative reading of R61.
  const listed = mandate.acts === undefined || mandate.acts.includes(question.compartment);
  const reachesDomain = mandate.mode === "representation" && domains.some((domain) => mandate.domains.includes(domain)) && listed;
  const professional = question.capacity !== undefined || guardsByProfession(facts, question.user);
  const [relation, row] = actingAs(mandate, professional);
  const state = mandateState(facts, record, question.atMs);
  const shown = state === "in_force" ? relation : state;
  return { ...bare(shown, row, [record.hash]), mandate: record, reachesDomain };
}

function actingAs(mandate: Mandate, professional: boolean): readonly [relation: string, row: string] {
  if (MINOR_MANDATES.some((kind) => kind === mandate.kind)) return ["parent", "O2"];
  if (isCurator(mandate) || mandate.mode === "assistance") return ["curator", "O5"];
  if (mandate.domains.includes("person")) return ["guardian", professional ? "S7a" : "O3"];
  return ["guardian", professional ? "S7b" : "O4"];
}

/**
 * Whether the holder of a mandate takes part as court-appointed guardian (rows S7a, S7b). Without it, leaving one's capacity
 * aside would give a professional the wider cells of a relative.
 */
function guardsByProfession(facts: CaseFacts, user: string): boolean {
  return facts.participationsOf(user).some((record) => MANDATE_ROWS.has(record.fact.capacity.row));
}

/** Whether reinforced curatorship gives the accounts without the person's agreement (C. civ. 472). */
export function accountsByLaw({ fact }: FactRecord<Mandate>, compartment: string): boolean {
  return fact.kind === "curatelle_renforcee" && compartment === "budget" && fact.domains.includes("property");
}

function participant(facts: CaseFacts, question: Question, capacity: Capacity): Situation {
  const every = facts.participationsOf(question.user);
  const mine = every.filter((record) => isSameCapacity(record.fact.capacity, capacity));
  const live = mine.filter((record) => facts.inForce(record, question.atMs));
  if (live.length === 0) return bare(whyAbsent(facts, question, every, mine), capacity.row);
  const under = (regime: Regime): readonly Participating[] => live.filter(({ fact }) => fact.regime === regime);
  const [care, listed, evaluating] = [under("care"), under("child_protection"), under("mdph")];
  // Each channel looks at its own participations only.
  const via = OF_THE_ENTRY.has(question.via) ? "any" : question.via;
  const protects = question.compartment === "child_protection" || capacity.row === "C1";
  const bound = capacity.secretBasis.length > 0;
  if (listed.length > 0 && (via === "child_protection" || (via === "any" && protects))) {
    return taking(bound ? "list" : "unbound", listed);
  }
  if (via === "child_protection") return bare("outside_list", capacity.row);
  const ofMdph = facts.kind === "mdph";
  if (ofMdph && evaluating.length > 0 && OF_EVALUATION.has(via)) {
    return designated(facts, question, taking("mdph", evaluating), "mdph_designated");
  }
  const crossing = ofMdph ? care : evaluating;
  if (crossing.length > 0 && OF_EVALUATION.has(via)) {
    const across = taking("mdph_cross", crossing);
    return ofMdph ? across : designated(facts, question, across, "mdph_cross");
  }
  if (via === "mdph" || via === "person_request" || care.length === 0) {
    return bare(REFUSED_CLAIMS.get(via) ?? "outside_list", capacity.row);
  }
  if (via === "statutory") return coordination(facts, care, question);
  // O9 is never in the team, whatever the record says (matrix notes).
  const team = capacity.row === STATE_OF_LIMB_NONE ? [] : care.filter(({ fact }) => fact.limb !== 0);
  return team.length > 0 ? taking("team", team) : taking("care", care);
}

function taking(relation: string, records: readonly Participating[], more: readonly string[] = []): Situation {
  const starts = records.map(({ fact }) => fact.historyFromMs ?? fact.startMs);
  const [first] = records;
  if (first === undefined) return bare("none", undefined);
  const facts = [first.hash, ...more];
  return { ...bare(relation, first.fact.capacity.row, facts), historyFromMs: Math.min(...starts) };
}

/** A member of the MDPH reads health in row M2 while a designation holds (R41). */
function designated(facts: CaseFacts, question: Question, standing: Situation, relation: string): Situation {
  const health = question.compartment === "medical" || question.compartment === "medication";
  if (standing.row !== "M1" || !health) return standing;
  const record = facts.of("designation").find(({ fact, hash }) => {
    const until = Math.min(fact.untilMs ?? FOREVER, facts.endedAt(hash));
    const held = fact.kind === "mdph_medical" && fact.designated === question.user;
    return held && fact.fromMs <= question.atMs && question.atMs < until;
  });
  if (record === undefined) return standing;
  return { ...standing, relation, row: "M2", facts: [...standing.facts, record.hash] };
}

function coordination(facts: CaseFacts, records: readonly Participating[], question: Question): Situation {
  const row = records[0]?.fact.capacity.row;
  const opened = openProcedure(facts, "coordination_l121_6_2", question.atMs);
  const social = question.capacity?.row.startsWith("S") === true;
  // Between the MDPH and another team the person's agreement is needed (R40), coordination or not.
  if (opened === undefined || !social || facts.kind === "mdph") return bare("no_statute", row);
  // What is so shared stays among those bound by secret (R9, R32).
  if (question.capacity.secretBasis.length === 0) return bare("coordination_unbound", row);
  return taking("coordination", records, [opened.hash]);
}

/** The procedure of that kind in progress at an instant (before that authority), or undefined. */
export function openProcedure(
  facts: CaseFacts,
  kind: Procedure["kind"],
  atMs: number,
  authority?: string,
): FactRecord<Procedure> | undefined {
  return facts.of("procedure").find(({ fact, hash }) => {
    const until = Math.min(fact.untilMs ?? FOREVER, facts.endedAt(hash));
    const before = authority === undefined || fact.authority === authority;
    return fact.kind === kind && before && fact.openedMs <= atMs && atMs < until;
  });
}

/** Under an emergency declaration of this professional in this capacity (P5). */
function inEmergency(facts: CaseFacts, question: Question, capacity: Capacity): Situation {
  if (capacity.category !== 1) return bare("emergency_unqualified", capacity.row);
  const { user, atMs } = question;
  const mine = facts
    .of("emergency")
    .filter(({ fact }) => fact.user === user && fact.row === capacity.row && fact.structure === capacity.structure);
  const begun = mine.filter(({ fact }) => fact.openedMs <= atMs);
  const open = begun.find(({ fact, hash }) => {
    const tooLong = fact.untilMs - fact.openedMs > EMERGENCY_MAX_MS;
    return !tooLong && atMs < Math.min(fact.untilMs, fact.openedMs + EMERGENCY_MAX_MS, facts.endedAt(hash));
  });
  if (open !== undefined) return bare("emergency", capacity.row, [open.hash]);
  return bare(begun.length > 0 ? "emergency_expired" : "emergency_absent", capacity.row);
}

function whyAbsent(
  facts: CaseFacts,
  question: Question,
  every: readonly Participating[],
  mine: readonly Participating[],
): string {
  if (mine.some((record) => facts.participationEnd(record) <= question.atMs)) return "ended";
  if (mine.length > 0) return "not_started";
  return every.some((record) => facts.inForce(record, question.atMs)) ? "other_capacity" : "none";
}
