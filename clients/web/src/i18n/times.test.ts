/** Times as somebody would say them, in both languages, never as digits that must be decoded. */
import { describe, expect, it } from "vitest";

import { ago, duration, instant } from "./times.ts";

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

describe("a duration", () => {
  it("is the largest unit that fits, and never nothing", () => {
    const said = [0, 59 * MINUTE, 25 * HOUR].map((ms) => duration(ms, "fr").replace(/\s/g, " "));
    expect(said).toEqual(["1 minute", "59 minutes", "1 jour"]);
  });
});
