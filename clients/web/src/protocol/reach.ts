/** How far a cell of the matrix reaches for one question: the `reach` column of the table. */
import type { PolicyTable } from "./policy-table.ts";
import type { Question } from "./questions.ts";
import type { Situation } from "./situation.ts";

export const PARTICIPATING: ReadonlySet<string> = new Set([
  "team",
  "care",
  "list",
  "mdph",
  "mdph_designated",
  "mdph_cross",
  "coordination",
]);
export const REPRESENTING: ReadonlySet<string> = new Set(["parent", "guardian", "curator"]);
/** What no level of a cell ever opens. */
export const NEVER: ReadonlySet<string> = new Set(["x", "x*"]);

export type Reach = "within" | "above" | "domain" | "list_only" | "closed";

/** Whether the cell reaches the level asked. */
export function reachOf(table: PolicyTable, question: Question, standing: Situation, row: string): Reach {
  const { relation } = standing;
  const action = question.action === "write" ? "write" : "read";
  if (relation === "emergency") {
    const found = table.ask("emergency", question.compartment, String(question.level));
    return found.effect === "permit" ? "within" : "above";
  }
  const cell = table.cell(row, question.compartment);
  if (cell === "s0") return "closed";
  if (cell.startsWith("s") && relation !== "list" && relation !== "self") return "list_only";
  // Every cell of that row is valid only inside the child-protection list.
  if (row === "C1" && relation !== "list") return "list_only";
  if (relation === "list" && row !== "C1" && !cell.startsWith("s")) return "list_only";
  if (cell.startsWith("m") && !standing.reachesDomain) return "domain";
  return table.within(action, cell, question.level) ? "within" : "above";
}
