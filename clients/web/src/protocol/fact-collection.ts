/**
 * When something was said or handed over, and when it was recorded (docs/spec/facts.md, "Collected and recorded").
 *
 * What is collected without network keeps its own time and is recorded later. Position alone gives effect: a fact is part of no
 * state before its link, so an old time of collection never reaches back. What would widen and waited for more than 72 hours
 * says why; a withdrawal or an opposition is never refused for having waited (D1110-3-3, L1110-4 IV).
 */
import { ProtocolError } from "./errors.ts";
import type { LateReason } from "./fact-codec.ts";
import { isWidening } from "./fact-rules.ts";
import type { Fact, FactOf } from "./facts.ts";

export const LATE_AFTER_MS = 72 * 3_600_000;
const CLOCK_MS = 120_000;

/** A fact that is somebody's words. */
type Collected = FactOf<
  "notice" | "consent" | "consent-withdrawal" | "opposition" | "opposition-end" | "minor-secret" | "minor-secret-end"
>;
const COLLECTED: ReadonlySet<string> = new Set<Collected["type"]>([
  "notice",
  "consent",
  "consent-withdrawal",
  "opposition",
  "opposition-end",
  "minor-secret",
  "minor-secret-end",
]);

function isCollected(fact: Fact): fact is Collected {
  return COLLECTED.has(fact.type);
}

/** When the words of a fact were collected; undefined for a fact that is nobody's words. */
export function collectedMs(fact: Fact): number | undefined {
  if (!isCollected(fact)) return undefined;
  switch (fact.type) {
    case "notice":
    case "consent":
      return fact.givenMs;
    case "consent-withdrawal":
    case "opposition-end":
    case "minor-secret-end":
      return fact.atMs;
    case "opposition":
      return fact.fromMs;
    case "minor-secret":
      return fact.opposedMs;
  }
}

/** The code of the reason a fact gives for the time it waited. */
export function lateReason(fact: Fact): LateReason | undefined {
  return isCollected(fact) ? fact.late : undefined;
}

/** The same words with the reason why they waited; throws wrong-type for a fact that is nobody's words. */
export function withLate(fact: Fact, code: LateReason): Fact {
  if (!isCollected(fact)) throw new ProtocolError("wrong-type", `${fact.type}: no time of collection`);
  return { ...fact, late: code };
}

/** Whether a fact was recorded more than 72 hours after it was collected: it is marked wherever it is shown. */
export function isLate(fact: Fact, recordedMs: number): boolean {
  const collected = collectedMs(fact);
  return collected !== undefined && recordedMs - collected > LATE_AFTER_MS;
}

/** When something that waited too long was collected, and why; `unstated` for what narrows and gives no reason. */
export interface Late {
  readonly collectedMs: number;
  readonly reason: LateReason | "unstated";
}

/** The first of these facts that waited too long, if any: the log tells that it did. */
export function firstLate(facts: Iterable<Fact | undefined>, recordedMs: number): Late | undefined {
  for (const fact of facts) {
    const collected = fact === undefined ? undefined : collectedMs(fact);
    if (fact !== undefined && collected !== undefined && isLate(fact, recordedMs)) {
      return { collectedMs: collected, reason: lateReason(fact) ?? "unstated" };
    }
  }
  return undefined;
}

/**
 * Refuse a fact whose time of collection does not fit the instant at which its link is judged: not-yet for information or an
 * answer from the future, beyond two minutes of a clock; stale for a widening fact collected more than 72 hours before that
 * gives no reason.
 */
export function checkCollected(fact: Fact, atMs: number): void {
  const collected = collectedMs(fact);
  if (collected === undefined) return;
  if ((fact.type === "notice" || fact.type === "consent") && collected > atMs + CLOCK_MS) {
    throw new ProtocolError("not-yet", `${fact.type}: collected after it was recorded`);
  }
  if (isWidening(fact) && lateReason(fact) === undefined && isLate(fact, atMs)) {
    throw new ProtocolError("stale", `${fact.type}: collected more than 72 hours before, without a reason`);
  }
}
