/** What a screen says when something failed: one sentence with what to do next, never a code or a stack. */
import { AlteredFile, BadAnswer, Contradicted, Locked, Misuse, NotPermitted, Refused, Unreachable } from "../client/errors.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { explain } from "./codes.ts";
import { languageOf } from "./messages.ts";
import type { Messages } from "./messages.ts";
import { mistrustText } from "./mistrust.ts";

export function failureText(error: unknown, messages: Messages): string {
  if (error instanceof Refused) return messages.refused[error.problem];
  if (error instanceof NotPermitted) return notPermittedText(error, messages);
  if (error instanceof Misuse) return messages.misuse[error.kind];
  if (error instanceof Unreachable) return messages.problem.unreachable;
  if (error instanceof BadAnswer) return messages.problem.badAnswer;
  if (error instanceof Locked) return messages.problem.locked;
  if (error instanceof AlteredFile) return messages.problem.altered;
  if (error instanceof Contradicted) return messages.problem.contradicted;
  if (error instanceof ProtocolError) return mistrustText(error, messages);
  return messages.problem.unknown;
}

/** Why our own copy of the rules refuses, and who may do it instead. */
function notPermittedText({ why, detail }: NotPermitted, messages: Messages): string {
  const { decision, question, who = [] } = detail;
  if (decision !== undefined && question !== undefined) {
    return explain(decision, question.compartment, question.level, languageOf(messages));
  }
  const named = who.map((one) => messages.standings[one]);
  const last = named.pop();
  if (last === undefined) return messages.notPermitted[why];
  const all = named.length === 0 ? last : `${named.join(", ")} ${messages.standings.or} ${last}`;
  return `${messages.notPermitted[why]} ${messages.standings.mayInstead(all)}`;
}

/** The sentence of a code under which a refusal was kept on this device (`refusalCode`). */
export function refusalText(code: string | undefined, messages: Messages): string {
  for (const group of [messages.notPermitted, messages.misuse, messages.refused]) {
    const found = Object.entries(group).find(([name]) => name === code);
    if (found !== undefined) return found[1];
  }
  return messages.problem.unknown;
}
