/** What a screen says when something failed: one sentence with what to do next, never a code or a stack. */
import { BadAnswer, Contradicted, Locked, Refused, Unreachable } from "../client/errors.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Messages } from "./messages.ts";

export function failureText(error: unknown, messages: Messages): string {
  if (error instanceof Refused) return messages.refused[error.problem];
  if (error instanceof Unreachable) return messages.problem.unreachable;
  if (error instanceof BadAnswer) return messages.problem.badAnswer;
  if (error instanceof Locked) return messages.problem.locked;
  if (error instanceof Contradicted) return messages.problem.contradicted;
  if (error instanceof ProtocolError) return messages.problem.unverified(error.what);
  return messages.problem.unknown;
}
