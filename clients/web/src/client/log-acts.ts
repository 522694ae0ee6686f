/**
 * Verified acts of the log in the forms of other tools: CSV, JSON lines. One line an act, in the order of the log. Codes and ids
 * only: no name, no content, nothing that the records do not hold. What is not in a record is absent, never guessed.
 */
import type { JsonValue } from "../protocol/canonical.ts";
import { identityToJson, viewToJson } from "../protocol/log-payload.ts";
import { caseOf } from "./log-cases.ts";
import type { Logged } from "./log-cases.ts";

export const COLUMNS = [
  "index",
  "time",
  "type",
  "act",
  "user",
  "device",
  "row",
  "structure",
  "case",
  "class",
  "case_seq",
  "compartment",
  "level",
  "part",
  "entries",
  "intent",
  "purpose",
  "rules",
  "policy",
  "emergency",
  "refusal",
  "facts",
  "request_hash",
] as const;
type Row = ReadonlyMap<string, JsonValue>;

/** One act flat, by the names of `COLUMNS`; what it does not have is absent. */
export function rowOf(act: Logged): Row {
  const found = new Map<string, JsonValue>([
    ...Object.entries(act.identity === undefined ? {} : identityToJson(act.identity)),
    ...Object.entries(act.view === undefined ? {} : viewToJson(act.view)),
    ["index", act.index],
    ["time", new Date(act.leaf.tsMs).toISOString()],
    ["type", act.leaf.type.replace("-", "_")],
  ]);
  const named = caseOf(act);
  if (named !== undefined) found.set("case", named);
  const row = COLUMNS.map((name) => [name, found.get(name)] as const);
  return new Map(row.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** CSV (RFC 4180) with a line of names; lists are parted by spaces. */
export function toCsv(acts: readonly Logged[]): string {
  const lines = acts.map((act) => {
    const row = rowOf(act);
    return COLUMNS.map((name) => quoted(flat(row.get(name)))).join(",");
  });
  return [COLUMNS.join(","), ...lines].map((line) => `${line}\r\n`).join("");
}

/** One JSON object a line, its names sorted. */
export function toJsonLines(acts: readonly Logged[]): string {
  return acts.map((act) => `${JSON.stringify(Object.fromEntries([...rowOf(act)].sort(byName)))}\n`).join("");
}

/** The forms by name: how to write acts, and the type of the file. */
export const FORMS = {
  csv: { write: toCsv, type: "text/csv" },
  jsonl: { write: toJsonLines, type: "application/jsonl" },
} as const;
export type Form = keyof typeof FORMS;

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

function flat(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (Array.isArray(value)) return value.map(flat).join(" ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A cell as RFC 4180 writes it. Codes, ids and numbers never begin with a sign that a spreadsheet takes for a formula. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
