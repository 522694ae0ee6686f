/**
 * « Mes consultations » (F29): what the log holds of what was released to oneself, by day and case. Pure: verified acts in, lines
 * out. What stands in a list apart (a report, what is hidden from somebody) is told on no other screen, and not here either.
 */
import { caseOf } from "./log-cases.ts";
import type { Logged } from "./log-cases.ts";

const DELIVERED: ReadonlySet<string> = new Set(["sync", "search", "offline"]);
const TAKEN_OUT: ReadonlySet<string> = new Set(["print", "export"]);

/** One case on one day that begins on `dayMs`: how often what came how, of which compartments; `urgent` in an emergency. */
export interface Consulted {
  readonly dayMs: number;
  readonly case: string;
  readonly opened: number;
  readonly delivered: number;
  readonly takenOut: number;
  readonly parts: readonly string[];
  readonly urgent: boolean;
}

/** The newest day first, and in it the case that was read last. Days are those of this device. */
export function consultations(acts: readonly Logged[]): readonly Consulted[] {
  const found = new Map<string, Consulted>();
  for (const act of [...acts].sort((one, other) => other.index - one.index)) {
    const { view, leaf } = act;
    const case_ = caseOf(act);
    if (view?.act !== "release" || view.class !== "main" || case_ === undefined) continue;
    const dayMs = new Date(leaf.tsMs).setHours(0, 0, 0, 0);
    const key = `${dayMs} ${case_}`;
    const held = found.get(key) ?? { dayMs, case: case_, opened: 0, delivered: 0, takenOut: 0, parts: [], urgent: false };
    const intent = view.intent ?? "";
    const parts = view.compartment === undefined ? held.parts : [...new Set([...held.parts, view.compartment])];
    found.set(key, {
      ...held,
      opened: held.opened + Number(intent === "open"),
      delivered: held.delivered + Number(DELIVERED.has(intent)),
      takenOut: held.takenOut + Number(TAKEN_OUT.has(intent)),
      parts,
      urgent: held.urgent || view.emergency,
    });
  }
  return [...found.values()];
}
