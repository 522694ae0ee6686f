/**
 * What the person asks about their own case, and what they are answered (docs/spec/facts.md; F16).
 *
 * Access, copy, correction, opposition, contesting an access, the name behind one: GDPR articles 12, 15 to 18 and 21. One
 * month to answer from the day it was received (article 12.3), two more where the answer says so within the first.
 */
import { MAX_INTEGER } from "./canonical.ts";
import { choice, factShape, GIVER, HASH, integer, MS, optional, refuse } from "./fact-codec.ts";
import type { GivenBy } from "./fact-codec.ts";

export const REQUEST_KINDS = ["access", "copy", "correction", "contest", "opposition", "name"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];
/** Those about one act of the log name it by the index of its leaf. */
export const ABOUT_AN_ACT: readonly RequestKind[] = ["contest", "name"];
export const REQUEST_MEANS = ["oral", "phone", "written", "paper", "electronic"] as const;
export const REQUEST_OUTCOMES = ["granted", "partly", "refused", "extended"] as const;
export const REFUSAL_REASONS = ["rights_of_others", "legal_duty", "unfounded", "excessive", "not_held", "complex"] as const;
export const MONTHS = 1;
export const MONTHS_EXTENDED = 3;
const MAX_MS = 253_402_300_799_000; // the end of the year 9999: no calendar beyond

/** What was asked, by whom, when it was received, until when it has to be answered. */
export interface Request {
  readonly type: "request";
  readonly kind: RequestKind;
  readonly receivedMs: number;
  readonly dueMs: number;
  readonly means: (typeof REQUEST_MEANS)[number];
  readonly madeBy: GivenBy;
  readonly leaf?: number;
}

/** The answer, or that it takes longer; its words are in the annex. A refusal, whole or in part, has its reason. */
export interface RequestAnswer {
  readonly type: "request-answer";
  readonly request: string;
  readonly outcome: (typeof REQUEST_OUTCOMES)[number];
  readonly atMs: number;
  readonly means: (typeof REQUEST_MEANS)[number];
  readonly reason?: (typeof REFUSAL_REASONS)[number];
}

/** The same instant so many calendar months later (UTC), on the last day of a month that is shorter. */
export function dueMs(receivedMs: number, months: number = MONTHS): number {
  const start = new Date(receivedMs);
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(receivedMs).setUTCFullYear(year, month, Math.min(start.getUTCDate(), lastDay));
}

function checkRequest(fact: Request): void {
  if (fact.receivedMs > MAX_MS - 366 * 86_400_000 || fact.dueMs !== dueMs(fact.receivedMs)) {
    throw refuse("request: due one month after it was received");
  }
  if ((fact.leaf !== undefined) !== ABOUT_AN_ACT.includes(fact.kind)) {
    throw refuse("request: an act is named where one is contested, or its author asked for");
  }
}

function checkAnswer(fact: RequestAnswer): void {
  if ((fact.reason === undefined) !== (fact.outcome === "granted")) {
    throw refuse("request-answer: what is not granted has its reason");
  }
}

export const REQUEST = factShape<Request>(
  "request",
  {
    kind: choice(REQUEST_KINDS),
    receivedMs: MS,
    dueMs: MS,
    means: choice(REQUEST_MEANS),
    madeBy: GIVER,
    leaf: optional(integer(0, MAX_INTEGER)),
  },
  { check: checkRequest },
);
export const REQUEST_ANSWER = factShape<RequestAnswer>(
  "request-answer",
  {
    request: HASH,
    outcome: choice(REQUEST_OUTCOMES),
    atMs: MS,
    means: choice(REQUEST_MEANS),
    reason: optional(choice(REFUSAL_REASONS)),
  },
  { check: checkAnswer },
);
