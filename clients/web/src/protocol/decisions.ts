/** Turning the table's answers into decisions, and several decisions into one. */
import { EFFECTS } from "./policy-table.ts";
import type { Outcome, PolicyTable } from "./policy-table.ts";
import type { Decision, Missing, Question } from "./questions.ts";

/** The decision that an outcome of the table gives to a question. */
export function answer(
  table: PolicyTable,
  question: Question,
  outcome: Outcome,
  step: string,
  facts: readonly string[] = [],
  missing?: Missing,
): Decision {
  const denied = outcome.effect === "deny";
  return {
    effect: outcome.effect,
    rules: outcome.rules,
    policy: table.hash,
    obligations: outcome.obligations,
    // P8: a refusal about child protection is identical to absence, whatever the reason.
    hidden: denied && (outcome.hidden || question.compartment === "child_protection"),
    facts: once(facts),
    step,
    lines: outcome.lines,
    ...(missing === undefined || denied || outcome.effect === "permit" ? {} : { missing }),
  };
}

/** The refusal of what the rules do not know. */
export function unknownCode(table: PolicyTable, question: Question): Decision {
  return answer(table, question, table.ask("shield", "unknown_code", "O14"), "gate");
}

/** The refusal of step 1, shown for the row held where the matrix has it. */
export function atGate(table: PolicyTable, question: Question, gate: string): Decision {
  const row = question.capacity && table.row(question.capacity.row)?.row;
  return answer(table, question, table.ask("shield", gate, row ?? "O14"), "gate");
}

/**
 * What the table says, or what the asker's own structure leaves of it: the narrower of the two (F36). The table is the one in
 * force for the case. A structure can only deny its own staff more, and the decision says so.
 */
export function bound(table: PolicyTable, question: Question, ask: (table: PolicyTable) => Decision): Decision {
  const decision = ask(table);
  const structure = question.capacity?.structure;
  const own = table.of(structure);
  if (own === undefined || structure === undefined) return decision;
  const narrowed = ask(own);
  return rank(narrowed) < rank(decision) ? { ...narrowed, narrowedBy: structure } : decision;
}

/** The narrowest of several decisions that must all hold; a permit carries rules and facts of all. */
export function worst(first: Decision, ...others: readonly Decision[]): Decision {
  const every = [first, ...others];
  const chosen = every.reduce((kept, one) => (rank(one) < rank(kept) ? one : kept));
  if (others.length === 0 || chosen.effect !== "permit") return chosen;
  return {
    effect: "permit",
    rules: once(every.flatMap((one) => one.rules)),
    policy: chosen.policy,
    obligations: once(every.flatMap((one) => one.obligations)),
    hidden: false,
    facts: once(every.flatMap((one) => one.facts)),
    step: chosen.step,
    lines: once(every.flatMap((one) => one.lines)),
  };
}

/** The widest of several decisions one of which suffices. */
export function best(first: Decision, ...others: readonly Decision[]): Decision {
  return others.reduce((kept, one) => (rank(one) > rank(kept) ? one : kept), first);
}

/** Each item once, in order. */
export function once<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

function rank(decision: Decision): number {
  return EFFECTS.indexOf(decision.effect);
}
