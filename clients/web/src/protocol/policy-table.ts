/**
 * The policy table: the law's answer to every closed question, evaluated once per version (docs/spec/policy-table.md).
 *
 * The table is built by `volet policy build` from `policies/` and is data here: the same bytes decide in the server, in the
 * Python client and in this one. Its SHA-256 stands in every decision, grant and log entry.
 */
import { decode } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { sha256Hex } from "./hashing.ts";
import { COMPARTMENTS, LEVELS, OBLIGATIONS, ROWS } from "./vocabulary.ts";

/** From narrow to wide. */
export const EFFECTS = ["deny", "permit_after_consent", "permit_with_notice", "permit"] as const;
export type Effect = (typeof EFFECTS)[number];
// prettier-ignore
export const CELL_CODES = [
  "0", "1", "2", "1w", "2w", "ow", "s", "s0", "s1", "s2", "s1w", "s2w", "m1", "m2", "m1w", "m2w", "x", "x*",
] as const;
/** The tables of closed questions, each with how many codes make its key. */
const KEY_SIZES = { cell: 3, shield: 2, standing: 4, emergency: 2, outbound: 4, act: 2 } as const;
export type TableName = keyof typeof KEY_SIZES;
export const TABLE_LIMIT = 4 * 1024 * 1024;
const VERSION = 1;
// No canonical string holds it: two keys never join alike.
const BETWEEN = "\0";

/** The answer to one closed question, with the policy lines that gave it. */
export interface Outcome {
  readonly effect: Effect;
  readonly rules: readonly string[];
  readonly obligations: readonly string[];
  readonly hidden: boolean;
  readonly lines: readonly string[];
}

/** R1: what no rule allows is denied, as if it were not there. */
export const NO_RULE: Outcome = { effect: "deny", rules: ["R1"], obligations: [], hidden: true, lines: [] };

/** A kind of reader: category when the row has one, whether it may have an account, its fifteen cells. */
export interface MatrixRow {
  readonly row: string;
  readonly category: number | undefined;
  readonly account: boolean;
  readonly cells: ReadonlyMap<string, string>;
}

type Rows = ReadonlyMap<string, MatrixRow>;

/** An immutable table; `load` is the only way to one. */
export class PolicyTable {
  /** SHA-256 of its bytes, in hex. */
  readonly hash: string;
  readonly size: number;
  readonly #rows: Rows;
  readonly #answers: ReadonlyMap<string, Outcome>;
  readonly #writers: ReadonlyMap<string, readonly number[]>;
  readonly #narrowed = new Map<string, PolicyTable>();

  private constructor(
    hash: string,
    size: number,
    rows: Rows,
    answers: ReadonlyMap<string, Outcome>,
    writers?: ReadonlyMap<string, readonly number[]>,
  ) {
    this.hash = hash;
    this.size = size;
    this.#rows = rows;
    this.#answers = answers;
    this.#writers = writers ?? this.#everyWriter();
  }

  /** Read a table strictly; throws `ProtocolError` on an unknown code, a missing cell or a second spelling. */
  static load(data: Uint8Array): PolicyTable {
    const fields = new Fields(decode(data, TABLE_LIMIT), "policy table");
    if (fields.integer("v") !== VERSION) throw new ProtocolError("wrong-version", "policy table");
    if (fields.text("type", 64) !== "policy-table") throw new ProtocolError("wrong-type", "policy table");
    const rows: Rows = new Map(
      fields
        .objects("rows", 64)
        .map(readRow)
        .map((row) => [row.row, row]),
    );
    if (rows.size !== ROWS.length) throw fields.refuse("rows", "are not those of the matrix");
    const outcomes = fields.objects("outcomes").map(readOutcome);
    const answers = readAnswers(fields.nested("tables"), outcomes);
    const structures = fields.has("structures") ? readStructures(fields, rows) : [];
    fields.done();
    const table = new PolicyTable(sha256Hex(data), data.length, rows, answers);
    for (const [structure, own] of structures) {
      // Who can write where stays what it is for everybody: fewer writers would ask fewer notices of the readers.
      const bound = new PolicyTable(table.hash, table.size, new Map([...rows, ...own]), answers, table.#writers);
      table.#narrowed.set(structure, bound);
    }
    return table;
  }

  /** The structures whose own staff this table binds further, in order. */
  get structures(): readonly string[] {
    return [...this.#narrowed.keys()].sort();
  }

  /** The table as it binds the staff of a structure, undefined when that structure narrows nothing (F36). */
  of(structure: string | undefined): PolicyTable | undefined {
    return structure === undefined ? undefined : this.#narrowed.get(structure);
  }

  /** The answer to one closed question, a table and its codes; no rule denies (R1). */
  ask(table: string, ...codes: readonly string[]): Outcome {
    return this.#answers.get([table, ...codes].join(BETWEEN)) ?? NO_RULE;
  }

  /** A row, or undefined for an unknown one. */
  row(row: string): MatrixRow | undefined {
    return this.#rows.get(row);
  }

  /** The matrix code of a cell; throws unknown-reference for what is not in the matrix. */
  cell(row: string, compartment: string): string {
    const code = this.#rows.get(row)?.cells.get(compartment);
    if (code === undefined) throw new ProtocolError("unknown-reference", `cell ${row}/${compartment}`);
    return code;
  }

  /** Whether a cell code reaches that level for `read` or `write`. */
  within(action: string, cell: string, level: number): boolean {
    return this.ask("cell", action, cell, String(level)).effect === "permit";
  }

  /** Whether a row may write at that level of a compartment. */
  canWrite(row: string, compartment: string, level: number): boolean {
    return this.within("write", this.cell(row, compartment), level);
  }

  /** The categories of professionals that can write there: whose entries a section may hold. */
  writingCategories(compartment: string, level: number): readonly number[] {
    return this.#writers.get(section(compartment, level)) ?? [];
  }

  #everyWriter(): ReadonlyMap<string, readonly number[]> {
    const sections = COMPARTMENTS.flatMap((part) => LEVELS.map((level) => [part, level] as const));
    return new Map(
      sections.map(([part, level]) => {
        const found = [...this.#rows.values()].flatMap(({ row, category }) =>
          category !== undefined && this.canWrite(row, part, level) ? [category] : [],
        );
        return [section(part, level), [...new Set(found)].sort((left, right) => left - right)];
      }),
    );
  }

  /** The matrix. */
  get rows(): Rows {
    return this.#rows;
  }

  /** Every place where this table permits more than `other`; a client refuses such a table (protocol 2). */
  widerThan(other: PolicyTable): string[] {
    const wider = [...this.#widerRows(other), ...this.#unnoticed(other)];
    for (const structure of other.structures) {
      const [mine, theirs] = [this.of(structure) ?? this, other.of(structure) ?? other];
      wider.push(...mine.#widerRows(theirs).map((place) => `${structure}: ${place}`));
    }
    for (const [key, outcome] of this.#answers) {
      const before = other.#answers.get(key) ?? NO_RULE;
      const name = key.replaceAll(BETWEEN, "/");
      if (EFFECTS.indexOf(outcome.effect) > EFFECTS.indexOf(before.effect)) wider.push(name);
      else if (before.hidden && !outcome.hidden && outcome.effect === "deny") wider.push(`${name}: no longer hidden`);
    }
    return wider.sort();
  }

  #widerRows(other: PolicyTable): string[] {
    return [...this.#rows.values()].flatMap((row) => widerRow(row, other.row(row.row)));
  }

  /**
   * Each section that still has readers but lost its writers of a category. Its readers need a notice for each category that
   * can write there. What a category wrote stays in the section when it may write no more: without that category, its words
   * would open without notice.
   */
  #unnoticed(other: PolicyTable): string[] {
    return COMPARTMENTS.flatMap((part) =>
      LEVELS.flatMap((level) => {
        const writers = this.writingCategories(part, level);
        const [lost] = other.writingCategories(part, level).filter((category) => !writers.includes(category));
        const read = [...this.#rows.values()].some((row) => row.account && this.within("read", this.cell(row.row, part), level));
        if (lost === undefined || !read) return [];
        return [`${part}/${level}: category ${lost} wrote there and its words would cross without notice`];
      }),
    );
  }
}

function section(compartment: string, level: number): string {
  return `${compartment}/${level}`;
}

function widerRow(row: MatrixRow, theirs: MatrixRow | undefined): string[] {
  if (theirs === undefined) return [row.row];
  const wider = row.account && !theirs.account ? [`${row.row}/account`] : [];
  if (row.category !== theirs.category) wider.push(`${row.row}/category`);
  for (const [part, mine] of row.cells) {
    const before = theirs.cells.get(part) ?? "x";
    if (!isAtMost(mine, before)) wider.push(`${row.row}/${part}: ${before} -> ${mine}`);
  }
  return wider;
}

/** Whether a cell opens no more than another: `x`, then `0`, then by family, level and writing. */
export function isAtMost(code: string, ceiling: string): boolean {
  if (code === ceiling || code === "x") return true;
  if (code === "0") return ceiling !== "x" && ceiling !== "x*";
  const unlike = new Set(["0", "x", "x*", "ow", "s", "s0"]);
  if (unlike.has(code) || unlike.has(ceiling)) return false;
  const [family, theirs] = [code.replace(/[w12]+$/, ""), ceiling.replace(/[w12]+$/, "")];
  // A mandate cell (`m1`) asks for more than the plain cell (`1`) and opens the same.
  if (family !== theirs && !(family === "m" && theirs === "")) return false;
  const [level, most] = [code.replace(/[^12]/g, ""), ceiling.replace(/[^12]/g, "")];
  return level <= most && (!code.endsWith("w") || ceiling.endsWith("w"));
}

function readAnswers(fields: Fields, outcomes: readonly Outcome[]): Map<string, Outcome> {
  const answers = new Map<string, Outcome>();
  for (const [table, size] of Object.entries(KEY_SIZES)) {
    for (const item of fields.items(table, 100_000)) {
      const list: readonly unknown[] = Array.isArray(item) ? item : [];
      const codes = list.slice(0, -1).filter((code) => typeof code === "string");
      const number = list.at(-1);
      const outcome = typeof number === "number" ? outcomes[number] : undefined;
      const key = [table, ...codes].join(BETWEEN);
      if (list.length !== size + 1 || codes.length !== size || outcome === undefined || answers.has(key)) {
        throw fields.refuse(table);
      }
      answers.set(key, outcome);
    }
  }
  fields.done();
  return answers;
}

/** What each structure narrows for its own staff: cells that open no more than those of the row. */
function readStructures(fields: Fields, rows: Rows): [string, Rows][] {
  const found = new Map<string, Rows>();
  for (const item of fields.objects("structures")) {
    const structure = item.code("structure");
    const narrowed = new Map<string, MatrixRow>();
    for (const one of item.objects("rows", 64)) {
      const row = rows.get(one.choice("row", ROWS));
      if (row === undefined || narrowed.has(row.row)) throw one.refuse("row", "is twice, or not of the matrix");
      narrowed.set(row.row, { ...row, cells: new Map([...row.cells, ...readNarrowed(one, row)]) });
    }
    item.done();
    if (found.has(structure) || narrowed.size === 0) throw item.refuse("structure", "is twice, or narrows nothing");
    found.set(structure, narrowed);
  }
  return [...found];
}

function readNarrowed(fields: Fields, row: MatrixRow): Map<string, string> {
  const cells = fields.nested("cells");
  const codes = new Map<string, string>();
  for (const part of COMPARTMENTS) if (cells.has(part)) codes.set(part, cells.choice(part, CELL_CODES));
  cells.done();
  fields.done();
  const idle = [...codes].some(([part, code]) => {
    const before = row.cells.get(part) ?? "x";
    return code === before || !isAtMost(code, before);
  });
  if (codes.size === 0 || idle) throw fields.refuse("cells", "narrow nothing, or open more than the row");
  return codes;
}

function readRow(fields: Fields): MatrixRow {
  const row = fields.choice("row", ROWS);
  const category = fields.optional("category", (name) => fields.integer(name, 1, 2));
  const account = fields.boolean("account");
  const cells = fields.nested("cells");
  const codes = new Map(COMPARTMENTS.map((part) => [part as string, cells.choice(part, CELL_CODES) as string]));
  cells.done();
  fields.done();
  return { row, category, account, cells: codes };
}

function readOutcome(fields: Fields): Outcome {
  const outcome = {
    effect: fields.choice("effect", EFFECTS),
    rules: fields.codes("rules"),
    obligations: fields.optional("obligations", (name) => fields.codes(name)) ?? [],
    hidden: fields.optional("hidden", (name) => fields.boolean(name)) ?? false,
    lines: fields.codes("lines"),
  };
  fields.done();
  const known: ReadonlySet<string> = new Set(OBLIGATIONS);
  if (outcome.rules.length === 0 || !outcome.obligations.every((duty) => known.has(duty))) {
    throw fields.refuse("rules", "or obligations");
  }
  return outcome;
}
