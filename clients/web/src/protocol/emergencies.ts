/**
 * Emergencies: an opening of the emergency set to a health professional who declared one (docs/spec/emergencies.md).
 *
 * 1. The declaration is a fact that its caller signs. It hands out nothing: somebody who holds the keys answers it with an
 *    opening of single entries, so that no key of a section ever leaves (protocol 10.3).
 * 2. An answer rests on the receipt of the `emergency-start` leaf: who boxes knows that the access is in the log before it
 *    happens (`emergency-receipt`).
 * 3. What the set holds, and whether the person opposed, the policy says under `via="emergency"` (P5): when the answer is made,
 *    and again at each release.
 */
import { decide } from "./access.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import { overMs } from "./emergency-course.ts";
import { authorOf } from "./entitlement.ts";
import type { Judging } from "./entitlement.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { EMERGENCY_MAX_MS } from "./fact-powers.ts";
import type { Emergency } from "./fact-powers.ts";
import type { OpeningLink } from "./opening-links.ts";
import { isPermitted, questionOf } from "./questions.ts";
import type { Decision, EntryMeta, Party, Question } from "./questions.ts";
import type { CaseStanding, SectionAccess } from "./section-access.ts";
import { oppositionTo } from "./shields.ts";

/** The instant at which an emergency is over at the latest, whatever it says of itself. */
export function emergencyEndMs(fact: Emergency): number {
  return Math.min(fact.untilMs, fact.openedMs + EMERGENCY_MAX_MS);
}

/** Whether an opening is the answer to an emergency, or claims to be. */
export function restsOnEmergency(facts: CaseFacts, link: OpeningLink): boolean {
  return link.started !== undefined || declaredIn(facts, link) !== undefined;
}

/** The emergency that an opening names among its bases. */
export function declaredIn(facts: CaseFacts, link: OpeningLink): FactRecord<Emergency> | undefined {
  return facts.of("emergency").find((record) => link.basis.includes(record.hash));
}

/** Judge what the chain knows of an answer, beside what every opening must be: undefined, or why it is void. */
export function judgeAnswer(judging: Judging, link: OpeningLink): Reason | undefined {
  if (judging.state.class !== "main") return "wrong-chain";
  const { access, atMs } = judging;
  const found = declaredIn(access.facts, link);
  if (found === undefined) return "unknown-reference";
  if (link.started === undefined) return "missing-field";
  if (link.basis.length !== 1 || link.exchange !== undefined) return "malformed";
  const { recipient } = link;
  const toCaller = "user" in recipient && recipient.user === found.fact.user && recipient.capacity === found.hash;
  if (!toCaller) return "wrong-recipient";
  // Whoever holds the share needs no emergency; whoever does not cannot give it to themselves.
  if (authorOf(judging) === found.fact.user) return "not-entitled";
  if (atMs < found.fact.openedMs) return "not-yet";
  if (atMs >= overMs(access.facts, found) || link.untilMs > emergencyEndMs(found.fact)) return "expired";
  return isOpposed(access, found) ? "not-permitted" : undefined;
}

function isOpposed(access: SectionAccess, { fact, author }: FactRecord<Emergency>): boolean {
  const about = { compartment: "identity", level: 1, entry: undefined, atMs: access.atMs, via: "emergency" };
  const question = questionOf({ action: "read", user: fact.user, capacity: author.capacity, ...about });
  return oppositionTo(access.facts, question, undefined, true) !== undefined;
}

/** The standing of the caller while their emergency lasts; undefined for anybody else, or after. */
export function emergencyStanding(facts: CaseFacts, link: OpeningLink, user: string, atMs: number): CaseStanding | undefined {
  const found = declaredIn(facts, link);
  if (found?.fact.user !== user) return undefined;
  if (atMs < found.fact.openedMs || atMs >= overMs(facts, found)) return undefined;
  return { user, capacity: found.author.capacity, participation: found.hash, horizonMs: 0 };
}

/** Judge who answers: they wrote the entry or may read it, and it carries no mask. Throws not-entitled. */
export function checkAnswerer(access: SectionAccess, opener: Party, entry: EntryMeta): void {
  if (entry.masks.size > 0) throw new ProtocolError("not-entitled", "a masked entry is not of the emergency set");
  if (entry.author === opener.user) return;
  // Asked as if it had never been sent or opened to anybody: access by an opening does not open again.
  const unnamed = { ...entry, named: new Set<string>() };
  if (!isPermitted(decide(access.table, access.facts, readingOf(opener, unnamed, access.atMs, "any")))) {
    throw new ProtocolError("not-entitled", "emergency answered with an entry that the opener may not read");
  }
}

/** What the policy says of one entry for the caller now, with the question; throws wrong-recipient for anybody else. */
export function emergencyDecision(
  access: SectionAccess,
  link: OpeningLink,
  user: string,
  entry: EntryMeta,
): { readonly decision: Decision; readonly question: Question } {
  const found = emergencyStanding(access.facts, link, user, access.atMs);
  if (found === undefined) throw new ProtocolError("wrong-recipient", "emergency");
  const question = readingOf({ user, capacity: found.capacity }, entry, access.atMs, "emergency");
  return { decision: decide(access.table, access.facts, question), question };
}

/** The permit, with its obligations, under which the caller has an entry. Throws not-permitted. */
export function checkAnswered(access: SectionAccess, link: OpeningLink, user: string, entry: EntryMeta): Decision {
  const { decision } = emergencyDecision(access, link, user, entry);
  if (!isPermitted(decision) || entry.masks.size > 0) throw new ProtocolError("not-permitted", "emergency");
  return decision;
}

function readingOf({ user, capacity }: Party, entry: EntryMeta, atMs: number, via: string): Question {
  const { compartment, level } = entry;
  return questionOf({ action: "read", user, capacity, compartment, level, entry, atMs, via });
}
