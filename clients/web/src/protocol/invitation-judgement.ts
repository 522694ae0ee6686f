/** Was an invitation, or its answer, entitled: what sections, table and attestations say (docs/spec/invitations.md). */
import { saltedSubject } from "./capacities.ts";
import type { CaseFacts } from "./case-facts.ts";
import { holdsStep, sectionOf, stepName } from "./case-state.ts";
import { authorMay, authorOf } from "./entitlement.ts";
import type { Judging } from "./entitlement.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { preparedParticipation } from "./fact-invitations.ts";
import type { Invitation } from "./fact-invitations.ts";
import type { Participation } from "./fact-people.ts";
import { CODE_VALIDITY_MS } from "./invitation-codes.ts";
import { checkAnswerSignature } from "./invitation-keys.ts";
import { slicesOf } from "./key-links.ts";
import type { Granted } from "./key-links.ts";
import { classOf } from "./places.ts";
import { SectionAccess } from "./section-access.ts";

/**
 * Refuse an invitation whose author may not give what it gives, on the facts before it. Throws `ProtocolError`: not-entitled,
 * expired, not-yet, wrong-chain, wrong-epoch, wrong-step, not-permitted.
 */
export function checkInvitation(judging: Judging, facts: CaseFacts, fact: Invitation): void {
  if (judging.state.class !== "main") throw new ProtocolError("not-entitled", "an invitation outside the open class");
  if (fact.expiresMs <= judging.atMs) throw new ProtocolError("expired", "invitation");
  if (fact.expiresMs - judging.atMs > CODE_VALIDITY_MS) {
    throw new ProtocolError("not-yet", "an invitation that would live longer than 72 hours");
  }
  const supposed = supposing(judging, facts, fact);
  for (const granted of fact.sections) {
    const reason = judgeSection(judging, supposed, fact, granted);
    if (reason !== undefined) throw new ProtocolError(reason, `invitation, ${granted.section}`);
  }
}

/**
 * The access by the facts in which somebody whom no fact names takes part as invited. They go by the salted hash of the subject,
 * which is nobody's user id.
 */
function supposing({ head, access, atMs }: Judging, facts: CaseFacts, fact: Invitation): SectionAccess {
  const assumed = preparedParticipation(fact, fact.subject, fact.subject, atMs);
  const place = { hash: fact.subject, position: head.seq, author: facts.opener, recordedMs: atMs };
  return SectionAccess.at(access.table, facts.withRecord({ fact: assumed, ...place, power: "member" }), atMs);
}

/**
 * Refuse an answer by another than the one named (wrong-subject) or without the code (bad-proof). That the invitation is open and
 * of these terms, `invitations.checkAnswer` says.
 */
export async function checkAnswered(judging: Judging, facts: CaseFacts, fact: Participation): Promise<void> {
  const { invitation, answer } = fact;
  if (invitation === undefined || answer === undefined) return;
  const invited = facts.find("invitation", invitation).fact;
  const attested = judging.directory.attestation(fact.attestation);
  const isNamed = saltedSubject(invited.subjectSalt, answer.iss, answer.sub) === invited.subject;
  if (!isNamed || saltedSubject(answer.salt, answer.iss, answer.sub) !== attested.subject) {
    throw new ProtocolError("wrong-subject", "an invitation of somebody else");
  }
  const { hub, case: case_ } = judging.state;
  const terms = { hub, case: case_, invitation, user: fact.user, attestation: fact.attestation };
  await checkAnswerSignature(invited.key, terms, answer.sig);
}

function judgeSection(judging: Judging, supposed: SectionAccess, fact: Invitation, granted: Granted): Reason | undefined {
  const { section, epoch, step } = granted;
  const state = sectionOf(judging.state, section);
  if (classOf(section) !== judging.state.class) return "wrong-chain";
  if (state.epoch === 0 || epoch !== state.epoch) return "wrong-epoch";
  if (step !== state.step) return "wrong-step";
  const holding = state.readers.get(authorOf(judging));
  if (!slicesOf(granted).every((slice) => holdsStep(holding, slice.epoch, slice.step))) return "not-entitled";
  if (!authorMay(judging, "grant", section)) return "not-entitled";
  if (!supposed.permits("read", fact.subject, fact.capacity, section)) return "not-permitted";
  const startedMs = state.startsMs.get(stepName(granted.fromEpoch, granted.fromStep));
  return startedMs !== undefined && startedMs >= fact.historyFromMs ? undefined : "not-yet";
}
