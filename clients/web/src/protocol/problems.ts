/** The closed list of problems that the hub answers with, in RFC 9457 form (docs/problems.md); code branches on these only. */
export const PROBLEMS = [
  "unauthenticated",
  "step-up-required",
  "not-found",
  "denied",
  "notice-missing",
  "consent-missing",
  "facts-changed",
  "epoch-stale",
  "rotation-owed",
  "version-conflict",
  "idempotency-mismatch",
  "replayed",
  "too-large",
  "invalid",
  "bad-signature",
  "wrong-case",
  "too-many-requests",
  "log-unavailable",
  "overloaded",
  "storage-full",
  "provider-unavailable",
  "internal",
] as const;

export type Problem = (typeof PROBLEMS)[number];

export const PROBLEM_PREFIX = "urn:volet:problem:";
export const PROBLEM_TYPE = "application/problem+json";

/** The member that a `type` names, undefined for a type outside the list. */
export function problemFromUri(uri: string): Problem | undefined {
  return PROBLEMS.find((problem) => PROBLEM_PREFIX + problem === uri);
}
