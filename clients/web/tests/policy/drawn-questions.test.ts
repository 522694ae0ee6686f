/**
 * The decision comes out as in the Python package on thousands of drawn questions, under the shipped table and under one that a
 * structure narrowed. `tests/support/web_questions.py` draws them and answers; VOLET_PYTHON names another interpreter than
 * that of `make tools`.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { beforeAll, describe, expect, it } from "vitest";

import { decide } from "../../src/protocol/access.ts";
import { fromUtf8, utf8 } from "../../src/protocol/bytes.ts";
import { CaseFacts } from "../../src/protocol/case-facts.ts";
import type { FactRecord } from "../../src/protocol/case-facts.ts";
import { narrow } from "../../src/protocol/narrowing.ts";
import type { Cell } from "../../src/protocol/narrowing.ts";
import { PolicyTable } from "../../src/protocol/policy-table.ts";
import { questionOf } from "../../src/protocol/questions.ts";
import type { Decision, EntryMeta, Question } from "../../src/protocol/questions.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SITUATIONS = 150;

type DrawnEntry = Omit<EntryMeta, "masks" | "named"> & { readonly masks: string[]; readonly named: string[] };
type DrawnQuestion = Omit<Question, "entry"> & { readonly entry?: DrawnEntry };
interface Drawn {
  readonly narrowed: readonly Cell[];
  readonly tables: readonly string[];
  readonly cases: readonly {
    readonly kind: string;
    readonly records: readonly FactRecord[];
    readonly asked: readonly (readonly [table: number, question: DrawnQuestion, answer: Decision])[];
  }[];
}

function draw(): Drawn {
  const python = process.env["VOLET_PYTHON"] ?? `${ROOT}.venv/bin/python`;
  const env = { ...process.env, PYTHONPATH: `${ROOT}tests` };
  const args = ["-m", "support.web_questions", String(SITUATIONS)];
  const printed = execFileSync(python, args, { cwd: ROOT, env, encoding: "utf8", maxBuffer: 2 ** 28 });
  return JSON.parse(printed) as Drawn;
}

function toQuestion({ entry, ...question }: DrawnQuestion): Question {
  if (entry === undefined) return questionOf({ ...question, entry: undefined });
  return questionOf({ ...question, entry: { ...entry, masks: new Set(entry.masks), named: new Set(entry.named) } });
}

function factsOf(kind: string, records: readonly FactRecord[]): CaseFacts {
  const start = CaseFacts.start({ case: "case", kind, structure: "here", createdMs: 0, opener: { user: "" } });
  return records.reduce((facts, record) => facts.withRecord(record), start);
}

describe("drawn questions", () => {
  let drawn: Drawn;
  beforeAll(() => {
    drawn = draw();
  }, 300_000);

  it("are asked under the very bytes that the Python package narrowed", () => {
    const [wide = "", narrowed] = drawn.tables;
    expect(fromUtf8(narrow(utf8(wide), drawn.narrowed))).toBe(narrowed);
  });

  it("are answered as the Python package answers them", () => {
    const tables = drawn.tables.map((table) => PolicyTable.load(utf8(table)));
    const met = new Map<string, number>();
    for (const { kind, records, asked } of drawn.cases) {
      const facts = factsOf(kind, records);
      for (const [place, question, answer] of asked) {
        const table = tables[place];
        if (table === undefined) throw new Error("a table that was not printed");
        expect(decide(table, facts, toQuestion(question)), JSON.stringify({ records, question })).toEqual(answer);
        met.set(answer.effect, (met.get(answer.effect) ?? 0) + 1);
        if (answer.narrowedBy !== undefined) met.set("narrowed", (met.get("narrowed") ?? 0) + 1);
      }
    }
    // A draw in which everything is refused would compare nothing.
    for (const [what, least] of [
      ["deny", 3000],
      ["permit", 1000],
      ["permit_after_consent", 100],
      ["permit_with_notice", 50],
      ["narrowed", 10],
    ] as const) {
      expect(met.get(what), what).toBeGreaterThan(least);
    }
  });
});
