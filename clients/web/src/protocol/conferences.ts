/**
 * What the conditions of a case conference allow, and until when (docs/spec/conferences.md; R78).
 *
 * 1. The conditions stand in the chain before the conference starts; nobody whom the person opposed is in the list.
 * 2. An opening that rests on a conference is of its entries or its announcement, to its participants, until at most 7 days
 *    after its end.
 * 3. When the conference ends by an act, what was opened for it is closed with it.
 */
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import type { Conference } from "./fact-meetings.ts";
import type { Opposition } from "./fact-notices.ts";
import type { Participation } from "./fact-people.ts";
import type { OpeningLink } from "./opening-links.ts";
import { mandatesOf, mandateState } from "./powers.ts";

export const KEPT_OPEN_MS = 7 * 86_400_000;

/** What an opening says that a conference has a word about. */
export type OpeningAsked = Pick<OpeningLink, "entries" | "recipient" | "basis" | "untilMs">;

/**
 * Refuse conditions that do not hold when they are recorded: expired (the conference has started), unknown-reference (no such
 * notice or participation), not-yet (a notice not given yet), not-entitled (a participation that is over), not-permitted (the
 * person opposed).
 */
export function checkConditions(facts: CaseFacts, fact: Conference, atMs: number): void {
  if (atMs >= fact.fromMs) throw new ProtocolError("expired", "conference: its conditions are fixed before it starts");
  if (facts.find("notice", fact.notice).fact.givenMs > atMs) {
    throw new ProtocolError("not-yet", "conference: the person is told first");
  }
  for (const name of fact.participants) {
    const record = facts.find("participation", name);
    if (!facts.inForce(record, atMs)) {
      throw new ProtocolError("not-entitled", "conference: a participant who takes no part in the case");
    }
    if (isOpposed(facts, record.fact, atMs)) {
      throw new ProtocolError("not-permitted", "conference: the person opposed a participant");
    }
  }
}

/** Whether an opposition in force keeps a professional from knowing, whatever the subject. */
export function isOpposed(facts: CaseFacts, participation: Participation, atMs: number): boolean {
  return facts.of("opposition").some(({ fact, hash }) => {
    const untilMs = Math.min(facts.endedAt(hash), fact.untilMs ?? FOREVER);
    return fact.fromMs <= atMs && atMs < untilMs && isAgainst(fact, participation);
  });
}

function isAgainst(opposition: Opposition, { user, capacity }: Participation): boolean {
  const { users, rows, categories, spared, scope } = opposition;
  if (spared !== undefined && (spared.users.includes(user) || spared.rows.includes(capacity.row))) return false;
  const category = capacity.category !== undefined && categories.includes(capacity.category);
  return scope === "all" || users.includes(user) || rows.includes(capacity.row) || category;
}

/** The conference that an opening names in its basis, undefined when it names none. */
export function restedOn(facts: CaseFacts, basis: readonly string[]): FactRecord<Conference> | undefined {
  return facts.of("conference").find((record) => basis.includes(record.hash));
}

/** The latest instant until which anything is open for a conference. */
export function closesMs(record: FactRecord<Conference>): number {
  return record.fact.untilMs + KEPT_OPEN_MS;
}

/** Judge an opening against the conference it rests on: undefined, or why it is void. */
export function openingForConference(facts: CaseFacts, link: OpeningAsked, atMs: number): Reason | undefined {
  const record = restedOn(facts, link.basis);
  if (record === undefined) return undefined;
  if (isConferenceOver(facts, link.basis, atMs)) return "closed";
  if (link.untilMs > closesMs(record)) return "expired";
  const allowed = new Set([record.fact.announcement, ...record.fact.entries]);
  if (!link.entries.every(({ id }) => allowed.has(id))) return "not-permitted";
  return takesPart(facts, record.fact, link, atMs) ? undefined : "wrong-recipient";
}

/** Whether the conference that an opening rests on was ended by an act before that instant. */
export function isConferenceOver(facts: CaseFacts, basis: readonly string[], atMs: number): boolean {
  const record = restedOn(facts, basis);
  return record !== undefined && atMs >= facts.endedAt(record.hash);
}

function takesPart(facts: CaseFacts, fact: Conference, { recipient }: OpeningAsked, atMs: number): boolean {
  if (!("user" in recipient)) return false;
  if (recipient.capacity !== undefined) return fact.participants.includes(recipient.capacity);
  if (facts.personUsers.has(recipient.user)) return fact.person === "takes_part";
  if (fact.person !== "takes_part" && fact.person !== "represented") return false;
  return mandatesOf(facts, recipient.user).some((record) => mandateState(facts, record, atMs) === "in_force");
}
