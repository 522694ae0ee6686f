/**
 * What follows a declaration of emergency, as signed facts: its reason, its end, its review (docs/spec/emergencies.md).
 *
 * A reason is a code of a closed list, and words that only the person, who follows the case and the auditors can open (P5;
 * CSP L1110-4 II, R1110-3 III). The words are health data: they travel sealed inside the fact, one box a reader.
 */
import { ENC_SIZE, TAG_SIZE } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";
import { toBase64url } from "./encodings.ts";
import { choice, factShape, HASH, integer, isSorted, many, MS, nested, optional, orNone, refuse, Shape } from "./fact-codec.ts";
import type { Codec } from "./fact-codec.ts";
import { isPaddedSize } from "./padding.ts";

export const EMERGENCY_REASONS = ["unconscious", "vital_risk", "cannot_express", "urgent_care"] as const;
export const REVIEW_OUTCOMES = ["legitimate", "not_legitimate"] as const;
export const TOLD_MEANS = ["oral", "paper", "electronic", "falc"] as const;
export const MOST_READERS = 32;
export const MAX_BOX = ENC_SIZE + 4096 + TAG_SIZE;

/** The words in a box for one reader: a user, the generation of their key, the box itself. */
export interface SealedWords {
  readonly user: string;
  readonly generation: number;
  readonly box: Bytes;
}

/** How and when the person was told afterwards, where she was not told by her own account. */
export interface Told {
  readonly means: (typeof TOLD_MEANS)[number];
  readonly atMs: number;
}

/** Why an emergency was declared: a code, and the words sealed to each reader. Nothing opens before it. */
export interface EmergencyReason {
  readonly type: "emergency-reason";
  readonly emergency: string;
  readonly reason: (typeof EMERGENCY_REASONS)[number];
  readonly words: readonly SealedWords[];
}

/** The end of an emergency before its time: every answer to it ends at once. */
export interface EmergencyEnd {
  readonly type: "emergency-end";
  readonly emergency: string;
  readonly atMs: number;
}

/** The judgement of an emergency that is over: legitimate or not, with words for the same readers. */
export interface EmergencyReview {
  readonly type: "emergency-review";
  readonly emergency: string;
  readonly outcome: (typeof REVIEW_OUTCOMES)[number];
  readonly atMs: number;
  readonly words: readonly SealedWords[];
  readonly told?: Told;
}

const BOX: Codec<Bytes> = {
  read: (fields, name) => {
    const box = fields.data(name, undefined, MAX_BOX);
    if (!isPaddedSize(box.length - ENC_SIZE - TAG_SIZE)) throw fields.refuse(name);
    return box;
  },
  write: (box) => toBase64url(box),
};
const WORDS = new Shape<SealedWords>({ user: HASH, generation: integer(1, 2 ** 31), box: BOX });
const TOLD = new Shape<Told>({ means: choice(TOLD_MEANS), atMs: MS });

function checkReaders(fact: EmergencyReason | EmergencyReview): void {
  if (!isSorted(fact.words.map((one) => one.user))) throw refuse(`${fact.type}: readers out of order or twice`);
}

function checkReview(fact: EmergencyReview): void {
  checkReaders(fact);
  if (fact.told !== undefined && fact.told.atMs > fact.atMs) {
    throw refuse(`${fact.type}: the person was told after the review was closed`);
  }
}

export const EMERGENCY_REASON = factShape<EmergencyReason>(
  "emergency-reason",
  { emergency: HASH, reason: choice(EMERGENCY_REASONS), words: orNone(many(WORDS, MOST_READERS)) },
  { check: checkReaders },
);
export const EMERGENCY_END = factShape<EmergencyEnd>("emergency-end", { emergency: HASH, atMs: MS });
export const EMERGENCY_REVIEW = factShape<EmergencyReview>(
  "emergency-review",
  {
    emergency: HASH,
    outcome: choice(REVIEW_OUTCOMES),
    atMs: MS,
    words: orNone(many(WORDS, MOST_READERS)),
    told: optional(nested(TOLD)),
  },
  { check: checkReview },
);
