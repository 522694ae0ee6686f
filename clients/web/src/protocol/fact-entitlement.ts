/** May this author make this fact, on the state before it (protocol 6.3; `fact-rules` holds the table). */
import { checkAbsence } from "./absences.ts";
import { actOf } from "./act-rules.ts";
import { isEqualCapacity } from "./case-facts.ts";
import type { CaseFacts, FactAuthor, Power } from "./case-facts.ts";
import { checkConditions } from "./conferences.ts";
import { checkCourseFact, isCaller } from "./emergency-course.ts";
import { ProtocolError } from "./errors.ts";
import type { GivenBy } from "./fact-codec.ts";
import { checkReferences } from "./fact-references.ts";
import type { FactStanding } from "./fact-rules.ts";
import { allowedStandings, isOpenToRow, standingsOf } from "./fact-standings.ts";
import type { Fact, FactOf } from "./facts.ts";
import { checkAnswer } from "./invitations.ts";
import { checkLink } from "./linked-cases.ts";
import { mayAnswerRequests, mayReviewEmergencies } from "./operator-roles.ts";

/** A fact with its place: what a record holds but for the power, which is judged. */
export interface FactMade {
  readonly fact: Fact;
  readonly hash: string;
  readonly position: number;
  readonly author: FactAuthor;
  readonly recordedMs: number;
}

/**
 * The state after a fact. Throws `ProtocolError`: not-entitled (its author may not make it), unknown-reference (it ends or names
 * a fact that is not there), already (the same fact twice).
 */
export function recordFact(facts: CaseFacts, made: FactMade): CaseFacts {
  if (facts.hashes.has(made.hash)) throw new ProtocolError("already", made.fact.type);
  return facts.withRecord({ ...made, power: powerToMake(facts, made.fact, made.author, made.recordedMs) });
}

/** With which power the fact is made; throws `ProtocolError` if with none. */
export function powerToMake(facts: CaseFacts, fact: Fact, author: FactAuthor, atMs: number): Power {
  const standings = new Set([...standingsOf(facts, author, atMs), ...standingsByObject(facts, fact, author, atMs)]);
  // Opening a closed case again is for whom closing it is.
  const act = reopens(facts, fact) ? "close_case" : actOf(fact);
  const allowed = allowedStandings(fact, act, standings);
  if (allowed.size === 0 || !isOpenToRow(act, author, allowed)) {
    throw new ProtocolError("not-entitled", `${fact.type}: ${act}`);
  }
  const power = allowed.has("person") ? "person" : allowed.has("representative") ? "representative" : "member";
  checkReferences(facts, fact);
  checkContents(facts, fact, author, power);
  if (fact.type === "participation") checkAnswer(facts, fact, atMs);
  if (fact.type === "absence") checkAbsence(facts, fact, atMs);
  if (fact.type === "conference") checkConditions(facts, fact, atMs);
  if (fact.type === "case-link") checkLink(facts, fact, atMs);
  if (fact.type === "emergency-reason" || fact.type === "emergency-review") checkCourseFact(facts, fact, author, atMs);
  return power;
}

function reopens(facts: CaseFacts, fact: Fact): boolean {
  const before = facts.retention;
  return fact.type === "retention" && fact.decision === "none" && before !== undefined && before.decision !== "none";
}

function standingsByObject(facts: CaseFacts, fact: Fact, author: FactAuthor, atMs: number): readonly FactStanding[] {
  if (fact.type === "participation-end") {
    // Leaving a case oneself always works, whatever ended before.
    return facts.find("participation", fact.participation).fact.user === author.user ? ["self"] : [];
  }
  if (fact.type === "absence") {
    const absent = facts.find("participation", fact.participation);
    return isTheirs(absent.fact, author) && facts.inForce(absent, atMs) ? ["self"] : [];
  }
  if (fact.type === "participation") return isOwnAnswer(fact, author) ? ["invited"] : [];
  if (fact.type === "emergency-end") return isCaller(facts, fact, author) ? ["self"] : [];
  if (fact.type === "emergency-reason") return isCaller(facts, fact, author) ? ["caller"] : [];
  if (fact.type === "emergency-review") return mayReviewEmergencies(author.capacity) ? ["auditor"] : [];
  if (fact.type === "request-answer") return mayAnswerRequests(author.capacity) ? ["officer"] : [];
  return fact.type === "emergency" && isOwnEmergency(fact, author) ? ["caller"] : [];
}

function isOwnAnswer(fact: FactOf<"participation">, author: FactAuthor): boolean {
  return fact.invitation !== undefined && isTheirs(fact, author);
}

function isTheirs(fact: FactOf<"participation">, { user, capacity }: FactAuthor): boolean {
  return capacity !== undefined && fact.user === user && isEqualCapacity(fact.capacity, capacity);
}

function isOwnEmergency(fact: FactOf<"emergency">, { user, capacity }: FactAuthor): boolean {
  if (capacity?.category !== 1) return false;
  return fact.user === user && fact.row === capacity.row && fact.structure === capacity.structure;
}

function checkContents(facts: CaseFacts, fact: Fact, author: FactAuthor, power: Power): void {
  const givenBy = giverOf(fact);
  if (givenBy !== undefined) checkGiver(facts, givenBy, author, power);
  if (fact.type === "consent" && fact.supersedes !== undefined) {
    checkSamePower(facts.find("consent", fact.supersedes).power, power, fact);
  }
  if (fact.type === "consent-withdrawal") {
    const said = facts.find("consent", fact.consent);
    // Taking a refusal back widens: whoever may withdraw anybody's consent must not silence a no.
    if (said.fact.decision === "refused") checkSamePower(said.power, power, fact);
  }
  if (fact.type === "opposition-end") checkSamePower(facts.find("opposition", fact.opposition).power, power, fact);
  if (fact.type === "mandate" && fact.holder === author.user) {
    throw new ProtocolError("not-entitled", "a mandate recorded by its own holder");
  }
  if (fact.type === "designation" && fact.kind === "mdph_medical" && author.capacity?.row !== "M2") {
    throw new ProtocolError("not-entitled", "an MDPH designation is made by a team doctor (R41)");
  }
}

function giverOf(fact: Fact): GivenBy | undefined {
  if (fact.type === "consent") return fact.givenBy;
  if (fact.type === "opposition") return fact.expressedBy;
  return fact.type === "request" ? fact.madeBy : undefined;
}

/** Refuse words put in another's mouth: who signs alone speaks for themself; a member reports whose words. */
function checkGiver(facts: CaseFacts, givenBy: GivenBy, author: FactAuthor, power: Power): void {
  if (givenBy.mandate !== undefined) {
    const { holder } = facts.find("mandate", givenBy.mandate).fact;
    if (power === "representative" && holder !== author.user) {
      throw new ProtocolError("not-entitled", "a decision in the name of another representative");
    }
    if (power === "person") {
      throw new ProtocolError("not-entitled", "a decision of a representative signed by the person");
    }
  } else if (power === "representative") {
    throw new ProtocolError("not-entitled", "a decision of the person signed by a representative");
  }
}

function checkSamePower(before: Power, after: Power, fact: Fact): void {
  if (before !== "member" && after !== before) {
    throw new ProtocolError("not-entitled", `${fact.type}: what the ${before} signed, only the ${before} replaces`);
  }
}
