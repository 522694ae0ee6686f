/**
 * Who may do what with a whole section, asked of the policy table (docs/spec/section-keys.md).
 *
 * Keys are all or nothing: a key of a section opens whatever anybody permitted wrote in it, so every question here is about the
 * whole section, and only a plain `permit` counts. What a permit with notice or after consent would give is reached entry by
 * entry, through openings and exchanges.
 */
import { decide } from "./access.ts";
import { isSameCapacity } from "./capacities.ts";
import type { Capacity } from "./capacities.ts";
import type { CaseFacts } from "./case-facts.ts";
import { sectionParts } from "./case-links.ts";
import type { SectionState } from "./case-state.ts";
import { answerTo, closedBy, invitationsBoxing } from "./invitations.ts";
import type { InvitationRecord } from "./invitations.ts";
import type { PolicyTable } from "./policy-table.ts";
import { mandatesOf, mandateState } from "./powers.ts";
import { isPermitted, questionOf } from "./questions.ts";
import type { Decision } from "./questions.ts";

/** One way in which a user stands in a case: a participation, or (without one) as person or representative. */
export interface CaseStanding {
  readonly user: string;
  readonly capacity?: Capacity | undefined;
  readonly participation?: string | undefined;
  /** Entries written before are not theirs to read with a section's key (P11). */
  readonly horizonMs: number;
}

/** Every way in which a user stands in the case at an instant; empty for somebody without relation to it. */
export function standingsIn(facts: CaseFacts, user: string, atMs: number): readonly CaseStanding[] {
  const found: CaseStanding[] = facts.participationsOf(user, atMs).map(({ fact, hash }) => ({
    user,
    capacity: fact.capacity,
    participation: hash,
    horizonMs: fact.historyFromMs ?? fact.startMs,
  }));
  const represents = mandatesOf(facts, user).some((record) => mandateState(facts, record, atMs) === "in_force");
  if (facts.personUsers.has(user) || represents) found.push({ user, horizonMs: 0 });
  return found;
}

/** The standing with that capacity (undefined: as person or representative), if there is one. */
export function standingIn(found: readonly CaseStanding[], capacity: Capacity | undefined): CaseStanding | undefined {
  return found.find((standing) => {
    if (standing.capacity === undefined || capacity === undefined) return standing.capacity === capacity;
    return isSameCapacity(standing.capacity, capacity);
  });
}

/** Whether a user takes part, is the person, or represents them: whoever may narrow. */
export function isMember(facts: CaseFacts, user: string, atMs: number): boolean {
  return standingsIn(facts, user, atMs).length > 0;
}

/** A section, as an exchange is about one. */
export interface About {
  readonly compartment: string;
  readonly level: number;
}

/** Whether somebody may write in an exchange about a compartment. */
export function maySend(
  facts: CaseFacts,
  table: PolicyTable,
  { user, capacity }: CaseStanding,
  { compartment, level }: About,
  atMs: number,
): boolean {
  const said = { action: "exchange_send", user, capacity, compartment, level, entry: undefined, atMs, via: "exchange" };
  return isPermitted(decide(table, facts, questionOf(said)));
}

/** Whether somebody may receive in an exchange; `sender` is who sends, when that is known. */
export function mayReceive(
  facts: CaseFacts,
  table: PolicyTable,
  { user, capacity }: CaseStanding,
  { compartment, level }: About,
  atMs: number,
  sender?: CaseStanding,
): boolean {
  const asked = questionOf({
    action: "exchange_receive",
    user,
    capacity,
    compartment,
    level,
    entry: undefined,
    atMs,
    via: "exchange",
    sender: sender && { user: sender.user, capacity: sender.capacity },
  });
  return isPermitted(decide(table, facts, asked));
}

const REMEMBERED = 8;
/** A memo of pure answers. */
let recent: readonly SectionAccess[] = [];

/** The table and the facts at one position and instant; each question is asked once. */
export class SectionAccess {
  readonly table: PolicyTable;
  readonly facts: CaseFacts;
  readonly atMs: number;
  readonly #asked = new Map<string, Decision>();
  readonly #standings = new Map<string, readonly CaseStanding[]>();

  private constructor(table: PolicyTable, facts: CaseFacts, atMs: number) {
    this.table = table;
    this.facts = facts;
    this.atMs = atMs;
  }

  /**
   * The access at a position and instant, the same object as a moment ago for the same three: a rotation asks about every reader
   * of every section, when its debt is seen, when it is composed and when it is judged.
   */
  static at(table: PolicyTable, facts: CaseFacts, atMs: number): SectionAccess {
    const known = recent.find((one) => one.table === table && one.facts === facts && one.atMs === atMs);
    if (known !== undefined) return known;
    const access = new SectionAccess(table, facts, atMs);
    recent = [access, ...recent.slice(0, REMEMBERED - 1)];
    return access;
  }

  /** The decision for an action on the whole of a section. */
  decision(action: string, user: string, capacity: Capacity | undefined, section: string): Decision {
    const key = JSON.stringify([action, user, capacity ?? null, section]);
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const [compartment, level] = sectionParts(section);
    // Through any standing but an emergency, which opens entries and never hands out a key (protocol 10.3).
    const asked = { action, user, capacity, compartment, level, entry: undefined, atMs: this.atMs, via: "any" };
    const decision = decide(this.table, this.facts, questionOf(asked));
    this.#asked.set(key, decision);
    return decision;
  }

  /** Whether that decision is a plain permit. */
  permits(action: string, user: string, capacity: Capacity | undefined, section: string): boolean {
    return isPermitted(this.decision(action, user, capacity, section));
  }

  /** The user's standings at this instant. */
  standings(user: string): readonly CaseStanding[] {
    let known = this.#standings.get(user);
    if (known === undefined) {
      known = standingsIn(this.facts, user, this.atMs);
      this.#standings.set(user, known);
    }
    return known;
  }

  /** Whether a user may read the whole section in any of their standings. */
  mayRead(user: string, section: string): boolean {
    return this.standings(user).some(({ capacity }) => this.permits("read", user, capacity, section));
  }

  /** The readers of a section whom its next epoch is for, in order: permitted and not revoked. */
  staying(section: string, state: SectionState): readonly string[] {
    return [...state.readers.keys()].sort().filter((user) => !state.revoked.has(user) && this.mayRead(user, section));
  }

  /** The readers of a section who must be left behind, in order. */
  leaving(section: string, state: SectionState): readonly string[] {
    return [...state.readers.keys()].sort().filter((user) => state.revoked.has(user) || !this.mayRead(user, section));
  }

  /** The invitations that boxed the current epoch to a code whose holder may not have it, or no longer. */
  unanswered(section: string, state: SectionState): readonly string[] {
    const boxing = invitationsBoxing(this.facts, section, state.epoch);
    return boxing.filter((record) => !this.#isKept(record, section, state)).map(({ hash }) => hash);
  }

  /** Whether somebody who may not read the section may hold its current epoch. */
  leftBehind(section: string, state: SectionState): boolean {
    return this.leaving(section, state).length > 0 || this.unanswered(section, state).length > 0;
  }

  #isKept(record: InvitationRecord, section: string, state: SectionState): boolean {
    const answer = answerTo(this.facts, record.hash);
    if (answer === undefined) return closedBy(this.facts, record, this.atMs) === undefined;
    const { user } = answer.fact;
    return !state.revoked.has(user) && this.mayRead(user, section);
  }

  /** By user in order, the sections of a rotation that each is to be boxed: exactly these, no other. */
  nextReaders(states: ReadonlyMap<string, SectionState>): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const [section, state] of [...states].sort(byName)) {
      for (const user of this.staying(section, state)) found.set(user, [...(found.get(user) ?? []), section]);
    }
    return new Map([...found].sort(byName));
  }
}

/** The order of maps by name. */
export function byName(left: readonly [string, unknown], right: readonly [string, unknown]): number {
  return left[0] < right[0] ? -1 : Number(left[0] > right[0]);
}
