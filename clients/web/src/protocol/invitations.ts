/**
 * What has become of an invitation, and who may answer it (docs/spec/invitations.md).
 *
 * Everything here is asked of the facts of one case at an instant, so that every reader answers alike.
 */
import { actOf } from "./act-rules.ts";
import type { Capacity } from "./capacities.ts";
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import type { Holding } from "./case-state.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import type { Invitation } from "./fact-invitations.ts";
import type { Participation, Recognition } from "./fact-people.ts";
import { allowedStandings, isOpenToRow, standingsOf } from "./fact-standings.ts";
import { slicesOf } from "./key-links.ts";

export type InvitationRecord = FactRecord<Invitation>;

/** The participation that answered an invitation, undefined while nobody did. */
export function answerTo(facts: CaseFacts, invitation: string): FactRecord<Participation> | undefined {
  return facts.under("participation", byInvitation, [invitation])[0];
}

/** Why an invitation cannot be answered at an instant, undefined while it is open. */
export function closedBy(facts: CaseFacts, record: InvitationRecord, atMs: number): Reason | undefined {
  if (answerTo(facts, record.hash) !== undefined) return "already";
  if (facts.endedAt(record.hash) !== FOREVER) return "closed";
  if (atMs >= record.fact.expiresMs) return "expired";
  return isStillItsAuthors(facts, record, atMs) ? undefined : "not-entitled";
}

/** The invitations that boxed this epoch of a section, in chain order. */
export function invitationsBoxing(facts: CaseFacts, section: string, epoch: number): readonly InvitationRecord[] {
  return facts.of("invitation").filter(({ fact }) => {
    return fact.sections.some((granted) => granted.section === section && granted.epoch === epoch);
  });
}

/** What an invitation gave of a section to the user who answered it; undefined to anybody else. */
export function givenBy(facts: CaseFacts, invitation: string, user: string, section: string): Holding | undefined {
  if (answerTo(facts, invitation)?.fact.user !== user) return undefined;
  const granted = facts.find("invitation", invitation).fact.sections.find((one) => one.section === section);
  if (granted === undefined) return undefined;
  return { generation: 0, slices: new Map(slicesOf(granted).map(({ epoch, step }) => [epoch, step])) };
}

/**
 * Refuse a participation that names an invitation that is not there, not open, or of other terms. Throws `ProtocolError`:
 * unknown-reference, already, closed, expired, not-entitled (its author could no longer make it, or other terms than invited),
 * time-backwards (begins before it), wrong-recipient (another capacity).
 */
export function checkAnswer(facts: CaseFacts, fact: Participation, atMs: number): void {
  if (fact.invitation === undefined) return;
  const record = facts.find("invitation", fact.invitation);
  const reason = closedBy(facts, record, atMs);
  if (reason !== undefined) throw new ProtocolError(reason, `invitation ${record.hash.slice(0, 16)}`);
  if (!areInvitedTerms(record.fact, fact)) {
    throw new ProtocolError("not-entitled", "a participation on other terms than invited");
  }
  if (fact.startMs < record.recordedMs) {
    throw new ProtocolError("time-backwards", "a participation that begins before its invitation");
  }
  if (!fitsInvitation(record.fact.capacity, fact.capacity)) {
    throw new ProtocolError("wrong-recipient", "a capacity other than the one invited");
  }
}

/** Whether a capacity is the one invited: row, category, structure; profession and role where they are named. */
export function fitsInvitation(invited: Capacity, held: Capacity): boolean {
  const same = invited.row === held.row && invited.category === held.category && invited.structure === held.structure;
  const profession = invited.profession === undefined || invited.profession === held.profession;
  return same && profession && (invited.role === undefined || invited.role === held.role);
}

/** Whether a user takes part by an invitation that they answered with its code (`acceptance`, rule 3). */
export function hasAnswered(facts: CaseFacts, user: string): boolean {
  return facts.participationsOf(user).some(({ fact }) => fact.invitation !== undefined);
}

function areInvitedTerms(invited: Invitation, fact: Participation): boolean {
  return (
    invited.regime === fact.regime &&
    invited.limb === fact.limb &&
    invited.historyFromMs === fact.historyFromMs &&
    invited.untilMs === fact.untilMs &&
    isSameRecognition(invited.recognised, fact.recognised) &&
    fact.episode === undefined
  );
}

function isSameRecognition(left: Recognition | undefined, right: Recognition | undefined): boolean {
  return left?.means === right?.means && left?.atMs === right?.atMs;
}

function isStillItsAuthors(facts: CaseFacts, { fact, author }: InvitationRecord, atMs: number): boolean {
  const act = actOf(fact);
  const allowed = allowedStandings(fact, act, standingsOf(facts, author, atMs));
  return allowed.size > 0 && isOpenToRow(act, author, allowed);
}

function byInvitation({ invitation }: Participation): readonly string[] {
  return invitation === undefined ? [] : [invitation];
}
