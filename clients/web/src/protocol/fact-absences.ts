/** Who is away from a case, from when to when, and which colleague takes what comes (docs/spec/facts.md, A1). */
import { factShape, HASH, MS, refuse } from "./fact-codec.ts";

/** A year and a day: who stays away longer hands the case over. */
export const LONGEST_ABSENCE_MS = 366 * 86_400_000;

/** Somebody who takes part is away; the absent and the relay are named by their participations. */
export interface Absence {
  readonly type: "absence";
  readonly participation: string;
  readonly relay: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

function check(fact: Absence): void {
  if (fact.untilMs <= fact.fromMs || fact.untilMs > fact.fromMs + LONGEST_ABSENCE_MS) {
    throw refuse("absence: ends before it starts, or after more than a year");
  }
  if (fact.relay === fact.participation) throw refuse("absence: somebody else is the relay");
}

export const ABSENCE = factShape<Absence>("absence", { participation: HASH, relay: HASH, fromMs: MS, untilMs: MS }, { check });
