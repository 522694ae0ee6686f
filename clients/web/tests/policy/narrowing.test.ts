/** A controller narrows the shipped table, for everybody or for the staff of a structure, and widens it nowhere. */
import { describe, expect, it } from "vitest";

import shipped from "../../../../policies/table.json?raw";
import { utf8 } from "../../src/protocol/bytes.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { changesBetween, lossesBetween, narrow } from "../../src/protocol/narrowing.ts";
import type { Cell } from "../../src/protocol/narrowing.ts";
import { PolicyTable } from "../../src/protocol/policy-table.ts";

const DATA = utf8(shipped);
const TABLE = PolicyTable.load(DATA);

function reasonOf(...cells: readonly Cell[]): string {
  try {
    narrow(DATA, cells);
  } catch (error) {
    if (error instanceof ProtocolError) return error.reason;
    throw error;
  }
  return "";
}

describe("a narrowed table", () => {
  it("says of each cell what it was and is, and which sections are lost to whom", () => {
    const next = PolicyTable.load(narrow(DATA, [{ row: "S1", compartment: "plan", code: "1w" }]));
    const change = { row: "S1", compartment: "plan", before: "2w", after: "1w", structure: undefined };
    expect(changesBetween(TABLE, next)).toEqual([change]);
    expect(lossesBetween(TABLE, next)).toEqual([{ row: "S1", section: "plan/2", structure: undefined }]);
    expect(next.widerThan(TABLE)).toEqual([]);
    expect(TABLE.widerThan(next)).toEqual(["S1/plan: 1w -> 2w"]);
  });

  it("of one structure binds its staff and nobody else, and is said once where everybody is bound alike", () => {
    const own = narrow(DATA, [{ row: "S1", compartment: "plan", code: "x", structure: "dac" }]);
    const table = PolicyTable.load(own);
    expect(table.structures).toEqual(["dac"]);
    expect(table.cell("S1", "plan")).toBe("2w");
    expect(table.of("dac")?.cell("S1", "plan")).toBe("x");
    expect(table.of("other")).toBeUndefined();
    expect(changesBetween(TABLE, table).map(({ structure }) => structure)).toEqual(["dac"]);
    expect(lossesBetween(TABLE, table).map(({ section, structure }) => [section, structure])).toEqual([
      ["plan/1", "dac"],
      ["plan/2", "dac"],
    ]);
    const alike = narrow(own, [{ row: "S1", compartment: "plan", code: "x" }]);
    expect(PolicyTable.load(alike).structures).toEqual([]);
  });

  it("opens nothing more, and knows no other cell or code", () => {
    expect(reasonOf({ row: "S9", compartment: "medical", code: "2w" })).toBe("policy-too-wide");
    expect(reasonOf({ row: "S1", compartment: "elsewhere", code: "x" })).toBe("unknown-reference");
    expect(reasonOf({ row: "__proto__", compartment: "plan", code: "x" })).toBe("unknown-reference");
    expect(reasonOf({ row: "S1", compartment: "plan", code: "1q" })).toMatch(/malformed|policy-too-wide/);
    expect(reasonOf({ row: "S1", compartment: "plan", code: "2w" }, { row: "S1", compartment: "plan", code: "1" })).toBe("");
  });

  it("of no cell is the table", () => {
    expect(narrow(DATA, [])).toEqual(DATA);
  });
});
