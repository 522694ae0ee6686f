/**
 * Whether a consent covers a question: codes of the table's `cover` column (R18-R22, R27, R40, R43, P6, P7).
 *
 * A refusal in force prevails; recency counts only inside one supersession chain; a consent that fails one condition is as if
 * absent, and the answer says which one failed and from whom to collect another.
 */
import type { Capacity } from "./capacities.ts";
import { FOREVER, isReported } from "./case-facts.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import { once } from "./decisions.ts";
import type { Consent, Information, Recipients } from "./fact-notices.ts";
import { isWithin } from "./notices.ts";
import type { Cover } from "./notices.ts";
import { consentPower, hasSay, whoConsents } from "./powers.ts";
import type { Powerless } from "./powers.ts";
import type { Missing } from "./questions.ts";
import type { ConsentKind } from "./vocabulary.ts";

export const SHARE: ConsentKind = "share_outside_team";
export const MDPH: ConsentKind = "mdph_exchange";
export const REQUEST: ConsentKind = "person_request_to_third_party";
// From the reason that says most to the one that says least.
const REASONS = ["withdrawn", "expired", "late_notice", "reported"];
const COURT = "O13";

/**
 * Whom a consent is asked for: a user in a capacity, a relative, or a party without account and its row. `acting`: the row of
 * a mandate, which a consent may name as well as the row held.
 */
export interface Recipient {
  readonly id: string;
  readonly capacity?: Capacity | undefined;
  readonly row?: string | undefined;
  readonly acting?: string | undefined;
}

function isOutsider(recipient: Recipient): boolean {
  return recipient.capacity === undefined && recipient.row !== undefined;
}

/** Whether a consent names this recipient: every key given matches, one value in each is enough (P7). */
function isNamedBy(recipient: Recipient, named: Recipients): boolean {
  const { id, capacity, acting } = recipient;
  const [row, outsider] = [capacity === undefined ? recipient.row : capacity.row, isOutsider(recipient)];
  return (
    matches(named.categories, capacity?.category) &&
    matches(named.rows, row, acting) &&
    matches(named.professions, capacity?.profession, capacity?.role) &&
    matches(named.users, outsider ? undefined : id) &&
    matches(named.structures, capacity?.structure) &&
    matches(named.outsiders, outsider ? id : undefined)
  );
}

/** Whether a key that was given holds one of these values; a key that was not given asks nothing. */
function matches<T>(given: readonly T[] | undefined, ...values: readonly (T | undefined)[]): boolean {
  return given === undefined || values.some((value) => value !== undefined && given.includes(value));
}

/** Every key by which a consent could name this recipient. */
function asRecipients(recipient: Recipient): Recipients {
  const { id, capacity, row, acting } = recipient;
  if (capacity === undefined && row !== undefined) return { rows: [row], outsiders: [id] };
  if (capacity === undefined) return { ...(acting === undefined ? {} : { rows: [acting] }), users: [id] };
  const codes = [capacity.profession, capacity.role].filter((code) => code !== undefined);
  return {
    ...(capacity.category === undefined ? {} : { categories: [capacity.category] }),
    rows: once(acting === undefined ? [capacity.row] : [capacity.row, acting]),
    ...(codes.length === 0 ? {} : { professions: codes }),
    users: [id],
    structures: [capacity.structure],
  };
}

/** How the consents of one kind cover information reaching a recipient at an instant. */
export function consentCover(
  facts: CaseFacts,
  atMs: number,
  kind: ConsentKind,
  asked: Information,
  entry: string | undefined,
  recipient: Recipient,
): Cover {
  const given: FactRecord<Consent>[] = [];
  const refused: FactRecord<Consent>[] = [];
  // Consents that count, and words against a refusal that count for nothing else.
  const spoken: FactRecord<Consent>[] = [];
  const failures: string[] = [];
  const ofKind = facts.of("consent").filter((record) => record.fact.kind === kind);
  for (const record of ofKind) {
    if (!isCounting(facts, record, atMs) || !isNaming(record.fact, asked, entry, recipient)) continue;
    const failure = failureOf(facts, record, atMs, recipient);
    // The word of somebody whose mandate is over, or without exercise of authority, is nobody's (R52).
    const stands = failure !== "withdrawn" && failure !== "expired" && hasSay(facts, record.fact.givenBy, atMs);
    if (record.fact.decision === "refused") {
      if (stands) refused.push(record);
    } else if (failure === undefined) {
      given.push(record);
    } else {
      failures.push(failure);
      if (stands) spoken.push(record);
    }
  }
  if (refused.length > 0) return refusal([...given, ...spoken], refused);
  const [first] = given;
  if (first !== undefined) return { code: "given", facts: [first.hash] };
  const agreed = ofKind.some((record) => record.fact.decision === "given" && isCounting(facts, record, atMs));
  const reason = REASONS.find((one) => failures.includes(one)) ?? failures[0] ?? (agreed ? "uncovered" : "none");
  const missing: Missing = {
    what: "consent",
    kind,
    information: [asked],
    to: [],
    recipients: asRecipients(recipient),
    givenBy: whoConsents(facts, atMs, [asked.compartment]),
  };
  return { code: reason, facts: [], missing };
}

/** Whether a word, consent or refusal, stands at that instant: begun, not over, not replaced (P4, P6, R21). */
export function isStanding(facts: CaseFacts, record: FactRecord<Consent>, atMs: number): boolean {
  return isCounting(facts, record, atMs) && overBy(facts, record, atMs) === undefined;
}

/** Whether a consent has begun and none that has been given since takes its place. */
function isCounting(facts: CaseFacts, { fact, hash }: FactRecord<Consent>, atMs: number): boolean {
  if (Math.max(fact.givenMs, fact.startsMs ?? 0) > atMs) return false;
  // P6: recency counts only inside one supersession chain.
  const later = facts.of("consent").filter((record) => record.fact.supersedes === hash);
  return later.every((record) => record.fact.givenMs > atMs || isVoid(facts, record.fact));
}

/** Whether a consent never counted: it takes the place of nothing. */
function isVoid(facts: CaseFacts, consent: Consent): boolean {
  return consent.decision === "given" && (isLate(consent) || powerOf(facts, consent, consent.givenMs) !== "");
}

/** A refusal by who decides, told from a disagreement that only a judge settles (C. civ. 372-2, 459). */
function refusal(spoken: readonly FactRecord<Consent>[], refused: readonly FactRecord<Consent>[]): Cover {
  const disputed = refused.some(({ fact }) => spoken.some((other) => other.fact.givenBy.mandate !== fact.givenBy.mandate));
  return { code: disputed ? "conflict" : "refused", facts: refused.map((record) => record.hash) };
}

function isNaming(consent: Consent, asked: Information, entry: string | undefined, recipient: Recipient): boolean {
  const named = consent.information.some((item) => isWithin(asked, item));
  const within = consent.entries === undefined || (entry !== undefined && consent.entries.includes(entry));
  return named && within && isNamedBy(recipient, consent.recipients);
}

/** Undefined for a consent that counts, else the first condition it fails (rules.md section 2). */
function failureOf(facts: CaseFacts, record: FactRecord<Consent>, atMs: number, recipient: Recipient): string | undefined {
  const consent = record.fact;
  const over = overBy(facts, record, atMs);
  if (over !== undefined) return over;
  if (isLate(consent)) return "late_notice";
  const oral = consent.kind === REQUEST && consent.decision === "given" && consent.means === "oral";
  // A document goes to a third party at a written request (rules.md section 4).
  if (oral && recipient.row !== COURT) return "uncovered";
  // A stand-in's consent lasts while they stand in (R22).
  const still = consent.givenBy.mandate === undefined ? "" : powerOf(facts, consent, atMs);
  const power = powerOf(facts, consent, consent.givenMs) || still;
  if (power !== "") return power;
  return isReported(record) && record.author.user === recipient.id ? "reported" : undefined;
}

/** Why a word stands no more, or undefined. */
function overBy(facts: CaseFacts, { fact, hash }: FactRecord<Consent>, atMs: number): string | undefined {
  if (facts.endedAt(hash) <= atMs) return "withdrawn";
  return Math.min(fact.untilMs ?? FOREVER, facts.episodeEnd(fact.episode)) <= atMs ? "expired" : undefined;
}

function isLate(consent: Consent): boolean {
  if (consent.kind === REQUEST || consent.decision !== "given") return false;
  return consent.notice === undefined || consent.notice.deliveredMs > consent.givenMs;
}

function powerOf(facts: CaseFacts, consent: Consent, atMs: number): Powerless {
  const parts = consent.information.map((item) => item.compartment);
  return consentPower(facts, consent.givenBy, atMs, parts);
}
