/**
 * A policy table small enough to read, so that vectors of the chain do not change with the law: the twin of
 * `tests/support/small_table.py`. Every row has an account and `x` in the cells not named; every question not listed is denied.
 */
import { encode } from "../../src/protocol/canonical.ts";
import type { JsonObject, JsonValue } from "../../src/protocol/canonical.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { PolicyTable } from "../../src/protocol/policy-table.ts";
import { COMPARTMENTS, ROWS } from "../../src/protocol/vocabulary.ts";

const READ: readonly (readonly [string, number])[] = [
  ["1", 1],
  ["2", 2],
  ["1w", 1],
  ["2w", 2],
];
const WRITE: readonly (readonly [string, number])[] = [
  ["1w", 1],
  ["2w", 2],
  ["ow", 2],
];
const EMERGENCY: readonly (readonly string[])[] = [
  ["identity", "1"],
  ["protection", "1"],
  ["autonomy", "1"],
  ["medical", "1"],
  ["medical", "2"],
  ["medication", "1"],
  ["medication", "2"],
];
const CALLED = "read emergency within -";

/** The table that `{cells, standing}` spells. */
export function readSmallTable(fields: Fields): PolicyTable {
  const cells = new Map(Object.entries(fields.raw("cells") as Record<string, Record<string, string>>));
  const standing = fields.items("standing") as readonly (readonly string[])[];
  fields.done();
  const called = standing.some((codes) => codes.join(" ") === CALLED);
  const tables = {
    cell: [...permits("read", READ), ...permits("write", WRITE)],
    standing: standing.map((codes) => [...codes, 0]),
    shield: [],
    emergency: called ? EMERGENCY.map((codes) => [...codes, 0]) : [],
    outbound: [],
    act: [],
  };
  const rows = ROWS.map((row) => rowOf(row, cells.get(row) ?? {}));
  const outcomes = [{ effect: "permit", rules: ["R14"], lines: [] }];
  return PolicyTable.load(encode({ v: 1, type: "policy-table", rows, outcomes, tables }));
}

function permits(action: string, reach: readonly (readonly [string, number])[]): JsonValue[] {
  return reach.flatMap(([cell, most]) =>
    [1, 2].filter((level) => level <= most).map((level) => [action, cell, String(level), 0]),
  );
}

function rowOf(row: string, cells: Readonly<Record<string, string>>): JsonObject {
  const category = row.startsWith("H") ? { category: 1 } : row.startsWith("S") ? { category: 2 } : {};
  const every = COMPARTMENTS.map((part) => [part, cells[part] ?? "x"]);
  return { row, account: true, cells: Object.fromEntries(every) as JsonObject, ...category };
}
