/**
 * What is owed to a section: a rotation, grants (docs/spec/case-chains.md, protocol 6.5).
 *
 * debt(section, head, t) = readers boxed in the current epoch who are not permitted at that head and instant, who were revoked,
 * whose structure ended their attestation, or whose box is for a superseded generation of their key; an invitation that boxed it
 * and came to nothing; and the current epoch when it is tainted. A writer takes t = max(own clock, newest verified checkpoint); a reader takes the header's `time_ms`.
 *
 * A debt stops writing under the old keys. It never stops reading or narrowing.
 */
import { holdsStep, sectionOf } from "./case-state.ts";
import type { CaseChain, SectionState } from "./case-state.ts";
import { withoutDeparted } from "./departures.ts";
import type { Directory } from "./directory.ts";
import type { PolicyTable } from "./policy-table.ts";
import { byName, SectionAccess } from "./section-access.ts";

/** Why a section owes a rotation: readers to be left behind or boxed anew, in order, tainted epochs, codes that boxed it. */
export interface Debt {
  readonly leaving: readonly string[];
  readonly superseded: readonly string[];
  readonly taints: readonly number[];
  /** Invitations that boxed the current epoch and came to nothing. */
  readonly invitations: readonly string[];
}

/** Everybody whose box in the current epoch must not be the last one. */
export function debtReaders(debt: Debt): readonly string[] {
  return [...new Set([...debt.leaving, ...debt.superseded])].sort();
}

/** Whether a rotation must come before anything is written. */
export function isOwed(debt: Debt): boolean {
  return debt.leaving.length > 0 || debt.superseded.length > 0 || debt.taints.length > 0 || debt.invitations.length > 0;
}

/** What a section owes at this head and instant. */
export function debtOf(state: CaseChain, section: string, table: PolicyTable, atMs: number, directory: Directory): Debt {
  const known = sectionOf(state, section);
  return owedTo(known, section, accessOf(state, known.readers.keys(), table, atMs, directory), directory);
}

/** The debts of every section that has one, in order. */
export function debtsOf(state: CaseChain, table: PolicyTable, atMs: number, directory: Directory): ReadonlyMap<string, Debt> {
  const readers = new Set([...state.sections.values()].flatMap((known) => [...known.readers.keys()]));
  const access = accessOf(state, readers, table, atMs, directory);
  const every = [...state.sections].sort(byName);
  const found = every.map(([section, known]) => [section, owedTo(known, section, access, directory)] as const);
  return new Map(found.filter(([, debt]) => isOwed(debt)));
}

/** The sections in debt whose current step a user holds: what their rotation must bring together. */
export function sectionsOwed(
  state: CaseChain,
  table: PolicyTable,
  atMs: number,
  directory: Directory,
  user: string,
): readonly string[] {
  return [...debtsOf(state, table, atMs, directory).keys()].filter((section) => {
    const { readers, epoch, step } = sectionOf(state, section);
    return holdsStep(readers.get(user), epoch, step);
  });
}

/**
 * The users who may read a whole section and were not boxed its current epoch, in order. Somebody revoked by name is not among
 * them: only a member's own grant brings them back. Nor is who left.
 */
export function owedGrants(
  state: CaseChain,
  section: string,
  table: PolicyTable,
  atMs: number,
  directory: Directory,
): readonly string[] {
  const { epoch, readers, revoked } = sectionOf(state, section);
  if (epoch === 0) return [];
  const every = everybody(state);
  const access = accessOf(state, every, table, atMs, directory);
  const without = every.filter((user) => !readers.has(user) && !revoked.has(user));
  return without.filter((user) => access.mayRead(user, section));
}

/** Whether a section waits for a claim: keyless, or no permitted holder is left. */
export function mayBeClaimed(state: CaseChain, section: string, table: PolicyTable, atMs: number): boolean {
  const known = sectionOf(state, section);
  return known.epoch === 0 || SectionAccess.at(table, state.facts, atMs).staying(section, known).length === 0;
}

/** The sections whose content would be lost with one more reader, in order. */
export function singleReader(state: CaseChain): readonly string[] {
  return [...state.sections].flatMap(([section, { readers }]) => (readers.size === 1 ? [section] : [])).sort();
}

/**
 * By user, the sections whose keys they hold and may read by the chain alone, and whose structure they left. Any member may revoke
 * them there; from then on the chain itself says so (docs/spec/departures.md).
 */
export function departedOf(
  state: CaseChain,
  table: PolicyTable,
  atMs: number,
  directory: Directory,
): ReadonlyMap<string, readonly string[]> {
  const said = SectionAccess.at(table, state.facts, atMs);
  const found = new Map<string, string[]>();
  for (const [section, { leaving }] of debtsOf(state, table, atMs, directory)) {
    const known = said.leaving(section, sectionOf(state, section));
    for (const user of leaving) if (!known.includes(user)) found.set(user, [...(found.get(user) ?? []), section]);
  }
  return found;
}

function accessOf(
  state: CaseChain,
  users: Iterable<string>,
  table: PolicyTable,
  atMs: number,
  directory: Directory,
): SectionAccess {
  return SectionAccess.at(table, withoutDeparted(state.facts, users, directory, atMs), atMs);
}

function owedTo(known: SectionState, section: string, access: SectionAccess, directory: Directory): Debt {
  if (known.epoch === 0) return { leaving: [], superseded: [], taints: [], invitations: [] };
  const leaving = access.leaving(section, known);
  const superseded = [...known.readers].flatMap(([user, held]) => {
    return !leaving.includes(user) && held.generation < directory.user(user).generation.number ? [user] : [];
  });
  const taints = known.tainted.has(known.epoch) ? [known.epoch] : [];
  return { leaving, superseded: superseded.sort(), taints, invitations: access.unanswered(section, known) };
}

function everybody(state: CaseChain): readonly string[] {
  const users = [
    ...state.facts.personUsers,
    ...state.facts.of("participation").map(({ fact }) => fact.user),
    ...state.facts.of("mandate").map(({ fact }) => fact.holder),
  ];
  return [...new Set(users)].sort();
}
