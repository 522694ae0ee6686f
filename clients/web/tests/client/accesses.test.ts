/** What stands first among who looked (F17): a professional by night, never the person, for whom any hour at home is her own. */
import { describe, expect, it } from "vitest";

import { NEW_FOR_MS, reading } from "../../src/client/accesses.ts";
import type { Access, Odd } from "../../src/client/accesses.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { readView } from "../../src/protocol/log-payload.ts";

const [NOON_MS, NIGHT_MS] = [new Date(2026, 2, 2, 12).getTime(), new Date(2026, 2, 2, 23).getTime()];
const PROFESSIONAL = { row: "H2", structure: "practice" };

function look(index: number, timeMs: number, who: JsonObject): Access {
  const release = { part: "body", intent: "open", purpose: "care", compartment: "medical", level: 2, entries: ["12".repeat(32)] };
  const view = readView({ v: 1, act: "release", time_ms: timeMs, rules: [], ...release, ...who });
  const leaf = {
    type: "act",
    tsMs: timeMs,
    tag: new Uint8Array(32),
    commit: new Uint8Array(32),
    body: new Uint8Array(),
  } as const;
  return { index, timeMs, view, leaf };
}

function odd(...acts: readonly Access[]): readonly (readonly [number, readonly Odd[]])[] {
  return reading(acts, NIGHT_MS + NEW_FOR_MS).odd.map(({ act, why }) => [act.index, why]);
}

describe("a look at night", () => {
  it("stands first when a professional looked", () => {
    expect(odd(look(1, NOON_MS, PROFESSIONAL), look(2, NIGHT_MS, PROFESSIONAL))).toEqual([[2, ["night"]]]);
  });

  it("does not when the person looked herself, however often", () => {
    const own = [2, 3, 4, 5, 6, 7].map((index) => look(index, NIGHT_MS, {}));
    expect(odd(look(1, NIGHT_MS, PROFESSIONAL), ...own)).toEqual([[1, ["night"]]]);
  });
});
