/** Facts in a case: what is remembered of them is never another case's, and what waited is told. */
import fc from "fast-check";
import { expect, it } from "vitest";

import { CaseFacts } from "../../src/protocol/case-facts.ts";
import { checkCollected, firstLate, isLate, LATE_AFTER_MS, withLate } from "../../src/protocol/fact-collection.ts";
import { powerToMake } from "../../src/protocol/fact-entitlement.ts";
import { FactFolds } from "../../src/protocol/fact-folds.ts";
import { dueMs } from "../../src/protocol/fact-requests.ts";
import { factBody, readFact } from "../../src/protocol/facts.ts";
import type { Fact } from "../../src/protocol/facts.ts";

const HASH = "a".repeat(64);
const OTHER = "b".repeat(64);
const SALT = new Uint8Array(16);
const START = { case: HASH, kind: "care", structure: "dac", createdMs: 1000, opener: { user: HASH } };
const CONSENT = {
  type: "consent",
  kind: "person_request_to_third_party",
  decision: "given",
  information: [{ compartment: "medical", level: 1 }],
  recipients: { users: [HASH] },
  givenBy: {},
  givenMs: 1000,
  means: "oral",
} as const;

function member(user: string, hash: string): Parameters<CaseFacts["withRecord"]>[0] {
  const capacity = { row: "H1", category: 1, structure: "clinic", secretBasis: [] };
  const said = { type: "participation", user, attestation: HASH, capacity, regime: "care", limb: 1, startMs: 10 } as const;
  return { fact: said, hash, position: 1, author: START.opener, recordedMs: 10, power: "member" };
}

function mandate(holder: string, hash: string): Parameters<CaseFacts["withRecord"]>[0] {
  const said = { type: "mandate", kind: "tutelle", holder, domains: ["person"], mode: "representation" } as const;
  const fact = { ...said, startMs: 10, exercise: true };
  return { fact, hash, position: 2, author: START.opener, recordedMs: 10, power: "member" };
}

it("finds a member under their user in each state of a case, whichever of two was asked first", () => {
  const empty = CaseFacts.start(START);
  expect(empty.participationsOf(HASH)).toEqual([]);
  const represented = empty.withRecord(mandate(HASH, "1".repeat(64)));
  const [one, other] = [represented.withRecord(member(HASH, OTHER)), represented.withRecord(member(OTHER, HASH))];
  expect(one.participationsOf(HASH).map(({ hash }) => hash)).toEqual([OTHER]);
  expect(other.participationsOf(HASH)).toEqual([]);
  expect(other.participationsOf(OTHER).map(({ hash }) => hash)).toEqual([HASH]);
  expect(represented.participationsOf(HASH)).toEqual([]);
});

it("ends a participation at the earliest of the ends that were said", () => {
  const joined = CaseFacts.start(START).withRecord(member(HASH, OTHER));
  const end = (atMs: number, hash: string): Parameters<CaseFacts["withRecord"]>[0] => {
    return { ...member(HASH, hash), fact: { type: "participation-end", participation: OTHER, atMs } };
  };
  const ended = joined.withRecord(end(50, "2".repeat(64))).withRecord(end(90, "3".repeat(64)));
  expect([49, 50].map((atMs) => ended.participationsOf(HASH, atMs).length)).toEqual([1, 0]);
  expect(joined.participationsOf(HASH, 50).length).toBe(1);
});

it("remembers a fold between two instants of the facts, and not across one", () => {
  const folds = new FactFolds(() => [100, 200]);
  const asked: string[] = [];
  const ask = (atMs: number, about: string): number =>
    folds.once({ atMs, about }, "notice", () => asked.push(`${atMs} ${about}`));
  for (const [atMs, about] of [
    [100, "x"],
    [150, "x"],
    [199, "y"],
    [200, "x"],
    [99, "x"],
    [250, "x"],
  ] as const)
    ask(atMs, about);
  expect(asked).toEqual(["100 x", "199 y", "200 x", "99 x"]);
});

it("says of what waited more than 72 hours that it did, and refuses it where it opens something without a reason", () => {
  const late = CONSENT.givenMs + LATE_AFTER_MS + 1;
  expect([isLate(CONSENT, late - 1), isLate(CONSENT, late)]).toEqual([false, true]);
  expect(() => {
    checkCollected(CONSENT, late);
  }).toThrow(expect.objectContaining({ reason: "stale" }));
  expect(() => {
    checkCollected({ ...CONSENT, givenMs: late + 120_001 }, late);
  }).toThrow(expect.objectContaining({ reason: "not-yet" }));
  const refusal = { ...CONSENT, decision: "refused" } as const;
  checkCollected(refusal, late);
  checkCollected(withLate(CONSENT, "no_network"), late);
  expect(firstLate([undefined, refusal], late)).toEqual({ collectedMs: 1000, reason: "unstated" });
  expect(firstLate([withLate(CONSENT, "other")], late)?.reason).toBe("other");
  expect(() => withLate({ type: "death", atMs: 1 }, "other")).toThrow(expect.objectContaining({ reason: "wrong-type" }));
});

it("reads back whatever consent is written", () => {
  const hash = fc.constantFrom(HASH, OTHER);
  const some = fc.uniqueArray(hash, { minLength: 1 });
  const drawn = fc.record(
    { users: some, outsiders: fc.constant(["mairie"]), categories: fc.constant([2, 1]) },
    { requiredKeys: ["users"] },
  );
  const property = fc.property(drawn, some, fc.option(hash, { nil: undefined }), (recipients, entries, mandateHash) => {
    const givenBy = mandateHash === undefined ? {} : { mandate: mandateHash };
    const fact: Fact = { ...CONSENT, recipients, entries, givenBy };
    expect(readFact(factBody(fact, SALT))).toEqual(fact);
  });
  fc.assert(property, { numRuns: 50 });
});

it("counts a month to the last day of one that is shorter", () => {
  const days = [
    ["2026-01-31T08:00:00.123Z", "2026-02-28T08:00:00.123Z"],
    ["2027-12-31T00:00:00.000Z", "2028-01-31T00:00:00.000Z"],
  ];
  for (const [received = "", due = ""] of days) expect(new Date(dueMs(Date.parse(received))).toISOString()).toBe(due);
  expect(new Date(dueMs(Date.parse("2028-11-30T00:00:00.000Z"), 3)).toISOString()).toBe("2029-02-28T00:00:00.000Z");
});

it("lets nobody but who refused take a refusal back", () => {
  const capacity = { row: "H1", category: 1, structure: "clinic", secretBasis: [] } as const;
  const author = { user: OTHER, capacity };
  const team = CaseFacts.start(START).withRecord(member(OTHER, "1".repeat(64)));
  const said = "2".repeat(64);
  const spoken = (decision: "given" | "refused", power: "person" | "member"): CaseFacts =>
    team.withRecord({ ...member(OTHER, said), fact: { ...CONSENT, decision }, power });
  const over = { type: "consent-withdrawal", consent: said, atMs: 2000, means: "oral" } as const;
  expect(() => powerToMake(spoken("refused", "person"), over, author, 2000)).toThrow("not-entitled");
  expect(powerToMake(spoken("refused", "member"), over, author, 2000)).toBe("member");
  expect(powerToMake(spoken("given", "person"), over, author, 2000)).toBe("member");
});
