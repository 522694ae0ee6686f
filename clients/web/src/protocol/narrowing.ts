/**
 * Narrower policy tables made from a table, and what changes between two (docs/spec/policy-table.md, F36).
 *
 * A controller narrows cells; the closed questions and their answers stay those of the table that the law was built into. So
 * the bytes made here are those that the builder makes from the narrowed matrix.
 */
import { decode, encode, isObject, present } from "./canonical.ts";
import type { Bytes } from "./bytes.ts";
import type { JsonObject, JsonValue } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { isAtMost, PolicyTable, TABLE_LIMIT } from "./policy-table.ts";
import type { MatrixRow } from "./policy-table.ts";
import { byName } from "./section-access.ts";
import { COMPARTMENTS, LEVELS } from "./vocabulary.ts";

/** What a cell of the matrix shall be: for everybody, or for the staff of one structure only. */
export interface Cell {
  readonly row: string;
  readonly compartment: string;
  readonly code: string;
  readonly structure?: string;
}

/** A cell that differs between two tables; of one structure's staff, or of everybody for undefined. */
export interface CellChange {
  readonly row: string;
  readonly compartment: string;
  readonly before: string;
  readonly after: string;
  readonly structure: string | undefined;
}

/** A section that a row could read before and cannot now: its readers of that row are a debt (protocol 6.5). */
export interface Loss {
  readonly row: string;
  readonly section: string;
  readonly structure: string | undefined;
}

/** Codes by row, then by compartment. */
type Codes = Map<string, Map<string, string>>;

function put(codes: Codes, { row, compartment, code }: Cell): void {
  codes.set(row, (codes.get(row) ?? new Map<string, string>()).set(compartment, code));
}

/**
 * The bytes of a table with these cells narrowed. Throws `ProtocolError`: policy-too-wide for a cell that would open more,
 * unknown-reference for one not in the matrix, malformed for a code that does not exist.
 */
export function narrow(data: Uint8Array, cells: readonly Cell[]): Bytes {
  const table = PolicyTable.load(data);
  const body = decode(data, TABLE_LIMIT);
  const everybody: Codes = new Map();
  const own = new Map(table.structures.map((structure) => [structure, ownCodes(table, structure)]));
  for (const cell of cells) {
    const { row, compartment, code, structure } = cell;
    const before = (table.of(structure) ?? table).cell(row, compartment);
    if (!isAtMost(code, before)) {
      throw new ProtocolError("policy-too-wide", `${row}/${compartment}: ${before} -> ${code}`);
    }
    const codes = structure === undefined ? everybody : (own.get(structure) ?? new Map<string, Map<string, string>>());
    put(codes, cell);
    if (structure !== undefined) own.set(structure, codes);
  }
  const rows = listOf(body["rows"]).map((row) => withCodes(row, everybody));
  const wide = (row: string, compartment: string): string => everybody.get(row)?.get(compartment) ?? table.cell(row, compartment);
  const structures = [...own].sort(byName).flatMap(([name, codes]) => structureOf(name, codes, wide));
  const made = encode(present({ ...body, rows, structures: structures.length === 0 ? undefined : structures }));
  const [wider] = PolicyTable.load(made).widerThan(table);
  if (wider !== undefined) throw new ProtocolError("policy-too-wide", wider);
  return made;
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

function withCodes(row: JsonObject, everybody: Codes): JsonObject {
  const { row: name, cells } = row;
  const codes = typeof name === "string" ? everybody.get(name) : undefined;
  if (codes === undefined || cells === undefined || !isObject(cells)) return row;
  return { ...row, cells: { ...cells, ...Object.fromEntries(codes) } };
}

/** What a structure narrows already. */
function ownCodes(table: PolicyTable, structure: string): Codes {
  const codes: Codes = new Map();
  for (const [row, { cells }] of (table.of(structure) ?? table).rows) {
    for (const [compartment, code] of cells) {
      if (code !== table.cell(row, compartment)) put(codes, { row, compartment, code });
    }
  }
  return codes;
}

/** The wire form: only what a structure narrows further than the table does for everybody. */
function structureOf(structure: string, codes: Codes, wide: (row: string, compartment: string) => string): readonly JsonObject[] {
  const rows = [...codes.keys()].sort().flatMap((row) => {
    const cells = [...(codes.get(row) ?? [])].filter(([compartment, code]) => {
      return code !== wide(row, compartment) && isAtMost(code, wide(row, compartment));
    });
    return cells.length === 0 ? [] : [{ row, cells: Object.fromEntries(cells) }];
  });
  return rows.length === 0 ? [] : [{ structure, rows }];
}

/** Every cell that differs: those of everybody, then those of each structure's staff. */
export function changesBetween(old: PolicyTable, next: PolicyTable): readonly CellChange[] {
  return sidesOf(old, next).flatMap(([structure, before, after]) =>
    eachCell(before, after)
      .filter(({ row, compartment, before: was, after: now }) => {
        // What a structure shares with everybody is said once, of everybody.
        const shared = old.cell(row, compartment) === was && next.cell(row, compartment) === now;
        return was !== now && (structure === undefined || !shared);
      })
      .map((change) => ({ ...change, structure })),
  );
}

function eachCell(before: PolicyTable, after: PolicyTable): readonly Omit<CellChange, "structure">[] {
  return [...before.rows.keys()].flatMap((row) =>
    COMPARTMENTS.map((compartment) => ({
      row,
      compartment,
      before: before.cell(row, compartment),
      after: after.cell(row, compartment),
    })),
  );
}

/** Each section that a row could read under the old table and cannot under the next. */
export function lossesBetween(old: PolicyTable, next: PolicyTable): readonly Loss[] {
  const everybody = new Set(lostBetween(old, next).map(({ row, section }) => `${row} ${section}`));
  return sidesOf(old, next).flatMap(([structure, before, after]) =>
    lostBetween(before, after)
      .filter(({ row, section }) => structure === undefined || !everybody.has(`${row} ${section}`))
      .map((loss) => ({ ...loss, structure })),
  );
}

function lostBetween(old: PolicyTable, next: PolicyTable): readonly Omit<Loss, "structure">[] {
  return [...old.rows.values()].flatMap((row) => {
    const now = next.row(row.row);
    const sections = COMPARTMENTS.flatMap((part) => LEVELS.map((level) => [part, level] as const));
    return sections
      .filter(([part, level]) => isRead(old, row, part, level) && !(now !== undefined && isRead(next, now, part, level)))
      .map(([part, level]) => ({ row: row.row, section: `${part}/${level}` }));
  });
}

function isRead(table: PolicyTable, { row, account }: MatrixRow, compartment: string, level: number): boolean {
  return account && table.within("read", table.cell(row, compartment), level);
}

type Side = readonly [structure: string | undefined, old: PolicyTable, next: PolicyTable];

/** Everybody, then each structure that either table narrows. */
function sidesOf(old: PolicyTable, next: PolicyTable): readonly Side[] {
  const structures = [...new Set([...old.structures, ...next.structures])].sort();
  return [
    [undefined, old, next],
    ...structures.map((structure): Side => [structure, old.of(structure) ?? old, next.of(structure) ?? next]),
  ];
}
