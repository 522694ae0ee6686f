/** What a search asks of an act: names, dates, who; pure. What is undefined is not asked. */
import { caseOf, userOf } from "./log-cases.ts";
import type { Logged } from "./log-cases.ts";

export const NAMES = ["act", "row", "structure", "compartment", "intent", "purpose"] as const;
export type Name = (typeof NAMES)[number];

/** The outcome of an act, for counts and filters: what was refused, what passed under an emergency, all else. */
export const OUTCOMES = ["done", "refused", "emergency"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOf(act: Logged): Outcome {
  if (act.view?.act === "refusal") return "refused";
  return act.view?.emergency === true ? "emergency" : "done";
}

/** A search. Instants in milliseconds, the end excluded; `user` by its first characters. */
export interface Wanted extends Readonly<Partial<Record<Name, string | undefined>>> {
  readonly user?: string | undefined;
  readonly rule?: string | undefined;
  readonly case?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** Whether an act is asked for; one whose content was erased never is. */
export function fits(wanted: Wanted, act: Logged): boolean {
  const { view, leaf } = act;
  if (view === undefined) return false;
  if (leaf.tsMs < (wanted.sinceMs ?? 0) || leaf.tsMs >= (wanted.untilMs ?? Infinity)) return false;
  if (wanted.outcome !== undefined && outcomeOf(act) !== wanted.outcome) return false;
  if (wanted.rule !== undefined && !view.rules.includes(wanted.rule)) return false;
  if (NAMES.some((name) => wanted[name] !== undefined && wanted[name] !== view[name])) return false;
  if (wanted.case !== undefined && caseOf(act) !== wanted.case) return false;
  return wanted.user === undefined || (userOf(act) ?? "").startsWith(wanted.user);
}

/** How many acts a record stands for: refusals of one kind are counted together. */
export function weightOf(act: Logged): number {
  return act.view?.count ?? 1;
}
