/** Releases ruled on the worlds of `opening.json` and `emergency.json`: by standing, by an opening while it is in force, and on the way out. */
import { describe, expect, it } from "vitest";

import emergency from "../../../../tests/vectors/emergency.json?raw";
import opening from "../../../../tests/vectors/opening.json?raw";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { recipientStanding } from "../../src/protocol/openings.ts";
import { isPermitted } from "../../src/protocol/questions.ts";
import type { EntryMeta } from "../../src/protocol/questions.ts";
import { ruleExport, ruleRelease, ruleWrite } from "../../src/protocol/release-decision.ts";
import type { Asked, Ruled, Ruling } from "../../src/protocol/release-decision.ts";
import { partOf } from "../../src/protocol/sealing.ts";
import { standingsIn } from "../../src/protocol/section-access.ts";
import { played } from "../vectors/case-runner.ts";

interface OpeningCase {
  readonly name: string;
  readonly input: JsonObject & { readonly op: string };
  readonly outcome: string;
}

function casesOf(text: string): readonly OpeningCase[] {
  const { cases } = JSON.parse(text) as { readonly cases: readonly OpeningCase[] };
  return cases.filter(({ input }) => input.op === "release");
}

const OPENINGS = casesOf(opening);
const ANSWERS = casesOf(emergency);

function readEntry(fields: Fields): EntryMeta {
  return {
    id: fields.hash("id"),
    author: fields.hash("author"),
    authorCategory: fields.optional("author_category", (name) => fields.integer(name)),
    writtenMs: fields.integer("written_ms"),
    compartment: fields.text("compartment"),
    level: fields.integer("level"),
    masks: new Set(fields.optional("mask", (name) => [fields.text(name)])),
    named: new Set(fields.optional("named", (name) => fields.hashes(name))),
    kind: "note",
    passages: false,
    maskUntilMs: undefined,
  };
}

interface Setting {
  readonly asked: Asked;
  readonly ruling: Ruling;
  readonly opening: string;
}

/** A vector's question, asked by its user in the standing they have there. */
async function settingOf({ input, name }: OpeningCase): Promise<Setting> {
  const fields = new Fields(input, name);
  const { world } = await played(fields);
  const [user, atMs] = [fields.hash("user"), fields.integer("at_ms")];
  const hash = fields.hash("opening");
  const link = world.main.openings.get(hash)?.link;
  const [held] = standingsIn(world.main.facts, user, atMs);
  const standing = (link && recipientStanding(world.main.facts, link, user, atMs)) ?? held;
  const asked = { user, capacity: standing?.capacity, part: partOf(fields.text("part")), purpose: "", table: world.table };
  const meta = readEntry(fields.nested("entry"));
  return { asked, ruling: { meta, place: "section", state: world.main, atMs }, opening: hash };
}

async function first(outcome: string): Promise<Setting> {
  const found = OPENINGS.find((one) => one.outcome === outcome);
  if (found === undefined) throw new Error(`no vector with outcome ${outcome}`);
  return settingOf(found);
}

function refused({ decision }: Ruled): boolean {
  return !isPermitted(decision);
}

describe("a release", () => {
  it.each([...OPENINGS, ...ANSWERS])("rests on an opening only where it is in force: $name", async (one) => {
    const { asked, ruling, opening: hash } = await settingOf(one);
    const ruled = ruleRelease(asked, ruling);
    if (one.outcome === "ok") {
      expect(isPermitted(ruled.decision)).toBe(true);
      expect(ruled.opening ?? hash).toBe(hash);
      expect(ruled.emergency === true).toBe(ANSWERS.includes(one));
    } else {
      expect(ruled.opening).toBeUndefined();
    }
  });

  it("answered in an emergency keeps its duties, and serves the caller in no other capacity", async () => {
    const found = ANSWERS.find((one) => one.outcome === "ok");
    if (found === undefined) throw new Error("no answer to an emergency");
    const { asked, ruling } = await settingOf(found);
    expect(ruleRelease(asked, ruling)).toMatchObject({ emergency: true, question: { via: "emergency" } });
    const { capacity } = asked;
    if (capacity === undefined) throw new Error("a caller without capacity");
    const other = { ...asked, capacity: { ...capacity, row: "H5" } };
    expect(refused(ruleRelease(other, ruling))).toBe(true);
  });

  it("in an exchange or a report is for whom it names and for its author, whatever else is permitted", async () => {
    const { asked, ruling } = await first("ok");
    for (const place of ["exchange", "report"] as const) {
      const ruled = ruleRelease(asked, { ...ruling, place });
      expect(ruled.decision).toMatchObject({ effect: "deny", rules: ["R1"], hidden: true });
      const meta = { ...ruling.meta, author: asked.user };
      expect(refused(ruleRelease(asked, { ...ruling, meta, place }))).toBe(false);
    }
  });

  it("does not leave the hub for a party that nothing is opened to", async () => {
    const { asked, ruling } = await first("ok");
    const ruled = ruleRelease(asked, ruling);
    const to = { row: "O13", party: "court", alert: false, ins: false };
    expect(ruleExport(ruled, undefined, ruling.state.facts, asked.table)).toBe(ruled);
    const out = ruleExport(ruled, to, ruling.state.facts, asked.table);
    expect(refused(out)).toBe(true);
    expect(out.question).toMatchObject({ action: "export_document", via: "statutory" });
  });
});

describe("a deposit", () => {
  it("by somebody who takes no part is refused in a section, and is answered in an exchange or a report they are in", async () => {
    const { asked, ruling } = await first("ok");
    const stranger = { ...asked, user: "0".repeat(64) };
    expect(refused(ruleWrite(stranger, ruling, 1))).toBe(true);
    expect(refused(ruleWrite(stranger, { ...ruling, place: "report" }, 1))).toBe(true);
    expect(ruleWrite(stranger, { ...ruling, place: "report" }, 2).decision.rules).toEqual(["R38"]);
    expect(refused(ruleWrite(stranger, { ...ruling, place: "exchange" }, 1))).toBe(false);
  });
});

it("is ruled on vectors of both kinds", () => {
  expect(OPENINGS.length).toBeGreaterThan(5);
  expect(ANSWERS.length).toBeGreaterThan(5);
});
