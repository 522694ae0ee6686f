/**
 * The one strict loader of `tests/vectors/*.json` (see its README): an unknown key, operation or outcome fails the run, and so
 * does an operation without a case. The twin of `tests/support/vectors.py`.
 *
 *     runVectors("note", noteVectors, { parse: { required: ["text"], run: (fields) => ({ ... }) } });
 */
import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../src/protocol/canonical.ts";
import { ProtocolError, REASONS } from "../../src/protocol/errors.ts";
import { Fields } from "../../src/protocol/fields.ts";

type Output = JsonObject | undefined;

export interface Operation {
  readonly run: (fields: Fields) => Output | Promise<Output>;
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

interface Case {
  readonly name: string;
  readonly input: JsonObject & { readonly op: string };
  readonly outcome: string;
  readonly output?: JsonObject;
}

/** Run every case of a file through its operation. `text` is the file, imported with `?raw`: as a module, a key `__proto__` would be lost. */
export function runVectors(format: string, text: string, operations: Readonly<Record<string, Operation>>): void {
  const { cases } = opened(format, text);
  describe(`vectors of ${format}`, () => {
    it("use every operation, under names of their own", () => {
      expect(new Set(cases.map((one) => one.input.op))).toEqual(new Set(Object.keys(operations)));
      expect(new Set(cases.map((one) => one.name)).size).toBe(cases.length);
    });
    it.each(cases)("$name", async (one) => {
      await check(one, operations[one.input.op]);
    });
  });
}

async function check(one: Case, operation: Operation | undefined): Promise<void> {
  if (operation === undefined) throw new Error(`unknown operation ${one.input.op}`);
  checkKeys(one as unknown as JsonObject, ["name", "input", "outcome"], ["output"]);
  const given = Object.fromEntries(Object.entries(one.input).filter(([key]) => key !== "op"));
  checkKeys(given, operation.required, operation.optional ?? []);
  const fields = new Fields(given, one.name);
  if (one.outcome !== "ok") {
    expect(one.output, "a refusal has no output").toBeUndefined();
    expect(REASONS).toContain(one.outcome);
    const refusal = await refused(async () => operation.run(fields));
    expect(refusal.reason, refusal.message).toBe(one.outcome);
    return;
  }
  const output = await operation.run(fields);
  fields.done();
  if (one.output !== undefined || output !== undefined) expect(plain(output)).toEqual(plain(one.output));
}

async function refused(run: () => Promise<unknown>): Promise<ProtocolError> {
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(result)}`);
}

function opened(format: string, text: string): { cases: readonly Case[] } {
  const file = JSON.parse(text) as { format: string; spec: string; cases: readonly Case[] };
  if (file.format !== format) throw new Error(`${format}: the file is of ${file.format}`);
  checkKeys(file as unknown as JsonObject, ["format", "spec", "cases"], []);
  return file;
}

function checkKeys(value: JsonObject, required: readonly string[], optional: readonly string[]): void {
  const keys = Object.keys(value);
  expect(
    required.filter((key) => !keys.includes(key)),
    "missing keys",
  ).toEqual([]);
  expect(
    keys.filter((key) => !required.includes(key) && !optional.includes(key)),
    "unknown keys",
  ).toEqual([]);
}

/** Compare objects with and without prototype alike. */
function plain(value: Output): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** A list of byte strings of any size, in base64url. */
export function datas(fields: Fields, name: string): Uint8Array[] {
  return fields.items(name).map((item) => new Fields({ item }, name).data("item"));
}
