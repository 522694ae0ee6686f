/** The rules of facts and acts are those of the Python package, which `rules-data.json` holds. */
import { expect, it } from "vitest";

import { ACT_RULES, actOf, mayAct, mayOpenCase } from "../../src/protocol/act-rules.ts";
import { FACT_RULES, isWidening } from "../../src/protocol/fact-rules.ts";
import { PROBLEM_PREFIX, problemFromUri, PROBLEMS } from "../../src/protocol/problems.ts";
import data from "../../src/protocol/rules-data.json";

const COORDINATOR = { row: "S13", category: 2, structure: "dac", secretBasis: [] };
const RECEPTION = { ...COORDINATOR, row: "S11" };

it("says of each fact who may sign it, and what it does, as the Python package does", () => {
  const rules = Object.entries(FACT_RULES).map(([type, { effect, signers }]) => {
    return [type, { effect, signers: [...signers].sort() }] as const;
  });
  expect(Object.fromEntries(rules)).toEqual(data.facts);
});

it("states each fact as one act, and only one", () => {
  for (const type of Object.keys(FACT_RULES)) {
    const acts = [...ACT_RULES].filter(([, rule]) => rule.facts.has(type)).map(([act]) => act);
    const stated: Readonly<Record<string, number>> = { participation: 3, consent: 2, retention: 2 };
    expect(acts.length, type).toBe(stated[type] ?? 1);
  }
});

it("tells the horizon from the membership, a refusal from an agreement, closing from a contact", () => {
  const member = { type: "participation", user: "", attestation: "", capacity: COORDINATOR, regime: "care", limb: 1 } as const;
  expect(actOf({ ...member, startMs: 5 })).toBe("add_member");
  expect(actOf({ ...member, startMs: 5, historyFromMs: 5 })).toBe("add_member");
  expect(actOf({ ...member, startMs: 5, historyFromMs: 4 })).toBe("set_horizon");
  expect(actOf({ type: "retention", lastContactMs: 1, decision: "none" })).toBe("record_contact");
  expect(actOf({ type: "retention", lastContactMs: 1, decision: "archived" })).toBe("close_case");
  expect(actOf({ type: "death", atMs: 1 })).toBe("record_death");
});

it("opens no act to a row that it is not for, and an unknown act to nobody", () => {
  expect(mayAct("add_member", COORDINATOR)).toBe(true);
  expect(mayAct("add_member", RECEPTION)).toBe(false);
  expect(mayAct("record_refusal", RECEPTION)).toBe(true);
  expect(mayAct("__proto__", COORDINATOR)).toBe(false);
  expect(mayOpenCase(COORDINATOR, "care")).toBe(true);
  expect(mayOpenCase(COORDINATOR, "mdph")).toBe(false);
  expect(mayOpenCase(RECEPTION, "care")).toBe(false);
});

it("takes a regained ability for narrowing", () => {
  expect(isWidening({ type: "ability", state: "able", fromMs: 1 })).toBe(false);
  expect(isWidening({ type: "ability", state: "unable", fromMs: 1 })).toBe(true);
});

it("knows the problems of the list and no other", () => {
  expect(PROBLEMS).toEqual(data.problems);
  expect(problemFromUri(`${PROBLEM_PREFIX}denied`)).toBe("denied");
  for (const type of ["denied", `${PROBLEM_PREFIX}other`, `${PROBLEM_PREFIX}toString`, PROBLEM_PREFIX, "about:blank"]) {
    expect(problemFromUri(type), type).toBeUndefined();
  }
});
