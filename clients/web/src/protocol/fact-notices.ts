/**
 * Notices, consents and oppositions as signed facts (docs/spec/facts.md).
 *
 * Notice: CSP R1110-3 (R13, R15, R23). Consent: CSP L1110-4 III and D1110-3-1 (R18, R19), CASF L241-10 (R40), R43. Opposition:
 * CSP L1110-4 IV (R23). A notice is one act with as many lines as the person was told of.
 */
import { ProtocolError } from "./errors.ts";
import {
  CATEGORY,
  CATEGORY_LIST,
  choice,
  CODE,
  CODES,
  COMPARTMENT,
  COMPARTMENT_LIST,
  factShape,
  GIVER,
  HASH,
  HASHES,
  LATE,
  LEVEL,
  many,
  MS,
  nested,
  optional,
  orNone,
  refuse,
  ROW,
  ROW_LIST,
  Shape,
} from "./fact-codec.ts";
import type { Codec, GivenBy, LateReason } from "./fact-codec.ts";
import { CONSENT_KINDS } from "./vocabulary.ts";
import type { ConsentKind } from "./vocabulary.ts";

export const NOTICE_MEANS = ["oral", "paper", "electronic", "falc"] as const;
export const CONSENT_MEANS = ["oral", "written", "electronic"] as const;
/** By any means (D1110-3-3): a letter is `written`, a call is neither face to face nor in writing. */
export const WITHDRAWAL_MEANS = [...CONSENT_MEANS, "phone"] as const;
/** A support repeating the information is handed over, save impossibility or urgency (D1110-3-2, R20). */
export const HANDED_OVER = ["paper", "electronic", "falc"] as const;
export const SUPPORTS = [...HANDED_OVER, "impossible", "urgent"] as const;
export type Support = (typeof SUPPORTS)[number];
export const SCOPES = ["all", "professional", "row", "category", "compartment", "entry", "emergency_access"] as const;
export type Scope = (typeof SCOPES)[number];
export const LINE_KINDS = ["general", "cross_category"] as const;
export const DECISIONS = ["given", "refused"] as const;

/** A compartment up to a level. */
export interface Information {
  readonly compartment: string;
  readonly level: number;
}

/** Whether it names that compartment, at that level or above (P7). */
export function covers(information: Information, compartment: string, level: number): boolean {
  return information.compartment === compartment && level <= information.level;
}

/** A recipient by identity and category: a successor is not covered (R26). */
export interface ToUser {
  readonly user: string;
  readonly category: number;
}

/** A recipient by function in a precisely defined structure: a successor is covered (R26). */
export interface ToFunction {
  readonly row: string;
  readonly structure: string;
}

/** Told apart by `"user" in to`. */
export type To = ToUser | ToFunction;

/** One thing the person was told: `general` (R23), or who of the other category will know what (R13, R15). */
export interface NoticeLine {
  readonly kind: (typeof LINE_KINDS)[number];
  readonly information: readonly Information[];
  readonly fromCategory?: number;
  readonly to?: To;
  readonly entries?: readonly string[];
}

/**
 * Prior information of the person, given at an instant; `text` is the hash of the version that was used.
 *
 * `support` says what was left with her, or why nothing could be.
 */
export interface Notice {
  readonly type: "notice";
  readonly lines: readonly NoticeLine[];
  readonly givenMs: number;
  readonly means: (typeof NOTICE_MEANS)[number];
  readonly late?: LateReason;
  readonly text?: string;
  readonly support?: Support;
}

/** Whom a consent names: keys given together must all match, inside a key one match is enough. */
export interface Recipients {
  readonly categories?: readonly number[];
  readonly rows?: readonly string[];
  readonly professions?: readonly string[];
  readonly users?: readonly string[];
  readonly structures?: readonly string[];
  readonly outsiders?: readonly string[];
}

/** The information before a consent: hash of its text, when, and what was handed over (D1110-3-1, D1110-3-2). */
export interface DeliveredNotice {
  readonly hash: string;
  readonly deliveredMs: number;
  readonly support?: Support;
}

/** An agreement or a refusal, with what it names and nothing more (P7). */
export interface Consent {
  readonly type: "consent";
  readonly kind: ConsentKind;
  readonly decision: (typeof DECISIONS)[number];
  readonly information: readonly Information[];
  readonly recipients: Recipients;
  readonly givenBy: GivenBy;
  readonly givenMs: number;
  readonly means: (typeof CONSENT_MEANS)[number];
  readonly entries?: readonly string[];
  readonly notice?: DeliveredNotice;
  readonly episode?: string;
  readonly startsMs?: number;
  readonly untilMs?: number;
  readonly supersedes?: string;
  readonly late?: LateReason;
}

/** The end of a consent, by any means, recorded by anybody who takes part (D1110-3-3, R21). */
export interface ConsentWithdrawal {
  readonly type: "consent-withdrawal";
  readonly consent: string;
  readonly atMs: number;
  readonly means: (typeof WITHDRAWAL_MEANS)[number];
  readonly late?: LateReason;
}

/** Whom an opposition spares. */
export interface Except {
  readonly users: readonly string[];
  readonly rows: readonly string[];
}

/** The person's refusal that somebody, some row, or anybody knows (R23). `spared` is `except` on the wire. */
export interface Opposition {
  readonly type: "opposition";
  readonly scope: Scope;
  readonly fromMs: number;
  readonly expressedBy: GivenBy;
  readonly users: readonly string[];
  readonly rows: readonly string[];
  readonly categories: readonly number[];
  readonly compartments: readonly string[];
  readonly entries: readonly string[];
  readonly spared?: Except;
  readonly untilMs?: number;
  readonly late?: LateReason;
}

/** The end of an opposition. */
export interface OppositionEnd {
  readonly type: "opposition-end";
  readonly opposition: string;
  readonly atMs: number;
  readonly late?: LateReason;
}

const INFORMATION = new Shape<Information>({ compartment: COMPARTMENT, level: LEVEL });
const MAXIMUM = new Shape<Information>({ compartment: COMPARTMENT, level: LEVEL }, { names: { level: "max_level" } });
const TO_USER = new Shape<ToUser>({ user: HASH, category: CATEGORY });
const TO_FUNCTION = new Shape<ToFunction>({ row: ROW, structure: CODE });
const TO: Codec<To> = {
  read: (fields, name) => {
    const inner = fields.nested(name);
    return inner.has("user") ? TO_USER.read(inner) : TO_FUNCTION.read(inner);
  },
  write: (to) => ("user" in to ? TO_USER.toJson(to) : TO_FUNCTION.toJson(to)),
};

function checkLine(line: NoticeLine): void {
  const crosses = line.kind === "cross_category";
  const given = [line.information.length > 0, line.fromCategory !== undefined, line.to !== undefined];
  if (given.some((one) => one !== crosses)) throw refuse(`notice line of kind ${line.kind}`);
  if (line.entries !== undefined && !crosses) throw refuse("notice line of kind general");
}

function checkNotice(notice: Notice): void {
  if (HANDED_OVER.some((support) => support === notice.support) && notice.text === undefined) {
    throw new ProtocolError("missing-field", "notice: which text was handed over");
  }
}

function checkConsent(consent: Consent): void {
  // D1110-3-1 and D1110-3-3: void without the information before it, and over with its care episode.
  const needs = consent.kind !== "person_request_to_third_party" && consent.decision === "given";
  if (needs && (consent.notice === undefined || consent.episode === undefined)) {
    throw new ProtocolError("missing-field", "consent: notice and episode");
  }
  if (consent.notice !== undefined && consent.notice.deliveredMs > consent.givenMs) {
    throw new ProtocolError("not-yet", "consent: its notice was delivered after it was given (R19)");
  }
  if (Object.values(consent.recipients).every((key) => key === undefined)) throw refuse("consent: no recipient named");
}

const NAMED = [
  ["professional", "users"],
  ["row", "rows"],
  ["category", "categories"],
  ["compartment", "compartments"],
  ["entry", "entries"],
] as const;

function checkOpposition(opposition: Opposition): void {
  for (const [scope, name] of NAMED) {
    if (opposition[name].length > 0 !== (scope === opposition.scope)) {
      throw refuse(`opposition of scope ${opposition.scope}: ${name}`);
    }
  }
}

const LINE = new Shape<NoticeLine>(
  {
    kind: choice(LINE_KINDS),
    information: orNone(many(INFORMATION)),
    fromCategory: optional(CATEGORY),
    to: optional(TO),
    entries: optional(HASHES),
  },
  { check: checkLine },
);
export const NOTICE = factShape<Notice>(
  "notice",
  {
    lines: many(LINE),
    givenMs: MS,
    means: choice(NOTICE_MEANS),
    late: optional(LATE),
    text: optional(HASH),
    support: optional(choice(SUPPORTS)),
  },
  { check: checkNotice },
);

const RECIPIENTS = new Shape<Recipients>({
  categories: optional(CATEGORY_LIST),
  rows: optional(ROW_LIST),
  professions: optional(CODES),
  users: optional(HASHES),
  structures: optional(CODES),
  outsiders: optional(CODES),
});
const DELIVERED = new Shape<DeliveredNotice>({ hash: HASH, deliveredMs: MS, support: optional(choice(SUPPORTS)) });
export const CONSENT = factShape<Consent>(
  "consent",
  {
    kind: choice(CONSENT_KINDS),
    decision: choice(DECISIONS),
    information: many(MAXIMUM),
    recipients: nested(RECIPIENTS),
    givenBy: GIVER,
    givenMs: MS,
    means: choice(CONSENT_MEANS),
    entries: optional(HASHES),
    notice: optional(nested(DELIVERED)),
    episode: optional(HASH),
    startsMs: optional(MS),
    untilMs: optional(MS),
    supersedes: optional(HASH),
    late: optional(LATE),
  },
  { check: checkConsent },
);
export const CONSENT_WITHDRAWAL = factShape<ConsentWithdrawal>("consent-withdrawal", {
  consent: HASH,
  atMs: MS,
  means: choice(WITHDRAWAL_MEANS),
  late: optional(LATE),
});

const EXCEPT = new Shape<Except>({ users: orNone(HASHES), rows: orNone(ROW_LIST) });
export const OPPOSITION = factShape<Opposition>(
  "opposition",
  {
    scope: choice(SCOPES),
    fromMs: MS,
    expressedBy: GIVER,
    users: orNone(HASHES),
    rows: orNone(ROW_LIST),
    categories: orNone(CATEGORY_LIST),
    compartments: orNone(COMPARTMENT_LIST),
    entries: orNone(HASHES),
    spared: optional(nested(EXCEPT)),
    untilMs: optional(MS),
    late: optional(LATE),
  },
  { names: { spared: "except" }, check: checkOpposition },
);
export const OPPOSITION_END = factShape<OppositionEnd>("opposition-end", {
  opposition: HASH,
  atMs: MS,
  late: optional(LATE),
});
