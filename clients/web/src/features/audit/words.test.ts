/** Days and instants of Paris, as the auditor's screens say them. */
import { describe, expect, it } from "vitest";

import { dayOf, momentOf } from "./words.ts";

const FIRST = Date.UTC(2026, 11, 1, 8);

describe("the first of a month in the log", () => {
  it("is « le 1er » in French and nothing else in English", () => {
    expect([dayOf("2026-12-01", "fr"), dayOf("2026-12-11", "fr")]).toEqual(["1er décembre 2026", "11 décembre 2026"]);
    expect(momentOf(FIRST, "fr")).toMatch(/^mardi 1er décembre 2026 à 0?9:00:00$/);
    expect(dayOf("2026-12-01", "en")).not.toContain("1er");
  });
});
