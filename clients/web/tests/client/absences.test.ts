/** Who stands in for whom, on the world of `tests/vectors/absence.json`: composed here, judged by the chain. */
import { describe, expect, it } from "vitest";

import absence_ from "../../../../tests/vectors/absence.json?raw";
import { absence, colleagues, ownAbsences, standIns, standsInFor } from "../../src/client/absences.ts";
import { Misuse } from "../../src/client/errors.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { played } from "../vectors/case-runner.ts";

const DAY = 86_400_000;

interface Vectors {
  readonly cases: readonly { readonly name: string; readonly input: Record<string, unknown> & { readonly at_ms?: number } }[];
}

async function world(name: string) {
  const found = (JSON.parse(absence_) as Vectors).cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  const { at_ms: atMs = 0, world: desk, links } = found.input;
  const { facts } = (await played(new Fields({ world: desk, links } as never, name))).world.main;
  const [absent = "", relay = ""] = facts
    .of("participation")
    .filter(({ fact }) => fact.capacity.row === "H2" && fact.capacity.structure === "clinic")
    .map(({ fact }) => fact.user);
  const doctor = facts.of("participation").find(({ fact }) => fact.capacity.row === "H1")?.fact.user ?? "";
  return { facts, atMs, absent, relay, doctor };
}

describe("who is away", () => {
  it("names the relay to who writes, and nobody once they are back", async () => {
    const { facts, atMs, absent, relay, doctor } = await world("while somebody is away one colleague stands in");
    expect(standIns(facts, [doctor, absent], atMs)).toEqual([{ absent, relay, untilMs: atMs + 14 * DAY }]);
    expect([...standsInFor(facts, relay, atMs)]).toEqual([absent]);
    expect(standsInFor(facts, doctor, atMs).size).toBe(0);
    const back = await world("who came back earlier is there");
    expect(standIns(back.facts, [back.absent], back.atMs)).toEqual([]);
    expect(standsInFor(back.facts, back.relay, back.atMs).size).toBe(0);
  });

  it("shows who is away what they announced, ahead of its first day too", async () => {
    const { facts, atMs, absent, relay } = await world("nobody stands in before the first instant");
    expect(ownAbsences(facts, absent, atMs).map(({ fact }) => fact.untilMs - fact.fromMs)).toEqual([14 * DAY]);
    expect(ownAbsences(facts, relay, atMs)).toEqual([]);
    expect(standIns(facts, [absent], atMs)).toEqual([]);
  });
});

describe("who may stand in", () => {
  it("has the same function in the same structure: neither another row, nor another structure, nor oneself", async () => {
    const { facts, atMs, absent, relay, doctor } = await world("a void absence has no relay");
    expect(colleagues(facts, absent, atMs)).toEqual([relay]);
    expect(absence(absent, relay, atMs, atMs + DAY)(facts, atMs)).toMatchObject({ type: "absence", untilMs: atMs + DAY });
    for (const wrong of [doctor, absent]) {
      expect(() => absence(absent, wrong, atMs, atMs + DAY)(facts, atMs)).toThrow(Misuse);
    }
  });
});
