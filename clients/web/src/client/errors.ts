/**
 * What can go wrong in the client. Each class carries codes, never a sentence: `src/i18n` says it, with what to do next.
 *
 *     Refused       the hub said no: one of a closed list of problems, with its reason
 *     Unreachable   no answer
 *     BadAnswer     an answer that is not the interface's
 *     Contradicted  the hub contradicted itself: both sides are kept, all use of it stops
 *     Locked        the browser's store does not open, or holds nothing
 *
 * What is served and does not verify is a `ProtocolError`.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import type { ProtocolError } from "../protocol/errors.ts";
import type { Problem } from "../protocol/problems.ts";

export class Refused extends Error {
  override readonly name = "Refused";
  readonly problem: Problem;
  readonly detail: JsonObject;

  constructor(problem: Problem, detail: JsonObject) {
    super(problem);
    this.problem = problem;
    this.detail = detail;
  }

  /** The reason code beside the problem, if the hub gave one. */
  get reason(): string | undefined {
    const reason = this.detail["reason"];
    return typeof reason === "string" ? reason : undefined;
  }
}

export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

export class Contradicted extends Error {
  override readonly name = "Contradicted";
  readonly found: ProtocolError;

  constructor(found: ProtocolError) {
    super(found.message);
    this.found = found;
  }
}

export class Locked extends Error {
  override readonly name = "Locked";
}
