/**
 * Who is around a case, and when: person, episodes, participations, referent, retention, death (docs/spec/facts.md).
 *
 * Participation: CSP L1110-4 II, L1110-12 (R16, R29). Majority: C. civ. 388, 413-7. Retention: R74. Death: R65.
 */
import type { Bytes } from "./bytes.ts";
import { capacityToJson, readCapacity, SUBJECT_SALT_SIZE } from "./capacities.ts";
import type { Capacity } from "./capacities.ts";
import { choice, data, factShape, HASH, integer, LABEL_TEXT, MS, nested, optional, refuse, Shape } from "./fact-codec.ts";
import type { Codec } from "./fact-codec.ts";
import { SIGNATURE_SIZE } from "./keys.ts";

export const IDENTITY_STATUSES = ["PROV", "RECUP", "VALI", "QUAL"] as const;
export const REGIMES = ["care", "child_protection", "mdph"] as const;
export type Regime = (typeof REGIMES)[number];
export const RECOGNITION_MEANS = ["oral", "written", "electronic"] as const;
export const RETENTION_DECISIONS = ["none", "archived", "deleted"] as const;
export const NOT_IN_TEAM = 0;
export const RECOGNISED_LIMB = 2;
/** Two years later a file leaves active use (R74): the year has to be one that a calendar knows. */
export const LATEST_CONTACT_MS = 253_307_692_800_000;

/** The person of the case: their account if they have one, when they come of age, how sure the identity is. */
export interface Person {
  readonly type: "person";
  readonly identityStatus: (typeof IDENTITY_STATUSES)[number];
  readonly user?: string;
  readonly majorityMs?: number;
}

/** A care episode: its end is the expiry of what was consented to for it (R21). Id: the fact's hash. */
export interface Episode {
  readonly type: "episode";
  readonly episode: string;
  readonly startMs: number;
  readonly untilMs?: number;
}

/** The end of an episode that began open. */
export interface EpisodeEnd {
  readonly type: "episode-end";
  readonly episode: string;
  readonly atMs: number;
}

/** How and when the person recognised a professional as member of their team (CSP L1110-12 2°). */
export interface Recognition {
  readonly means: (typeof RECOGNITION_MEANS)[number];
  readonly atMs: number;
}

/**
 * How somebody invited shows that they are the one named and have the code (docs/spec/invitations.md). `salt` opens the subject of
 * the attestation; `sig` is made by the key of the invitation.
 */
export interface InvitationAnswer {
  readonly iss: string;
  readonly sub: string;
  readonly salt: Bytes;
  readonly sig: Bytes;
}

/** A capacity takes part in the case from a start to an end; limb 0 = in the care, not in the team. */
export interface Participation {
  readonly type: "participation";
  readonly user: string;
  readonly attestation: string;
  readonly capacity: Capacity;
  readonly regime: Regime;
  readonly limb: number;
  readonly startMs: number;
  readonly untilMs?: number;
  readonly episode?: string;
  readonly historyFromMs?: number;
  readonly recognised?: Recognition;
  readonly invitation?: string;
  readonly answer?: InvitationAnswer;
}

/** The end of a participation. */
export interface ParticipationEnd {
  readonly type: "participation-end";
  readonly participation: string;
  readonly atMs: number;
}

/** Who follows the case, by participation. */
export interface Referent {
  readonly type: "referent";
  readonly participation: string;
  readonly fromMs: number;
  readonly untilMs?: number;
}

/** The last contact, and what was decided when the case left active use (R74). */
export interface Retention {
  readonly type: "retention";
  readonly lastContactMs: number;
  readonly decision: (typeof RETENTION_DECISIONS)[number];
}

/** The person died: the case is frozen (R65). */
export interface Death {
  readonly type: "death";
  readonly atMs: number;
}

function checkParticipation(fact: Participation): void {
  if ((fact.recognised !== undefined) !== (fact.limb === RECOGNISED_LIMB)) {
    throw refuse("participation: limb 2 rests on the person's recognition, and no other does");
  }
  if (fact.untilMs !== undefined && fact.untilMs <= fact.startMs) throw refuse("participation: ends before it starts");
  if ((fact.invitation === undefined) !== (fact.answer === undefined)) {
    throw refuse("participation: an invitation and its answer stand together");
  }
}

export const CAPACITY: Codec<Capacity> = {
  read: (fields, name) => readCapacity(fields.nested(name)),
  write: (capacity) => capacityToJson(capacity),
};
export const LIMB = integer(NOT_IN_TEAM, 3);
export const RECOGNITION = new Shape<Recognition>({ means: choice(RECOGNITION_MEANS), atMs: MS });

const ANSWER = new Shape<InvitationAnswer>({
  iss: LABEL_TEXT,
  sub: LABEL_TEXT,
  salt: data(SUBJECT_SALT_SIZE),
  sig: data(SIGNATURE_SIZE),
});

export const PERSON = factShape<Person>("person", {
  identityStatus: choice(IDENTITY_STATUSES),
  user: optional(HASH),
  majorityMs: optional(MS),
});
export const EPISODE = factShape<Episode>("episode", { episode: HASH, startMs: MS, untilMs: optional(MS) });
export const EPISODE_END = factShape<EpisodeEnd>("episode-end", { episode: HASH, atMs: MS });
export const PARTICIPATION = factShape<Participation>(
  "participation",
  {
    user: HASH,
    attestation: HASH,
    capacity: CAPACITY,
    regime: choice(REGIMES),
    limb: LIMB,
    startMs: MS,
    untilMs: optional(MS),
    episode: optional(HASH),
    historyFromMs: optional(MS),
    recognised: optional(nested(RECOGNITION)),
    invitation: optional(HASH),
    answer: optional(nested(ANSWER)),
  },
  { check: checkParticipation },
);
export const PARTICIPATION_END = factShape<ParticipationEnd>("participation-end", { participation: HASH, atMs: MS });
export const REFERENT = factShape<Referent>("referent", { participation: HASH, fromMs: MS, untilMs: optional(MS) });
export const RETENTION = factShape<Retention>("retention", {
  lastContactMs: integer(0, LATEST_CONTACT_MS),
  decision: choice(RETENTION_DECISIONS),
});
export const DEATH = factShape<Death>("death", { atMs: MS });
