/**
 * Facts: what is signed about a case and decides who may know (docs/spec/facts.md).
 *
 * A fact is a canonical JSON object `{v, type, salt, annex?, ...}` of codes, ids and instants: never a word, which stays in
 * the encrypted annex named by its hash. The chain carries the fact's hash; the body travels beside the link and may be
 * erased. Readers here check shape only; `case-facts` judges who may make it.
 */
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { ABSENCE } from "./fact-absences.ts";
import type { Absence } from "./fact-absences.ts";
import type { Shape } from "./fact-codec.ts";
import { EMERGENCY_END, EMERGENCY_REASON, EMERGENCY_REVIEW } from "./fact-emergencies.ts";
import type { EmergencyEnd, EmergencyReason, EmergencyReview } from "./fact-emergencies.ts";
import { INVITATION } from "./fact-invitations.ts";
import type { Invitation } from "./fact-invitations.ts";
import { MASK_END } from "./fact-masks.ts";
import type { MaskEnd } from "./fact-masks.ts";
import { CASE_LINK, CASE_LINK_END, CONFERENCE, CONFERENCE_END } from "./fact-meetings.ts";
import type { CaseLink, CaseLinkEnd, Conference, ConferenceEnd } from "./fact-meetings.ts";
import { CONSENT, CONSENT_WITHDRAWAL, NOTICE, OPPOSITION, OPPOSITION_END } from "./fact-notices.ts";
import type { Consent, ConsentWithdrawal, Notice, Opposition, OppositionEnd } from "./fact-notices.ts";
import { DEATH, EPISODE, EPISODE_END, PARTICIPATION, PARTICIPATION_END, PERSON, REFERENT, RETENTION } from "./fact-people.ts";
import type { Death, Episode, EpisodeEnd, Participation, ParticipationEnd, Person, Referent, Retention } from "./fact-people.ts";
import {
  ABILITY,
  DESIGNATION,
  EMERGENCY,
  FACT_END,
  MANDATE,
  MANDATE_END,
  MINOR_SECRET,
  MINOR_SECRET_END,
  PROCEDURE,
} from "./fact-powers.ts";
import type {
  Ability,
  Designation,
  Emergency,
  FactEnd,
  Mandate,
  MandateEnd,
  MinorSecret,
  MinorSecretEnd,
  Procedure,
} from "./fact-powers.ts";
import { REQUEST, REQUEST_ANSWER } from "./fact-requests.ts";
import type { Request, RequestAnswer } from "./fact-requests.ts";
import { Fields } from "./fields.ts";
import { labelledHash } from "./hashing.ts";

export const FACT_VERSION = 1;
export const FACT_SALT_SIZE = 16;

/** Every fact, told apart by `type`. */
export type Fact =
  | Ability
  | Absence
  | CaseLink
  | CaseLinkEnd
  | Conference
  | ConferenceEnd
  | Consent
  | ConsentWithdrawal
  | Death
  | Designation
  | Emergency
  | EmergencyEnd
  | EmergencyReason
  | EmergencyReview
  | Episode
  | EpisodeEnd
  | FactEnd
  | Invitation
  | Mandate
  | MandateEnd
  | MaskEnd
  | MinorSecret
  | MinorSecretEnd
  | Notice
  | Opposition
  | OppositionEnd
  | Participation
  | ParticipationEnd
  | Person
  | Procedure
  | Referent
  | Request
  | RequestAnswer
  | Retention;

export type FactType = Fact["type"];
/** The fact of a type: `FactOf<"consent">` is `Consent`. */
export type FactOf<T extends FactType> = Extract<Fact, { readonly type: T }>;

const SHAPES: { readonly [T in FactType]: Shape<FactOf<T>> } = {
  ability: ABILITY,
  absence: ABSENCE,
  "case-link": CASE_LINK,
  "case-link-end": CASE_LINK_END,
  conference: CONFERENCE,
  "conference-end": CONFERENCE_END,
  consent: CONSENT,
  "consent-withdrawal": CONSENT_WITHDRAWAL,
  death: DEATH,
  designation: DESIGNATION,
  emergency: EMERGENCY,
  "emergency-end": EMERGENCY_END,
  "emergency-reason": EMERGENCY_REASON,
  "emergency-review": EMERGENCY_REVIEW,
  episode: EPISODE,
  "episode-end": EPISODE_END,
  "fact-end": FACT_END,
  invitation: INVITATION,
  mandate: MANDATE,
  "mandate-end": MANDATE_END,
  "mask-end": MASK_END,
  "minor-secret": MINOR_SECRET,
  "minor-secret-end": MINOR_SECRET_END,
  notice: NOTICE,
  opposition: OPPOSITION,
  "opposition-end": OPPOSITION_END,
  participation: PARTICIPATION,
  "participation-end": PARTICIPATION_END,
  person: PERSON,
  procedure: PROCEDURE,
  referent: REFERENT,
  request: REQUEST,
  "request-answer": REQUEST_ANSWER,
  retention: RETENTION,
};
export const FACT_TYPES = Object.keys(SHAPES) as readonly FactType[];

/** The fact that a body states; throws `ProtocolError` on an unknown type, field, or a contradiction. */
export function readFact(body: JsonObject): Fact {
  const fields = new Fields(body, "fact");
  if (fields.integer("v") !== FACT_VERSION) throw new ProtocolError("wrong-version", "fact");
  const named = fields.text("type", 64);
  const type = FACT_TYPES.find((known) => known === named);
  if (type === undefined) throw new ProtocolError("wrong-type", "fact");
  fields.data("salt", FACT_SALT_SIZE);
  fields.optional("annex", (name) => fields.hash(name));
  return SHAPES[type].read(new Fields(fields.left, type));
}

/**
 * The body that states a fact; `salt` is 16 random bytes, `annex` the hash of its encrypted words.
 *
 * The body is read again before it is returned, so nobody signs a fact that a reader refuses.
 */
export function factBody(fact: Fact, salt: Uint8Array, annex?: string): JsonObject {
  const said = (SHAPES[fact.type] as Shape<Fact>).toJson(fact);
  const body = {
    v: FACT_VERSION,
    type: fact.type,
    salt: toBase64url(salt),
    ...(annex === undefined ? {} : { annex }),
    ...said,
  };
  readFact(body);
  return body;
}

/** The hash by which a link names the body: labelledHash(`fact`, canonical(body)), in hex. */
export function factHash(body: JsonObject): string {
  return toHex(labelledHash("fact", encode(body)));
}
