/**
 * The register of the person's requests: what was asked, until when it is answered, what was answered (F16).
 *
 * Read from the signed facts of the case, so that everybody who takes part, the person included, reads the same one. Composing a
 * request or an answer: `request` and `requestAnswer` of `facts`.
 */
import type { CaseFacts, FactRecord } from "../protocol/case-facts.ts";
import { dueMs, MONTHS_EXTENDED } from "../protocol/fact-requests.ts";
import type { Request, RequestAnswer } from "../protocol/fact-requests.ts";

export type RequestState = "waiting" | "overdue" | "answered" | "answered-late";

/** One request with its answers, oldest first, and the term that holds, extended or not. */
export interface Registered {
  readonly request: FactRecord<Request>;
  readonly answers: readonly FactRecord<RequestAnswer>[];
  readonly termMs: number;
  readonly state: RequestState;
}

/** The requests of a case, those that wait first, then by term. */
export function registerOf(facts: CaseFacts, nowMs: number): readonly Registered[] {
  const answers = facts.of("request-answer");
  const found = facts.of("request").map((record) => {
    return registered(
      record,
      answers.filter(({ fact }) => fact.request === record.hash),
      nowMs,
    );
  });
  return found.sort((left, right) => Number(isClosed(left)) - Number(isClosed(right)) || left.termMs - right.termMs);
}

function isClosed({ state }: Registered): boolean {
  return state === "answered" || state === "answered-late";
}

function registered(request: FactRecord<Request>, answers: readonly FactRecord<RequestAnswer>[], nowMs: number): Registered {
  const { fact } = request;
  // Saying after the first month that it takes longer is itself late. By the time recorded, which nobody chooses.
  const extended = answers.some((one) => one.fact.outcome === "extended" && one.recordedMs < fact.dueMs);
  const termMs = extended ? dueMs(fact.receivedMs, MONTHS_EXTENDED) : fact.dueMs;
  const closed = answers.find((one) => one.fact.outcome !== "extended");
  if (closed !== undefined) {
    return { request, answers, termMs, state: closed.recordedMs < termMs ? "answered" : "answered-late" };
  }
  return { request, answers, termMs, state: nowMs < termMs ? "waiting" : "overdue" };
}
