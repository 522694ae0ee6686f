/** Times as somebody would say them, in both languages, never as digits that must be decoded. */
import { describe, expect, it } from "vitest";

import { ago, date, duration, hour, instant, longDate } from "./times.ts";

const NOON = new Date(2026, 2, 4, 12).getTime();
const [MINUTE, HOUR] = [60_000, 3_600_000];

describe("how long ago something was", () => {
  it.each([
    [30_000, "maintenant", "now"],
    [5 * MINUTE, "il y a 5 minutes", "5 minutes ago"],
    [3 * HOUR, "il y a 3 heures", "3 hours ago"],
    [13 * HOUR, "hier", "yesterday"],
    [37 * HOUR, "avant-hier", "2 days ago"],
    [6 * 24 * HOUR, "il y a 6 jours", "6 days ago"],
    [30 * 24 * HOUR, "2 février 2026", "2 February 2026"],
  ])("%d ms is « %s » or « %s »", (past, french, english) => {
    expect([ago(NOON - past, NOON, "fr"), ago(NOON - past, NOON, "en")]).toEqual([french, english]);
  });
});

describe("an instant", () => {
  it("names the day, the month and the hour", () => {
    expect(instant(NOON, "fr")).toMatch(/^mercredi 4 mars 2026 à 12:00$/);
    expect(instant(NOON, "en")).toMatch(/^Wednesday,? 4 March 2026 at 12:00$/);
  });
});

describe("the first of a month", () => {
  const FIRST = new Date(2026, 11, 1, 12).getTime();

  it("is « le 1er » in French and nothing else in English", () => {
    expect(date(FIRST, "fr")).toBe("1er décembre 2026");
    expect(longDate(FIRST, "fr")).toBe("mardi 1er décembre 2026");
    expect(instant(FIRST, "fr")).toBe("mardi 1er décembre 2026 à 12:00");
    expect(date(FIRST, "en")).toBe("1 December 2026");
  });

  it("is no other day: neither the 11th nor the 21st, nor one o’clock", () => {
    const days = [11, 21, 31].map((day) => date(new Date(2026, 11, day, 1, 1).getTime(), "fr"));
    expect(days).toEqual(["11 décembre 2026", "21 décembre 2026", "31 décembre 2026"]);
    expect(hour(new Date(2026, 11, 1, 1, 1).getTime(), "fr")).toBe("01:01");
  });
});

describe("a duration", () => {
  it("is the largest unit that fits, and never nothing", () => {
    const said = [0, 59 * MINUTE, 25 * HOUR].map((ms) => duration(ms, "fr").replace(/\s/g, " "));
    expect(said).toEqual(["1 minute", "59 minutes", "1 jour"]);
  });
});
