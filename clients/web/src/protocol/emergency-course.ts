/**
 * The course of an emergency after its declaration: its reason, its end, who is told, its review (P5; emergencies.md).
 *
 * 1. The caller gives the reason, once, while the emergency lasts. Nothing is answered before it.
 * 2. An emergency is over at its own end, or at the earliest end that a fact names.
 * 3. The person, and who follows the case, are those to tell; the auditors are told by the log.
 * 4. A review closes an emergency that is over. It is made by who follows the case or by an auditor, never by the caller. The
 *    latest one counts; the earlier ones stay.
 */
import { isSameAuthor } from "./case-facts.ts";
import type { CaseFacts, FactAuthor, FactRecord } from "./case-facts.ts";
import { ProtocolError } from "./errors.ts";
import type { EmergencyEnd, EmergencyReason, EmergencyReview } from "./fact-emergencies.ts";
import { EMERGENCY_MAX_MS } from "./fact-powers.ts";
import type { Emergency } from "./fact-powers.ts";

/** An emergency with everything recorded about it so far. */
export interface Course {
  readonly record: FactRecord<Emergency>;
  readonly reason: FactRecord<EmergencyReason> | undefined;
  readonly overMs: number;
  readonly reviews: readonly FactRecord<EmergencyReview>[];
}

/** Whether the emergency is in force at an instant. */
export function lasts(course: Course, atMs: number): boolean {
  return course.record.fact.openedMs <= atMs && atMs < course.overMs;
}

/** Whether it is over and nobody judged it yet. */
export function awaitsReview(course: Course, atMs: number): boolean {
  return atMs >= course.overMs && course.reviews.length === 0;
}

/** The instant at which an emergency is over, whatever it says of itself. */
export function overMs(facts: CaseFacts, { fact, hash }: FactRecord<Emergency>): number {
  return Math.min(fact.untilMs, fact.openedMs + EMERGENCY_MAX_MS, facts.endedAt(hash));
}

/** The course of one emergency. */
export function courseOf(facts: CaseFacts, record: FactRecord<Emergency>): Course {
  return {
    record,
    reason: facts.of("emergency-reason").find(({ fact }) => fact.emergency === record.hash),
    overMs: overMs(facts, record),
    reviews: facts.of("emergency-review").filter(({ fact }) => fact.emergency === record.hash),
  };
}

/** The course of every emergency of a case, in the order of their declaration. */
export function courses(facts: CaseFacts): readonly Course[] {
  return facts.of("emergency").map((record) => courseOf(facts, record));
}

/**
 * Who is to be told of an emergency: the person's accounts, and who follows the case. Where no referent is in force, whoever
 * opened the case follows it, if they still take part. Never the caller.
 */
export function toTell(facts: CaseFacts, caller: string, atMs: number): ReadonlySet<string> {
  const told = new Set([...facts.personUsers, ...facts.referents(atMs)]);
  const opener = facts.opener.user;
  const still = facts.participationsOf(opener, atMs).length > 0 || facts.participationsOf(opener).length === 0;
  if (facts.referents(atMs).size === 0 && still) told.add(opener);
  told.delete(caller);
  return told;
}

/**
 * Refuse (missing-field) an emergency without reason, or whose words leave out somebody who is to be told. `able` are the users
 * of `toTell` whose account can be boxed to: one that is frozen or closed stops nobody's care.
 */
export function checkReasoned(facts: CaseFacts, record: FactRecord<Emergency>, able: ReadonlySet<string>, atMs: number): void {
  const { reason } = courseOf(facts, record);
  if (reason === undefined) throw new ProtocolError("missing-field", "reason of an emergency");
  const boxed = new Set(reason.fact.words.map(({ user }) => user));
  const told = toTell(facts, record.fact.user, Math.min(atMs, reason.recordedMs));
  if ([...told].some((user) => able.has(user) && !boxed.has(user))) {
    throw new ProtocolError("missing-field", "words of an emergency for somebody who is to be told");
  }
}

/**
 * Judge a reason or a review against what is recorded of its emergency. Throws unknown-reference, already (a second reason),
 * expired (a reason once it is over), not-yet (a review before it is over), not-entitled (a review by its own caller).
 */
export function checkCourseFact(
  facts: CaseFacts,
  fact: EmergencyReason | EmergencyReview,
  author: FactAuthor,
  atMs: number,
): void {
  const course = courseOf(facts, facts.find("emergency", fact.emergency));
  if (fact.type === "emergency-reason") {
    if (course.reason !== undefined) throw new ProtocolError("already", fact.type);
    if (atMs >= course.overMs) throw new ProtocolError("expired", fact.type);
    return;
  }
  if (author.user === course.record.fact.user) {
    throw new ProtocolError("not-entitled", "an emergency reviewed by its own caller");
  }
  if (atMs < course.overMs) throw new ProtocolError("not-yet", "review of an emergency that lasts");
}

/** Whether a fact is about an emergency of its author, in the capacity they declared it in. */
export function isCaller(facts: CaseFacts, fact: EmergencyReason | EmergencyEnd, author: FactAuthor): boolean {
  return facts
    .of("emergency")
    .some((one) => one.hash === fact.emergency && one.fact.user === author.user && isSameAuthor(one.author, author));
}
