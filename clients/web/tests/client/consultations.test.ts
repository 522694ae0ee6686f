/** « Mes consultations »: what was released to oneself, by day and case; and that the page about it was read. */
import { describe, expect, it } from "vitest";

import { consultations } from "../../src/client/consultations.ts";
import type { Logged } from "../../src/client/log-cases.ts";
import { readTraces, tracesRead, TRACES_VERSION } from "../../src/client/traces.ts";
import { readIdentity, readView } from "../../src/protocol/log-payload.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { MemoryVault } from "./memory-vault.ts";

const hash = (n: number): string => n.toString(16).padStart(64, "0");
const [ME, CASE, OTHER] = [hash(1), hash(77), hash(78)];
const MORNING_MS = new Date(2026, 2, 3, 9).getTime();
const NEXT_MS = new Date(2026, 2, 4, 9).getTime();

let next = 0;

function release(case_: string, atMs: number, view: JsonObject = {}): Logged {
  const request = { body: { type: "release-request", case: case_ }, sig: "" };
  const told = { part: "body", intent: "open", purpose: "care", compartment: "medical", level: 2, entries: [hash(9)], rules: [] };
  return {
    index: next++,
    leaf: { type: "act", tsMs: atMs, tag: new Uint8Array(32), commit: new Uint8Array(32), body: new Uint8Array() },
    view: readView({ v: 1, act: "release", time_ms: atMs, class: "main", case_seq: next, ...told, ...view }),
    identity: readIdentity({ v: 1, facts: [], user: ME, device: hash(50), request_hash: hash(60), request }),
  };
}

describe("what somebody read", () => {
  it("is counted by day and case, the newest first, apart what was only handed to the device and what left it", () => {
    const lines = consultations([
      release(CASE, MORNING_MS),
      release(CASE, MORNING_MS, { intent: "sync", compartment: "plan", emergency: true }),
      release(CASE, MORNING_MS, { intent: "print" }),
      release(OTHER, MORNING_MS, { intent: "search" }),
      release(CASE, NEXT_MS, { intent: "offline" }),
    ]);
    expect(lines.map((one) => [one.case, one.opened, one.delivered, one.takenOut, one.urgent])).toEqual([
      [CASE, 0, 1, 0, false],
      [OTHER, 0, 1, 0, false],
      [CASE, 1, 1, 1, true],
    ]);
    expect(lines[2]?.parts).toEqual(["medical", "plan"]);
  });

  it("tells nothing of what stands in a list apart, nor of what was erased, nor of a look at the log", () => {
    const look = release(CASE, MORNING_MS);
    const told = consultations([
      release(CASE, MORNING_MS, { class: "third_party_hidden" }),
      { ...release(CASE, MORNING_MS), view: undefined },
      {
        ...look,
        view: readView({ v: 1, act: "log-look", time_ms: MORNING_MS, entries: [], rules: [], purpose: "own_releases" }),
      },
    ]);
    expect(told).toEqual([]);
  });
});

describe("the page on what is traced", () => {
  it("was read when its date is kept, and is read again when its text has another version", async () => {
    const { vault } = new MemoryVault();
    expect(await tracesRead(vault)).toBeUndefined();
    await readTraces(vault, MORNING_MS);
    expect(await tracesRead(vault)).toBe(MORNING_MS);
    await vault.save("traces", { version: TRACES_VERSION + 1, time_ms: MORNING_MS });
    expect(await tracesRead(vault)).toBeUndefined();
  });
});
