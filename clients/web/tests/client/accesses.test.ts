/** What stands first among who looked (F17), and what was opened counted apart from what a device received (F8). */
import { describe, expect, it } from "vitest";

import { account, NEW_FOR_MS, reading } from "../../src/client/accesses.ts";
import type { Access, Odd } from "../../src/client/accesses.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { readView } from "../../src/protocol/log-payload.ts";

const [NOON_MS, NIGHT_MS] = [new Date(2026, 2, 2, 12).getTime(), new Date(2026, 2, 2, 23).getTime()];
const DAY_MS = 24 * 3_600_000;
const PROFESSIONAL = { row: "H2", structure: "practice" };
const NURSE = { row: "H3", structure: "nurses" };

function act(index: number, timeMs: number, what: JsonObject): Access {
  const leaf = {
    type: "act",
    tsMs: timeMs,
    tag: new Uint8Array(32),
    commit: new Uint8Array(32),
    body: new Uint8Array(),
  } as const;
  return { index, timeMs, view: readView({ v: 1, time_ms: timeMs, rules: [], entries: [], ...what }), leaf };
}

function look(index: number, timeMs: number, who: JsonObject, more: JsonObject = {}): Access {
  const release = { part: "body", intent: "open", purpose: "care", compartment: "medical", level: 2, entries: ["12".repeat(32)] };
  return act(index, timeMs, { act: "release", ...release, ...who, ...more });
}

function odd(...acts: readonly Access[]): readonly (readonly [number, readonly Odd[]])[] {
  return reading(acts, NIGHT_MS + NEW_FOR_MS).odd.map((one) => [one.act.index, one.why]);
}

describe("a look at night", () => {
  it("stands first when a professional looked", () => {
    expect(odd(look(1, NOON_MS, PROFESSIONAL), look(2, NIGHT_MS, PROFESSIONAL))).toEqual([[2, ["night"]]]);
  });

  it("does not when the person looked herself, however often", () => {
    const own = [2, 3, 4, 5, 6, 7].map((index) => look(index, NIGHT_MS, {}));
    expect(odd(look(1, NIGHT_MS, PROFESSIONAL), ...own)).toEqual([[1, ["night"]]]);
  });

  it("does not when a device fetched by itself what is new", () => {
    expect(odd(look(1, NOON_MS, PROFESSIONAL), look(2, NIGHT_MS, PROFESSIONAL, { intent: "sync" }))).toEqual([]);
  });

  it("begins at nine in the evening and ends at six", () => {
    const hours = [5, 6, 20, 21].map((hour, at) => look(at + 2, new Date(2026, 2, 3, hour).getTime(), PROFESSIONAL));
    expect(odd(look(1, NOON_MS, PROFESSIONAL), ...hours).map(([index]) => index)).toEqual([5, 2]);
  });
});

describe("a look of somebody who never looked before", () => {
  const now = NOON_MS + DAY_MS;

  it("stands first, for each who looks, at their first look only", () => {
    const acts = [look(1, NOON_MS, PROFESSIONAL), look(2, NOON_MS, PROFESSIONAL), look(3, NOON_MS, NURSE)];
    expect(reading(acts, now).odd.map((one) => [one.act.index, one.why])).toEqual([
      [3, ["new"]],
      [1, ["new"]],
    ]);
  });

  it("is no news after a month, nor when it is the person herself", () => {
    expect(reading([look(1, NOON_MS, PROFESSIONAL)], NOON_MS + NEW_FOR_MS).odd).toEqual([]);
    expect(reading([look(1, NOON_MS, {})], now).odd).toEqual([]);
  });
});

describe("what stands first besides", () => {
  const before = look(1, NOON_MS, PROFESSIONAL);

  it("is what was done in an emergency, and that one was declared", () => {
    const declared = act(2, NOON_MS, { act: "emergency-start", emergency: true, ...PROFESSIONAL });
    const during = look(3, NOON_MS, PROFESSIONAL, { emergency: true });
    expect(odd(before, declared, during)).toEqual([
      [3, ["emergency"]],
      [2, ["emergency"]],
    ]);
  });

  it("is what left on paper or as a file, for somebody outside too", () => {
    const printed = look(2, NOON_MS, PROFESSIONAL, { intent: "print" });
    const exported = look(3, NOON_MS, PROFESSIONAL, { intent: "export", to: "O7" });
    expect(odd(before, printed, exported)).toEqual([
      [3, ["taken-out"]],
      [2, ["taken-out"]],
    ]);
  });

  it("is nothing of an ordinary day: looks at noon of who looked before, refusals, what is written", () => {
    const written = act(3, NIGHT_MS, { act: "deposit", compartment: "medical", level: 1, ...PROFESSIONAL });
    const refused = act(4, NIGHT_MS, { act: "refusal", rules: ["R1"], compartment: "medical", level: 2, ...NURSE });
    expect(odd(before, look(2, NOON_MS, PROFESSIONAL), written, refused)).toEqual([]);
  });

  it("says every reason on one line, the gravest first", () => {
    expect(odd(before, look(2, NIGHT_MS, PROFESSIONAL, { intent: "print", emergency: true }))).toEqual([
      [2, ["emergency", "taken-out", "night"]],
    ]);
  });
});

describe("the counts of who looked", () => {
  const intents = ["open", "open", "sync", "offline", "search", "print", "export"];
  const acts = intents.map((intent, at) => look(at + 1, NOON_MS, PROFESSIONAL, { intent }));

  it("keep what was opened on a screen apart from what was handed to a device or taken out", () => {
    const { opened, delivered, takenOut } = reading(acts, NOON_MS);
    expect([opened, delivered, takenOut]).toEqual([2, 3, 2]);
  });

  it("put one line for each who looked and each week, the newest week first", () => {
    const later = look(9, NOON_MS + 7 * DAY_MS, PROFESSIONAL);
    const { groups } = reading([...acts, look(8, NOON_MS, NURSE), later], later.timeMs);
    expect(groups.map(({ reader, acts: within }) => [reader.row, within.length])).toEqual([
      ["H2", 1],
      ["H3", 1],
      ["H2", 7],
    ]);
  });
});

describe("her list to keep", () => {
  it("has what left, what was put before somebody, emergencies, and looks of others by who looked", () => {
    const acts = [
      look(1, NOON_MS, PROFESSIONAL),
      look(2, NOON_MS, PROFESSIONAL),
      look(3, NOON_MS, {}),
      look(4, NOON_MS, PROFESSIONAL, { intent: "print" }),
      act(5, NOON_MS, { act: "opening", compartment: "medical", level: 2, ...PROFESSIONAL }),
      act(6, NOON_MS, { act: "emergency-start", emergency: true, ...NURSE }),
      look(7, NOON_MS - DAY_MS, NURSE),
    ];
    const { left, communicated, emergencies, consulted } = account(acts, NOON_MS, NOON_MS + 1);
    expect([left, communicated, emergencies].map((found) => found.map(({ index }) => index))).toEqual([[4], [5], [6]]);
    expect(consulted.map(({ last, count }) => [last.index, count])).toEqual([[2, 2]]);
  });
});
