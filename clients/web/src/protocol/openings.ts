/**
 * Openings: made, closed, in force, and what each release asks again (docs/spec/exchanges.md, protocol 10.2).
 *
 * 1. An opening is judged in the chain for what the chain knows: author, freshness, end, recipient, boxes, basis.
 * 2. Entries are not in the chain. `checkMade` judges them where they are known: by the opener before they sign, by the server
 *    before it accepts, by the recipient before they use a share; `checkRelease` judges them again each time.
 * 3. An opening ends with the recipient's participation, by `opening-close`, or at `untilMs`; not with the opener's.
 * 4. The answer to an emergency is an opening with rules of its own (`emergencies`).
 * 5. What somebody has only through an opening they do not open again. A masked entry is not opened while its mask holds: the
 *    link would name it to those from whom it is hidden. Its author hands it over, as an entry for one more reader.
 */
import { decide } from "./access.ts";
import type { Capacity } from "./capacities.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { CaseChain, OpeningState } from "./case-state.ts";
import { isConferenceOver, openingForConference } from "./conferences.ts";
import { checkAnswered, checkAnswerer, emergencyStanding, judgeAnswer, restsOnEmergency } from "./emergencies.ts";
import { authorOf, authorStanding, judgeTarget, judgeWidening } from "./entitlement.ts";
import type { Judging } from "./entitlement.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { isClosed } from "./linked-cases.ts";
import type { OpeningCloseLink, OpeningLink } from "./opening-links.ts";
import type { PolicyTable } from "./policy-table.ts";
import { isPermitted, questionOf } from "./questions.ts";
import type { EntryMeta, Party } from "./questions.ts";
import { SectionAccess, standingsIn } from "./section-access.ts";
import type { CaseStanding } from "./section-access.ts";
import { isHeldBack } from "./shields.ts";

/** Judge an opening in its chain: undefined, or why it is void. */
export function judgeOpening(judging: Judging, link: OpeningLink): Reason | undefined {
  const reason = judgeWidening(judging);
  if (reason !== undefined) return reason;
  const { facts } = judging.access;
  if (link.untilMs <= judging.atMs) return "expired";
  if (!link.basis.every((hash) => facts.hashes.has(hash))) return "unknown-reference";
  return (
    (restsOnEmergency(facts, link) ? judgeAnswer(judging, link) : undefined) ??
    judgeBasis(facts, link, judging.atMs) ??
    judgeBoxes(judging, link)
  );
}

function judgeBasis(facts: CaseFacts, link: OpeningLink, atMs: number): Reason | undefined {
  const reason = openingForConference(facts, link, atMs);
  if (reason !== undefined) return reason;
  return link.started === undefined && link.entries.length > 1 && isClosed(facts, atMs) ? "closed" : undefined;
}

function judgeBoxes(judging: Judging, link: OpeningLink): Reason | undefined {
  for (const box of link.boxes) {
    if (recipientStanding(judging.access.facts, link, box.user, judging.atMs) === undefined) return "wrong-recipient";
    const reason = judgeTarget(judging, box, box.user);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Judge the closing of an opening: any member may, because it narrows; a caller ends their own emergency. */
export function judgeOpeningClose(judging: Judging, link: OpeningCloseLink): Reason | undefined {
  const found = judging.state.openings.get(link.opening);
  const called = found?.link.started !== undefined && isOpenedTo(found.link, authorOf(judging));
  if (authorStanding(judging) === undefined && !called) return "not-entitled";
  if (found === undefined) return "unknown-reference";
  return found.closedSeq === undefined ? undefined : "already";
}

/** The state with an opening in force; `capacity` is the opener's. */
export function afterOpening(state: CaseChain, link: OpeningLink, hash: string, capacity: Capacity | undefined): CaseChain {
  const made = { link, opener: link.head.preamble.user, capacity, seq: link.head.seq };
  return { ...state, openings: new Map(state.openings).set(hash, made) };
}

/** The state with an opening closed. */
export function afterOpeningClose(state: CaseChain, link: OpeningCloseLink): CaseChain {
  const found = state.openings.get(link.opening);
  if (found === undefined) return state;
  const closed = { ...found, closedSeq: link.head.seq };
  return { ...state, openings: new Map(state.openings).set(link.opening, closed) };
}

/** The standing in which a user is the recipient of an opening at an instant, undefined when they are not. */
export function recipientStanding(facts: CaseFacts, link: OpeningLink, user: string, atMs: number): CaseStanding | undefined {
  if (link.started !== undefined) return emergencyStanding(facts, link, user, atMs);
  return standingsIn(facts, user, atMs).find((standing) => isRecipient(link, standing));
}

function isRecipient({ recipient }: OpeningLink, { user, participation, capacity }: CaseStanding): boolean {
  if ("user" in recipient) return user === recipient.user && participation === recipient.capacity;
  return capacity?.row === recipient.row && capacity.structure === recipient.structure;
}

/** Whether an opening names this very user as its recipient, in whatever capacity. */
export function isOpenedTo({ recipient }: OpeningLink, user: string): boolean {
  return "user" in recipient && recipient.user === user;
}

/** An opening that a user may still use; throws unknown-reference, closed, expired, wrong-recipient. */
export function openingInForce(state: CaseChain, hash: string, user: string, atMs: number): OpeningState {
  const found = state.openings.get(hash);
  if (found === undefined) throw new ProtocolError("unknown-reference", "opening");
  if (found.closedSeq !== undefined) throw new ProtocolError("closed", "opening");
  if (atMs >= found.link.untilMs) throw new ProtocolError("expired", "opening");
  if (isConferenceOver(state.facts, found.link.basis, atMs)) {
    throw new ProtocolError("closed", "opening for a conference that was ended");
  }
  if (recipientStanding(state.facts, found.link, user, atMs) === undefined) {
    throw new ProtocolError("wrong-recipient", "opening");
  }
  return found;
}

/**
 * The users to whom an entry is open at an instant: what `EntryMeta.named` holds besides exchanges. An emergency names nobody:
 * it is decided as what it is, not as an exchange.
 */
export function openedTo(state: CaseChain, entry: string, atMs: number): ReadonlySet<string> {
  const users = new Set<string>();
  for (const { link, closedSeq } of state.openings.values()) {
    if (closedSeq !== undefined || atMs >= link.untilMs || link.started !== undefined) continue;
    if (isConferenceOver(state.facts, link.basis, atMs) || !link.entries.some(({ id }) => id === entry)) continue;
    for (const { user } of link.boxes) {
      if (recipientStanding(state.facts, link, user, atMs) !== undefined) users.add(user);
    }
  }
  return users;
}

/** What is known where an opening is made: its entries, and the opener's capacity. */
export interface OpeningMade {
  readonly capacity: Capacity | undefined;
  readonly entries: readonly EntryMeta[];
}

/**
 * Judge the entries of an opening when it is made. Throws unknown-reference: an entry is missing from `entries`; not-entitled: the
 * opener may not open it; not-permitted: the rules do not let the recipient have it.
 */
export function checkMade(
  state: CaseChain,
  link: OpeningLink,
  { capacity, entries }: OpeningMade,
  table: PolicyTable,
  atMs: number,
): void {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const access = SectionAccess.at(table, state.facts, atMs);
  const opener = { user: link.head.preamble.user, capacity };
  for (const { id } of link.entries) {
    const entry = known.get(id);
    if (entry === undefined) throw new ProtocolError("unknown-reference", "entry of an opening");
    if (link.started === undefined) checkOpener(access, opener, entry);
    else checkAnswerer(access, opener, entry);
    for (const { user } of link.boxes) checkRecipient(access, link, user, entry, opener);
  }
}

/** Judge one release under an opening: in force, this entry and part, and the rules of this instant. */
export function checkOpeningRelease(
  state: CaseChain,
  asked: { readonly opening: string; readonly entry: EntryMeta; readonly part: string; readonly user: string },
  table: PolicyTable,
  atMs: number,
): OpeningState {
  const { entry, part, user } = asked;
  const found = openingInForce(state, asked.opening, user, atMs);
  if (!found.link.entries.some(({ id, parts }) => id === entry.id && parts.includes(part))) {
    throw new ProtocolError("wrong-part", "opening");
  }
  const sender = { user: found.opener, capacity: found.capacity };
  checkRecipient(SectionAccess.at(table, state.facts, atMs), found.link, user, entry, sender);
  return found;
}

function checkOpener(access: SectionAccess, opener: Party, entry: EntryMeta): void {
  const own = entry.author === opener.user;
  if (entry.masks.size > 0 && !own) throw new ProtocolError("not-entitled", "a masked entry is opened by its author only");
  if (isHeldBack(access.facts, entry, access.atMs)) {
    throw new ProtocolError("not-entitled", "an opening would name a masked entry to whom it is hidden from");
  }
  // Asked as if it had never been sent or opened to anybody: access by an opening does not open again.
  const unnamed = { ...entry, named: new Set<string>() };
  if (!own && !permits(access, "read", opener, unnamed)) {
    throw new ProtocolError("not-entitled", "opening of an entry by somebody who may not read it");
  }
  if (!permits(access, "exchange_send", opener, unnamed)) {
    throw new ProtocolError("not-entitled", "opening of an entry by somebody who may not send it");
  }
  if (!own && isClosed(access.facts, access.atMs)) {
    throw new ProtocolError("not-entitled", "in a closed case an entry is opened by its author");
  }
}

function checkRecipient(access: SectionAccess, link: OpeningLink, user: string, entry: EntryMeta, sender: Party): void {
  if (link.started !== undefined) {
    checkAnswered(access, link, user, entry);
    return;
  }
  const standing = recipientStanding(access.facts, link, user, access.atMs);
  if (standing === undefined) throw new ProtocolError("wrong-recipient", "opening");
  const named = { ...entry, named: new Set([...entry.named, user]) };
  if (!permits(access, "exchange_receive", { user, capacity: standing.capacity }, named, sender)) {
    throw new ProtocolError("not-permitted", "opening");
  }
}

function permits(access: SectionAccess, action: string, party: Party, entry: EntryMeta, sender?: Party): boolean {
  const { compartment, level } = entry;
  const via = action === "read" ? "any" : "exchange";
  const asked = { action, user: party.user, capacity: party.capacity, compartment, level, entry, atMs: access.atMs };
  return isPermitted(decide(access.table, access.facts, questionOf({ ...asked, via, sender })));
}
