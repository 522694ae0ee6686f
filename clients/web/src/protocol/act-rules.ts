/**
 * Who may do which act on a case: by standing in it and by row (F15; policies/acts.csv says the same).
 *
 * Most acts are stated by a fact; `fact-rules` says which standings may sign its type, an act narrows that and adds the rows in
 * which a professional may do it. Reception records what narrows and nothing that widens. The table is `rules-data.json`.
 */
import type { Capacity } from "./capacities.ts";
import { STANDINGS } from "./fact-rules.ts";
import type { FactStandings } from "./fact-rules.ts";
import type { Fact } from "./facts.ts";
import data from "./rules-data.json";

/** The fact types that state an act (none: the act leaves no fact), the standings and the rows it is open to. */
export interface ActRule {
  readonly facts: ReadonlySet<string>;
  readonly who: FactStandings;
  readonly rows: ReadonlySet<string>;
}

export const ACT_RULES: ReadonlyMap<string, ActRule> = new Map(
  Object.entries(data.acts).map(([act, { facts, who, rows }]) => [
    act,
    {
      facts: new Set(named(facts)),
      who: new Set(STANDINGS.filter((standing) => named(who).includes(standing))),
      rows: new Set(named(rows)),
    },
  ]),
);

/** The codes of a list, whatever its length: an empty one is of no type in the file. */
function named(codes: readonly string[]): readonly string[] {
  return codes;
}

/** The act that a fact states; a type may state two acts, told apart by what the fact says. */
export function actOf(fact: Fact): string {
  if (fact.type === "participation") {
    if (fact.invitation !== undefined) return "answer_invitation";
    return fact.historyFromMs !== undefined && fact.historyFromMs < fact.startMs ? "set_horizon" : "add_member";
  }
  if (fact.type === "consent") return fact.decision === "given" ? "record_consent" : "record_refusal";
  if (fact.type === "retention") return fact.decision === "none" ? "record_contact" : "close_case";
  const [act] = [...ACT_RULES].find(([, rule]) => rule.facts.has(fact.type)) ?? [""];
  return act;
}

/** Whether an act is open to the row of a capacity, whatever the standing; an unknown act is open to nobody. */
export function mayAct(act: string, capacity: Capacity): boolean {
  return ACT_RULES.get(act)?.rows.has(capacity.row) === true;
}

/** Whether somebody in that capacity may open a case of kind `care` or `mdph`. */
export function mayOpenCase(capacity: Capacity, kind: string): boolean {
  return mayAct(`open_${kind}_case`, capacity);
}
