/** What an auditor looks for, counts and takes away: over acts drawn here, nothing asked of a hub. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { COLUMNS, toCsv, toJsonLines } from "../../src/client/log-acts.ts";
import type { Logged } from "../../src/client/log-cases.ts";
import { alongTime, countActs } from "../../src/client/log-counts.ts";
import { REPORTS } from "../../src/client/log-reports.ts";
import { fits } from "../../src/client/log-search.ts";
import type { Wanted } from "../../src/client/log-search.ts";
import { dayStarts, wallTime } from "../../src/client/paris.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { prefixOf, referenceOf } from "../../src/protocol/case-reference.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { factBody, factHash } from "../../src/protocol/facts.ts";
import { readIdentity, readView } from "../../src/protocol/log-payload.ts";

const hash = (n: number): string => n.toString(16).padStart(64, "0");
const [NURSE, DOCTOR, CASE] = [hash(1), hash(2), hash(77)];
/** Tuesday, 3 March 2026, 10:00 in Paris. */
const TUESDAY_MS = Date.UTC(2026, 2, 3, 9);
const HOUR_MS = 3_600_000;

interface Drawn {
  readonly view?: JsonObject;
  readonly identity?: JsonObject;
  readonly body?: JsonObject;
  readonly fact?: JsonObject;
  readonly atMs?: number;
}

let next = 0;

function act(name: string, { view = {}, identity = {}, body = {}, fact, atMs = TUESDAY_MS }: Drawn = {}): Logged {
  const release = { part: "body", intent: "open", purpose: "care", compartment: "medical", level: 2, entries: [hash(9)] };
  const needed = name === "release" ? release : name === "refusal" ? { rules: ["R1"] } : {};
  const request = { body: { type: "fact", case: CASE, ...body }, sig: "" };
  const usual = { user: NURSE, device: hash(50), request_hash: hash(60), request };
  return {
    index: next++,
    leaf: { type: "act", tsMs: atMs, tag: new Uint8Array(32), commit: new Uint8Array(32), body: new Uint8Array() },
    view: readView({ v: 1, act: name, time_ms: atMs, entries: [], rules: [], ...needed, ...view }),
    identity: readIdentity({ v: 1, facts: [], ...usual, ...identity }),
    fact,
  };
}

const CARE = { row: "H2", structure: "idel", participation: hash(5) };

describe("a search", () => {
  const acts = [
    act("release", { view: CARE }),
    act("release", { view: { ...CARE, emergency: true, intent: "print" }, identity: { user: DOCTOR, device: hash(51) } }),
    act("refusal", { view: { row: "S9", structure: "aide", rules: ["R12", "P7"] }, atMs: TUESDAY_MS + HOUR_MS }),
    { ...act("release"), view: undefined },
  ];
  const found = (wanted: Wanted): number[] => acts.flatMap((one, i) => (fits(wanted, one) ? [i] : []));

  it("without a question shows all but what was erased", () => {
    expect(found({})).toEqual([0, 1, 2]);
  });

  it.each<[Wanted, number[]]>([
    [{ act: "refusal" }, [2]],
    [{ structure: "idel", intent: "print" }, [1]],
    [{ rule: "P7" }, [2]],
    [{ rule: "P" }, []],
    [{ outcome: "emergency" }, [1]],
    [{ outcome: "refused" }, [2]],
    [{ user: DOCTOR.slice(0, 64) }, [1]],
    [{ sinceMs: TUESDAY_MS + 1 }, [2]],
    [{ untilMs: TUESDAY_MS + HOUR_MS }, [0, 1]],
    [{ case: CASE }, [0, 1, 2]],
    [{ case: hash(78) }, []],
  ])("by %j finds %j", (wanted, expected) => {
    expect(found(wanted)).toEqual(expected);
  });
});

describe("counts", () => {
  it("are by structure, hour, rule and outcome, refusals weighing what they stand for", () => {
    const counts = countActs([
      act("release", { view: CARE }),
      act("release", { view: CARE }),
      act("refusal", { view: { ...CARE, structure: "aide", rules: ["R12"], count: 7 }, atMs: TUESDAY_MS + 13 * HOUR_MS }),
    ]);
    expect(counts.total).toBe(9);
    expect(counts.structures).toEqual([
      { key: "aide", count: 7 },
      { key: "idel", count: 2 },
    ]);
    expect(counts.hours.filter(({ count }) => count > 0)).toEqual([
      { key: "10", count: 2 },
      { key: "23", count: 7 },
    ]);
    expect(counts.rules).toEqual([{ key: "R12", count: 7 }]);
    expect(counts.outcomes.map(({ count }) => count)).toEqual([2, 7, 0]);
  });

  it("of nothing are empty, every hour standing", () => {
    expect(countActs([])).toMatchObject({ total: 0, times: [], rules: [] });
    expect(countActs([]).hours).toHaveLength(24);
  });

  it("add up to the total, whatever was counted", () => {
    const drawn = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 * 24 }), fc.integer({ min: 1, max: 9 })), { maxLength: 30 });
    fc.assert(
      fc.property(drawn, (draws) => {
        const counts = countActs(
          draws.map(([hours, count]) => act("refusal", { view: { ...CARE, count }, atMs: TUESDAY_MS + hours * HOUR_MS })),
        );
        for (const group of [counts.structures, counts.hours, counts.outcomes, counts.times]) {
          expect(group.reduce((sum, { count }) => sum + count, 0)).toBe(counts.total);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("along time leave no gap, by month where days are too many", () => {
    const days = alongTime([
      { key: "2026-02-27", count: 1 },
      { key: "2026-03-02", count: 2 },
    ]);
    expect(days.map(({ key, count }) => `${key} ${count}`)).toEqual([
      "2026-02-27 1",
      "2026-02-28 0",
      "2026-03-01 0",
      "2026-03-02 2",
    ]);
    const months = alongTime([
      { key: "2025-11-30", count: 1 },
      { key: "2026-02-01", count: 2 },
    ]);
    expect(months.map(({ key, count }) => `${key} ${count}`)).toEqual(["2025-11 1", "2025-12 0", "2026-01 0", "2026-02 2"]);
  });
});

describe("a report", () => {
  const night = act("release", { view: CARE, atMs: TUESDAY_MS - 7 * HOUR_MS });
  const lines = (name: keyof typeof REPORTS, acts: readonly Logged[]): number => REPORTS[name](acts).length;

  it("shows what was opened by night or at a weekend, not what a device fetched by itself", () => {
    const synced = act("release", { view: { ...CARE, intent: "sync" }, atMs: TUESDAY_MS - 7 * HOUR_MS });
    const saturday = act("release", { view: CARE, atMs: TUESDAY_MS + 4 * 24 * HOUR_MS });
    const titles = act("release", { view: { ...CARE, part: "title" }, atMs: TUESDAY_MS - 7 * HOUR_MS });
    expect(lines("hours", [night, synced, saturday, titles, act("release", { view: CARE })])).toBe(2);
  });

  it("shows who took no part in the case, and nobody under an emergency", () => {
    const stranger = act("release", { view: { row: "H1", structure: "elsewhere" } });
    const emergency = act("release", { view: { row: "H1", structure: "elsewhere", emergency: true } });
    expect(lines("no-team", [stranger, emergency, act("release", { view: CARE })])).toBe(1);
  });

  it("counts bulk by user and day, over 50 different entries", () => {
    const reading = (from: number, count: number): Logged =>
      act("release", { view: { ...CARE, entries: Array.from({ length: count }, (_, i) => hash(1000 + from + i)) } });
    expect(lines("bulk", [reading(0, 50), reading(0, 50)])).toBe(0);
    expect(REPORTS.bulk([reading(0, 50), reading(50, 1)])[0]?.count).toBe(51);
  });

  it("shows an emergency until somebody reviewed it", () => {
    const salt = new Uint8Array(16);
    const fields = { user: DOCTOR, row: "H1", structure: "clinic", openedMs: TUESDAY_MS, untilMs: TUESDAY_MS + HOUR_MS };
    const fact = factBody({ type: "emergency", ...fields }, salt);
    const declared = act("emergency-start", { view: { row: "H1", structure: "clinic", emergency: true }, fact });
    const request = { body: { ...statement("fact"), case: CASE, fact: factHash(fact) }, sig: "" };
    const start = { ...declared, identity: readIdentity({ v: 1, facts: [], request_hash: hash(60), request }) };
    const emergency = factHash(fact);
    const review = { type: "emergency-review", emergency, outcome: "legitimate", atMs: TUESDAY_MS, words: [] } as const;
    expect(lines("emergencies", [start])).toBe(1);
    expect(lines("emergencies", [start, act("fact", { fact: factBody(review, salt) })])).toBe(0);
  });

  it("shows who looked at the file in which they are the person", () => {
    const person = act("fact", {
      fact: factBody({ type: "person", user: NURSE, identityStatus: "PROV" }, new Uint8Array(16)),
    });
    expect(lines("own-file", [person, act("release", { view: CARE })])).toBe(1);
    expect(lines("own-file", [person, act("release", { view: CARE, identity: { user: DOCTOR, device: hash(51) } })])).toBe(0);
    expect(lines("own-file", [person, act("release", { view: CARE, body: { case: hash(78) } })])).toBe(0);
  });

  it("shows who had opened what its author took back then, and nobody else", () => {
    const opened = act("release", { view: CARE, identity: { user: DOCTOR, device: hash(51) } });
    const others = [
      act("release", { view: CARE }),
      act("release", { view: { ...CARE, part: "title" }, identity: { user: DOCTOR, device: hash(51) } }),
      act("release", { view: { ...CARE, entries: [hash(10)] }, identity: { user: DOCTOR, device: hash(51) } }),
    ];
    const taken = act("take-back", { view: { entries: [hash(9)] } });
    expect(REPORTS["taken-back"]([...others, opened, taken])).toEqual([{ acts: [taken, opened], user: DOCTOR }]);
    expect(lines("taken-back", [...others, taken, opened])).toBe(0);
  });

  it("counts refusals by reason, and shows what left the platform and the looks with a reason", () => {
    const refused = (count: number): Logged => act("refusal", { view: { count }, identity: { refusal: "denied" } });
    expect(REPORTS.refusals([refused(2), refused(3)])).toMatchObject([{ count: 5, problem: "denied", rules: "R1" }]);
    expect(lines("exports", [act("release", { view: { ...CARE, intent: "export" } }), act("release", { view: CARE })])).toBe(1);
    const look = (body: JsonObject): Logged =>
      act("log-look", { view: { purpose: "audit" }, body: { ...statement("log-request"), ...body } });
    const looks = [look({ scope: {} }), look({ scope: { case: CASE, user: NURSE }, reason: "inspection" })];
    expect(lines("look-ups", looks)).toBe(2);
    expect(REPORTS.lifted(looks)).toMatchObject([{ reason: "inspection", lifted: NURSE }]);
  });
});

describe("an export", () => {
  const one = act("release", { view: { ...CARE, entries: [hash(9), hash(10)] } });

  it("is CSV with a line of names, lists parted by blanks", () => {
    const [names, first, end] = toCsv([one]).split("\r\n");
    expect(names?.split(",")).toEqual([...COLUMNS]);
    expect(first).toContain(`${hash(9)} ${hash(10)}`);
    expect(first?.split(",")).toHaveLength(COLUMNS.length);
    expect(end).toBe("");
  });

  it("is one JSON object a line, without what the act does not have", () => {
    const [line] = toJsonLines([one]).split("\n");
    const row = JSON.parse(line ?? "") as Record<string, unknown>;
    expect(Object.keys(row)).toEqual([...Object.keys(row)].sort());
    expect(row).toMatchObject({ act: "release", case: CASE, time: "2026-03-03T09:00:00.000Z" });
    expect(row).not.toHaveProperty("refusal");
  });
});

describe("days of Paris", () => {
  it.each([
    ["2026-03-03", "2026-03-02T23:00:00.000Z"],
    ["2026-03-29", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "2026-03-29T22:00:00.000Z"],
    ["2026-10-25", "2026-10-24T22:00:00.000Z"],
  ])("%s begins at %s, whatever the clocks do that night", (date, expected) => {
    expect(new Date(dayStarts(date) ?? 0).toISOString()).toBe(expected);
    expect(wallTime(dayStarts(date) ?? 0)).toMatchObject({ date, hour: 0 });
  });

  it.each(["", "2026-02-30", "2026-13-01", "03/03/2026", "2026-3-3"])("%j is no date", (given) => {
    expect(dayStarts(given)).toBeUndefined();
  });
});

describe("the reference of a case", () => {
  const cases = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));

  it("reads back as the beginning of its case, however it is said", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const said = referenceOf(one).toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
        expect(prefixOf(said)).toBe(one.slice(0, 15));
      }),
    );
  });

  it("is the one that the papers bear", () => {
    expect(referenceOf("0123456789abcde".padEnd(64, "0"))).toBe("04HM-ASW9-NF6Y-J9");
  });

  it("with one wrong character is always found wrong", () => {
    fc.assert(
      fc.property(
        cases,
        fc.constantFrom(0, 1, 2, 3, 5, 8, 11, 15, 16),
        fc.constantFrom(..."0123456789ABCDEFGHJKMNPQRSTVWXYZ".split(/(?!^)/)),
        (one, at, other) => {
          const reference = referenceOf(one);
          const wrong = reference.slice(0, at) + other + reference.slice(at + 1);
          if (wrong === reference) return;
          expect(() => prefixOf(wrong)).toThrow(ProtocolError);
        },
      ),
    );
  });
});

function statement(type: string): JsonObject {
  return { v: 1, type };
}
