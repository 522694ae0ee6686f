/**
 * Who was entitled to make a link (docs/spec/case-chains.md, docs/spec/section-keys.md; protocol 6 and 7).
 *
 * Each function answers undefined, or the reason for which a well-signed link is void. Nothing here throws for what a link says:
 * a void link stays in the chain, and everybody must come to the same answer about it. What does throw is a reference that the
 * caller has to fetch first (a longer user chain, an attestation).
 *
 * 1. A widening link names a checkpoint at most 10 minutes older than the instant at which it is judged.
 * 2. It is judged by the table it names, and that table was active; its author's attestation holds, and is the capacity of a
 *    participation of theirs in force, unless they are the person or a representative.
 * 3. Claims and rotations are whole; in a grant each section stands alone.
 * 4. Whoever gets a key has a plain permit to read the whole section, at that position; `grant` asks the table as `read` does,
 *    `claim` and `rotate` as `read` and `write`.
 */
import type { Capacity } from "./capacities.ts";
import type { LinkHead, SectionAt } from "./case-links.ts";
import { holdsStep, sectionOf, stepName } from "./case-state.ts";
import type { CaseChain, Holding, SectionState } from "./case-state.ts";
import { canBeBoxed, generationAt } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { listId } from "./entry-list.ts";
import type { EntryListHead } from "./entry-list.ts";
import type { Reason } from "./errors.ts";
import { givenBy } from "./invitations.ts";
import { claimTarget, rotateTargets, slicesOf } from "./key-links.ts";
import type { ClaimLink, Granted, GrantLink, NewEpoch, RevokeLink, RotateLink, Target } from "./key-links.ts";
import { isClosed } from "./linked-cases.ts";
import { classOf } from "./places.ts";
import { isPermitted } from "./questions.ts";
import { standingIn } from "./section-access.ts";
import type { CaseStanding, SectionAccess } from "./section-access.ts";
import { MANDATE_ROWS } from "./situation.ts";

export const FRESH_MS = 600_000;
const CLOCK_MS = 120_000;

/** What a link is judged by: the state before it, its head, the instant, table and facts, the author's capacity. */
export interface Judging {
  readonly state: CaseChain;
  readonly head: LinkHead;
  readonly atMs: number;
  readonly access: SectionAccess;
  readonly capacity: Capacity | undefined;
  readonly directory: Directory;
}

/** The user who signed. */
export function authorOf(judging: Judging): string {
  return judging.head.preamble.user;
}

/** Whether the author's decision for an action on the whole section is a permit. */
export function authorMay(judging: Judging, action: string, section: string): boolean {
  return judging.access.permits(action, authorOf(judging), judging.capacity, section);
}

/** The standing in which the author acts, if they have it at this instant. */
export function authorStanding(judging: Judging): CaseStanding | undefined {
  const found = judging.access.standings(authorOf(judging));
  const standing = standingIn(found, judging.capacity);
  // A professional guardian acts in that capacity, by a mandate and without taking part.
  const guards = judging.capacity !== undefined && MANDATE_ROWS.has(judging.capacity.row);
  return standing ?? (guards ? standingIn(found, undefined) : undefined);
}

/** Judge what every widening link of a member must have: freshness, and a standing in the named capacity. */
export function judgeWidening(judging: Judging): Reason | undefined {
  return judgeFreshness(judging) ?? (authorStanding(judging) === undefined ? "not-entitled" : undefined);
}

/** Judge the checkpoint named by a widening link, and that a hidden class names no older head of `main`. */
export function judgeFreshness({ state, head, atMs }: Judging): Reason | undefined {
  const { fresh, mainHead, preamble } = head;
  if (fresh === undefined || fresh.timeMs < atMs - FRESH_MS) return "stale";
  if (fresh.timeMs > preamble.timeMs + CLOCK_MS) return "not-yet";
  const goesBack = mainHead !== undefined && state.mainHead !== undefined && mainHead.seq < state.mainHead.seq;
  return goesBack ? "rolled-back" : undefined;
}

/** Judge a claim: keyless or orphaned sections, the next epoch, a member who may read and write all of each. */
export function judgeClaim(judging: Judging, link: ClaimLink): Reason | undefined {
  const reason = judgeWidening(judging) ?? judgeTarget(judging, claimTarget(link), authorOf(judging));
  if (reason !== undefined) return reason;
  if (isClosed(judging.access.facts, judging.atMs)) return "closed";
  for (const item of link.sections) {
    const state = sectionOf(judging.state, item.section);
    if (state.epoch > 0 && judging.access.staying(item.section, state).length > 0) return "already";
    const not = judgeNextEpoch(judging, item, state) ?? judgeAuthor(judging, "claim", item.section);
    if (not !== undefined) return not;
  }
  return undefined;
}

/** Judge a rotation: by a holder, of every section owed that they hold, for exactly those who may read. */
export function judgeRotate(judging: Judging, link: RotateLink): Reason | undefined {
  const reason = judgeWidening(judging);
  if (reason !== undefined) return reason;
  const author = authorOf(judging);
  const states = rotatedSections(judging.state, link);
  for (const item of link.sections) {
    const state = sectionOf(judging.state, item.section);
    if (!holdsStep(state.readers.get(author), state.epoch, state.step)) return "not-entitled";
    const not = judgeNextEpoch(judging, item, state) ?? judgeAuthor(judging, "rotate", item.section);
    if (not !== undefined) return not;
  }
  if (owedBy(judging, author).some((section) => !states.has(section))) return "section-owed";
  const expected = [...judging.access.nextReaders(states).keys()];
  if (link.readers.map(({ user }) => user).join() !== expected.join()) return "wrong-readers";
  const targets = rotateTargets(link);
  // Who rotates holds the new keys: leaving their own box out would only lose the section.
  if (!targets.some(({ user }) => user === author)) return "wrong-readers";
  return firstReason(targets, (target) => judgeTarget(judging, target, target.user));
}

/** The sections of a rotation as they are before it. */
export function rotatedSections(state: CaseChain, link: RotateLink): ReadonlyMap<string, SectionState> {
  return new Map(link.sections.map(({ section }) => [section, sectionOf(state, section)]));
}

/**
 * The sections in debt at this position that `user` holds and may rotate, apart from new generations.
 *
 * Generations are left out because they are read off user chains, which grow beside this one: two honest readers may know
 * different heads. A composer adds those that it knows (`sectionsOwed`).
 */
export function owedBy(judging: Judging, user: string): readonly string[] {
  const owed = [...judging.state.sections].filter(([section, state]) => {
    const due = state.tainted.has(state.epoch) || judging.access.leftBehind(section, state);
    return due && holdsStep(state.readers.get(user), state.epoch, state.step) && authorMay(judging, "rotate", section);
  });
  return owed.map(([section]) => section).sort();
}

/** Judge what makes a whole grant void: author, freshness, end, the reader's generation and capacity, facts. */
export function judgeGrant(judging: Judging, link: GrantLink): Reason | undefined {
  const reason = judgeWidening(judging) ?? judgeTarget(judging, link.target, link.target.user);
  if (reason !== undefined) return reason;
  if (judging.atMs >= link.notAfterMs) return "expired";
  const standing = readerStanding(judging, link);
  if (standing === undefined) return "wrong-recipient";
  if (link.invitation !== undefined && link.target.user !== authorOf(judging)) return "not-entitled";
  return namesFacts(judging, link, standing) ? undefined : "unknown-reference";
}

/** Judge one section of a grant that is not void as a whole; a void section taints that section only. */
export function judgeGrantSection(judging: Judging, link: GrantLink, granted: Granted): Reason | undefined {
  const { section, fromEpoch, fromStep, epoch, step, commit } = granted;
  const state = sectionOf(judging.state, section);
  if (classOf(section) !== judging.state.class) return "wrong-chain";
  if (state.epoch === 0 || epoch !== state.epoch) return "wrong-epoch";
  const stepping = commit !== undefined;
  if (step !== state.step + Number(stepping)) return "wrong-step";
  if (stepping && (fromEpoch !== epoch || fromStep !== step)) return "wrong-step";
  const holding = granterHolding(judging, link, section);
  // The new step of a stepping grant is derived from the current one, which the granter must hold.
  const needed = stepping ? [{ epoch: state.epoch, step: state.step }] : slicesOf(granted);
  if (!needed.every((slice) => holdsStep(holding, slice.epoch, slice.step))) return "not-entitled";
  if (!authorMay(judging, "grant", section)) return "not-entitled";
  const standing = readerStanding(judging, link);
  if (standing === undefined || !judging.access.permits("read", standing.user, standing.capacity, section)) {
    return "not-permitted";
  }
  return stepping || isWithinHorizon(state, granted, standing) ? undefined : "not-yet";
}

/** What the granter was boxed of a section; with an invitation, what it gave whoever answered it. */
function granterHolding(judging: Judging, { invitation }: GrantLink, section: string): Holding | undefined {
  if (invitation === undefined) return sectionOf(judging.state, section).readers.get(authorOf(judging));
  return givenBy(judging.access.facts, invitation, authorOf(judging), section);
}

/** The standing in which a grant's reader gets the keys: the participation it names, in force. */
export function readerStanding(judging: Judging, link: GrantLink): CaseStanding | undefined {
  const found = judging.access.standings(link.target.user);
  return found.find(({ participation }) => participation === link.readerCapacity);
}

/** Whether a grant names facts of this chain, and among them all that its decisions used. */
function namesFacts(judging: Judging, link: GrantLink, { user, capacity }: CaseStanding): boolean {
  const { access, state } = judging;
  if (!link.facts.every((fact) => access.facts.hashes.has(fact))) return false;
  const named = new Set(link.facts);
  return link.sections
    .filter(({ section }) => classOf(section) === state.class)
    .map(({ section }) => access.decision("read", user, capacity, section))
    .every((decision) => !isPermitted(decision) || decision.facts.every((fact) => named.has(fact)));
}

/** Judge a revocation: any member may leave a reader behind. It narrows, so it needs no fresh head. */
export function judgeRevoke(judging: Judging, link: RevokeLink): Reason | undefined {
  if (authorStanding(judging) === undefined) return "not-entitled";
  return firstReason(link.sections, ({ section, at }) => {
    const state = sectionOf(judging.state, section);
    if (classOf(section) !== judging.state.class) return "wrong-chain";
    if (!state.readers.has(link.reader) || state.revoked.has(link.reader)) return "unknown-reference";
    return listMovesOn(judging.state.case, section, state.listed, at) ? undefined : "wrong-list";
  });
}

/** Judge whom a box is for: this user, at a head not older than known, whose current generation it names. */
export function judgeTarget(judging: Judging, to: Target, user: string): Reason | undefined {
  if (to.user !== user) return "wrong-recipient";
  if (to.head.seq < (judging.state.userHeads.get(user) ?? 0)) return "rolled-back";
  const chain = judging.directory.user(user);
  if (generationAt(chain, to.head).generation !== to.generation) return "wrong-epoch";
  return canBeBoxed(chain, to.head) ? undefined : "closed";
}

/** Judge the list positions that a fact names. */
export function judgeLists(judging: Judging, items: readonly SectionAt[]): Reason | undefined {
  return firstReason(items, ({ section, at }) => {
    if (classOf(section) !== judging.state.class) return "wrong-chain";
    const { listed } = sectionOf(judging.state, section);
    return listMovesOn(judging.state.case, section, listed, at) ? undefined : "wrong-list";
  });
}

/** The first reason that one of these gives. */
export function firstReason<T>(items: Iterable<T>, judge: (item: T) => Reason | undefined): Reason | undefined {
  for (const item of items) {
    const reason = judge(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function judgeNextEpoch(judging: Judging, item: NewEpoch, state: SectionState): Reason | undefined {
  if (classOf(item.section) !== judging.state.class) return "wrong-chain";
  if (item.epoch !== state.epoch + 1) return "wrong-epoch";
  return listMovesOn(judging.state.case, item.section, state.listed, item.at) ? undefined : "wrong-list";
}

function judgeAuthor(judging: Judging, action: string, section: string): Reason | undefined {
  return authorMay(judging, action, section) ? undefined : "not-permitted";
}

function isWithinHorizon(state: SectionState, granted: Granted, standing: CaseStanding): boolean {
  const startedMs = state.startsMs.get(stepName(granted.fromEpoch, granted.fromStep));
  return startedMs !== undefined && startedMs >= standing.horizonMs;
}

/**
 * Whether a list position follows the one named before: never back, and one hash for one length. That it is the newest is judged
 * where the list is known (`checkLists`).
 */
function listMovesOn(case_: string, section: string, before: EntryListHead | undefined, after: EntryListHead): boolean {
  if (after.n === 0) return (before?.n ?? 0) === 0 && after.h === listId(case_, `section:${section}`);
  return before === undefined || after.n > before.n || (after.n === before.n && after.h === before.h);
}
