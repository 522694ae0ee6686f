/**
 * What can go wrong in the client. Each class carries codes, never a sentence: `src/i18n` says it, with what to do next.
 *
 *     Refused       the hub said no: one of a closed list of problems, with its reason
 *     Unreachable   no answer
 *     BadAnswer     an answer that is not the interface's
 *     Contradicted  the hub contradicted itself: both sides are kept, all use of it stops
 *     Locked        the browser's store does not open, or holds nothing
 *     NotPermitted  our own copy of the rules says no, before anything is sent
 *     Misuse        what was asked makes no sense here: nobody of that name, nothing to end
 *     NotReadable   an entry that this user has no way to read, and why
 *     AlteredFile   a file of the page that is not the one that was built, or did not come
 *
 * What is served and does not verify is a `ProtocolError`.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { FactStanding } from "../protocol/fact-rules.ts";
import type { Problem } from "../protocol/problems.ts";
import type { Decision, Question } from "../protocol/questions.ts";

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

export class AlteredFile extends Error {
  override readonly name = "AlteredFile";
}

export class Locked extends Error {
  override readonly name = "Locked";
}

/** Why our own copy of the rules refuses. */
export const WHY_NOT = [
  "rules",
  "section-closed",
  "exchange-left",
  "case-continued",
  "mask",
  "function",
  "standing",
  "collected-late",
  "collected-ahead",
  "does-not-hold",
  "done-already",
  "episode-ended",
  "said-otherwise",
] as const;
export type WhyNot = (typeof WHY_NOT)[number];

/** A standing that may do an act: everybody but oneself. */
export type Instead = Exclude<FactStanding, "self">;

/** What goes with it: the decision and its question, the act refused, the case that goes on, a reason of the protocol. */
export interface NotPermittedDetail {
  readonly decision?: Decision;
  readonly question?: Question;
  readonly rules?: readonly string[];
  /** Who may do it instead, by their standing in the case. */
  readonly who?: readonly Instead[];
  readonly other?: string;
  /** The entry that may not be opened, and the user who may not have it. */
  readonly entry?: string;
  readonly user?: string;
  readonly reason?: string;
}

export class NotPermitted extends Error {
  override readonly name = "NotPermitted";
  readonly why: WhyNot;
  readonly detail: NotPermittedDetail;

  constructor(why: WhyNot, detail: NotPermittedDetail = {}) {
    super(why);
    this.why = why;
    this.detail = detail;
  }
}

/** What makes no sense as it was asked. */
export const MISUSES = [
  "content",
  "fact",
  "no-such-user",
  "no-relay",
  "no-such-entry",
  "no-such-record",
  "no-such-opening",
  "no-such-emergency",
  "capacity",
  "episode",
  "horizon",
  "consent-in-team",
  "not-informed",
  "in-preparation",
  "masked",
  "not-in-section",
  "not-author",
  "passage",
  "notice-apart",
  "not-health",
  "emergency-words",
  "emergency-hours",
  "never-synced",
  "no-late-reason",
  "why-without-person",
  "conference-late",
  "conference-opposed",
  "conference-early",
  "conference-called-off",
  "report-nowhere",
  "report-named",
  "report-person",
  "report-both",
  "report-age",
  "not-offline",
  "link-itself",
  "link-closed",
  "link-already",
  "link-unsigned",
  "not-filed",
  "contact-card",
  "contact-elsewhere",
  "file-empty",
  "file-size",
  "file-many",
  "file-gone",
  "image",
  "device-here",
  "device-young",
  "device-gone",
  "invited-nobody",
  "invited-expired",
  "invited-code",
  "invited-capacity",
  "invited-used",
  "join-code",
  "join-late",
  "join-stranger",
  "not-on-staff-list",
  "phrase-nobody",
  "phrase-former",
] as const;
export type MisuseKind = (typeof MISUSES)[number];

export class Misuse extends Error {
  override readonly name = "Misuse";
  readonly kind: MisuseKind;

  constructor(kind: MisuseKind, about = "") {
    super(about === "" ? kind : `${kind}: ${about}`);
    this.kind = kind;
  }
}

/** Whether this is one of the client's own failures, which a screen can say; anything else is a defect. */
export function isFailure(error: unknown): error is Error {
  const known = [
    Refused,
    Unreachable,
    BadAnswer,
    Contradicted,
    Locked,
    NotPermitted,
    Misuse,
    NotReadable,
    AlteredFile,
    ProtocolError,
  ];
  return known.some((one) => error instanceof one);
}

/**
 * Why an entry is not read: `gap` (kept from this user), `no-key` (no key of it was given to them), `taken-back` (by its author),
 * `erased` (by a decision, logged at `leaf`), `not-handed-out` (the hub gave less than was asked).
 */
export type WhyUnread = "gap" | "no-key" | "taken-back" | "erased" | "not-handed-out";

export class NotReadable extends Error {
  override readonly name = "NotReadable";
  readonly why: WhyUnread;
  readonly leaf: number | undefined;

  constructor(why: WhyUnread, about: string, leaf?: number) {
    super(`${about}: ${why}`);
    this.why = why;
    this.leaf = leaf;
  }
}
