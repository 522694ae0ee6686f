/**
 * The facts of one case, folded in chain order into an immutable state (docs/spec/facts.md).
 *
 * This module folds and answers; who may make a fact is judged by `recordFact` of `fact-entitlement`, which reads this state.
 * Nothing is updated in place and nothing is forgotten: ends are facts too, and every question names its instant. A record
 * holds from its start included to its end excluded (P4).
 */
import { encode } from "./canonical.ts";
import { capacityToJson } from "./capacities.ts";
import type { Capacity } from "./capacities.ts";
import { ProtocolError } from "./errors.ts";
import { FactFolds } from "./fact-folds.ts";
import { FactGroups } from "./fact-groups.ts";
import type { KeysOf } from "./fact-groups.ts";
import { entriesOf, moments } from "./fact-instants.ts";
import type { Ability } from "./fact-powers.ts";
import type { Participation, Person, Retention } from "./fact-people.ts";
import { endedBy } from "./fact-references.ts";
import type { Fact, FactOf, FactType } from "./facts.ts";

/** After every instant. */
export const FOREVER = Infinity;

/** Who signed the link: a user, in the capacity the link names (absent: as person or representative). */
export interface FactAuthor {
  readonly user: string;
  readonly capacity?: Capacity | undefined;
}

/** Whether two capacities are one, legal bases of the secret included. */
export function isEqualCapacity(left: Capacity, right: Capacity): boolean {
  return encode(capacityToJson(left)).join() === encode(capacityToJson(right)).join();
}

/** Whether two facts are of one user in one capacity. */
export function isSameAuthor(left: FactAuthor, right: FactAuthor): boolean {
  if (left.user !== right.user) return false;
  if (left.capacity === undefined || right.capacity === undefined) return left.capacity === right.capacity;
  return isEqualCapacity(left.capacity, right.capacity);
}

/** With which power a fact was made. */
export type Power = "person" | "representative" | "member";

/** A fact in its place: its hash, its position in the chain, its author, when, and with which power. */
export interface FactRecord<F extends Fact = Fact> {
  readonly fact: F;
  readonly hash: string;
  readonly position: number;
  readonly author: FactAuthor;
  readonly recordedMs: number;
  readonly power: Power;
}

/** Whether a professional recorded it for the person (protocol 6.3). */
export function isReported(record: FactRecord): boolean {
  return record.power === "member";
}

/** What a case-create states. */
export interface CaseStart {
  readonly case: string;
  readonly kind: string;
  readonly structure: string;
  readonly createdMs: number;
  readonly opener: FactAuthor;
}

/** The state of the facts of one case at one position of its chain. Immutable. */
export class CaseFacts implements CaseStart {
  readonly case: string;
  readonly kind: string;
  readonly structure: string;
  readonly createdMs: number;
  readonly opener: FactAuthor;
  readonly records: ReadonlyMap<FactType, readonly FactRecord[]>;
  readonly #ends: ReadonlyMap<string, number>;
  readonly #hashes: ReadonlySet<string>;
  readonly #groups: FactGroups;
  readonly #ended = new Map<string, number>();
  #singledOut: ReadonlySet<string> | undefined;
  #personUsers: ReadonlySet<string> | undefined;
  /** What these facts were found to come to, by question. */
  readonly folds = new FactFolds(() => moments(this.#facts()));

  private constructor(
    start: CaseStart,
    records: ReadonlyMap<FactType, readonly FactRecord[]>,
    ends: ReadonlyMap<string, number>,
    hashes: ReadonlySet<string>,
    groups: FactGroups,
  ) {
    this.case = start.case;
    this.kind = start.kind;
    this.structure = start.structure;
    this.createdMs = start.createdMs;
    this.opener = start.opener;
    this.records = records;
    this.#ends = ends;
    this.#hashes = hashes;
    this.#groups = groups;
  }

  /** The facts of a case just created; `episode` opens with it, under its own id as hash. */
  static start(start: CaseStart, episode?: string): CaseFacts {
    const facts = new CaseFacts(start, new Map(), new Map(), new Set(), new FactGroups());
    if (episode === undefined) return facts;
    const fact = { type: "episode", episode, startMs: start.createdMs } as const;
    return facts.withRecord({
      fact,
      hash: episode,
      position: 0,
      author: start.opener,
      recordedMs: start.createdMs,
      power: "member",
    });
  }

  /** The state with a record folded in: its entitlement was judged elsewhere. */
  withRecord(record: FactRecord): CaseFacts {
    const { type } = record.fact;
    const before = this.of(type);
    const after = [...before, record];
    const ends = new Map(this.#ends);
    const ended = endedBy(record.fact);
    // The earliest end counts: a later one cannot reopen what was closed.
    if (ended !== undefined) ends.set(ended[0], Math.min(ended[1], this.endedAt(ended[0])));
    // The chain keeps this state; what was remembered of it is asked of the next one.
    this.folds.forget();
    const groups = this.#groups.after<Fact, FactRecord>(before, after);
    return new CaseFacts(this, new Map(this.records).set(type, after), ends, new Set(this.#hashes).add(record.hash), groups);
  }

  /** The state with ends that no fact of the chain says, by what they end; the earliest of each counts. */
  withEnds(ends: ReadonlyMap<string, number>): CaseFacts {
    const merged = new Map(this.#ends);
    for (const [target, atMs] of ends) merged.set(target, Math.min(atMs, this.endedAt(target)));
    return new CaseFacts(this, this.records, merged, this.#hashes, this.#groups);
  }

  *#facts(): Generator<Fact> {
    for (const records of this.records.values()) for (const record of records) yield record.fact;
  }

  /** The hashes of all facts. */
  get hashes(): ReadonlySet<string> {
    return this.#hashes;
  }

  /** The entries that some fact names one by one: of any other the facts say what they say of its section. */
  get singledOut(): ReadonlySet<string> {
    this.#singledOut ??= new Set([...this.#facts()].flatMap((fact) => [...entriesOf(fact)]));
    return this.#singledOut;
  }

  /** The records of one type, in chain order. */
  of<T extends FactType>(type: T): readonly FactRecord<FactOf<T>>[] {
    return (this.records.get(type) ?? NONE) as readonly FactRecord<FactOf<T>>[];
  }

  /** The record of that type and hash; throws unknown-reference. */
  find<T extends FactType>(type: T, hash: string): FactRecord<FactOf<T>> {
    const found = this.#hashes.has(hash) ? this.of(type).find((record) => record.hash === hash) : undefined;
    if (found === undefined) throw new ProtocolError("unknown-reference", `${type} ${hash.slice(0, 16)}`);
    return found;
  }

  /** The records of one type that `keys` puts under one of the keys asked, each once, in chain order. */
  under<T extends FactType>(type: T, keys: KeysOf<FactOf<T>>, asked: Iterable<string>): readonly FactRecord<FactOf<T>>[] {
    return this.#groups.under(this.of(type), keys, asked);
  }

  /** The latest record of the person, undefined before there is one. */
  get person(): Person | undefined {
    return this.of("person").at(-1)?.fact;
  }

  /** The accounts of the person. */
  get personUsers(): ReadonlySet<string> {
    this.#personUsers ??= new Set(this.of("person").flatMap(({ fact }) => fact.user ?? []));
    return this.#personUsers;
  }

  /** Whether the person is not yet of age at that instant (C. civ. 388, 413-7). */
  isMinor(atMs: number): boolean {
    const majorityMs = this.person?.majorityMs;
    return majorityMs !== undefined && atMs < majorityMs;
  }

  /** Of the records in force, what the latest says; none = able. */
  ability(atMs: number): Ability["state"] {
    const inForce = this.of("ability").filter(({ fact }) => fact.fromMs <= atMs && atMs < (fact.untilMs ?? FOREVER));
    return inForce.at(-1)?.fact.state ?? "able";
  }

  /** The instant of the person's death. */
  get deathMs(): number | undefined {
    const deaths = this.of("death").map(({ fact }) => fact.atMs);
    return deaths.length === 0 ? undefined : Math.min(...deaths);
  }

  /** The latest word on last contact and archiving. */
  get retention(): Retention | undefined {
    return this.of("retention").at(-1)?.fact;
  }

  /** The end of an episode; `FOREVER` when open or when none is named; 0 for an unknown one. */
  episodeEnd(episode: string | undefined): number {
    if (episode === undefined) return FOREVER;
    const ends = this.of("episode").flatMap(({ fact }) =>
      fact.episode === episode ? [Math.min(fact.untilMs ?? FOREVER, this.endedAt(episode))] : [],
    );
    return ends.length === 0 ? 0 : Math.min(...ends);
  }

  /** When a participation ends: its own end, the act that ended it, or the end of its episode. */
  participationEnd(record: FactRecord<Participation>): number {
    // A rotation asks of every reader of every section: what one state answers alike each time is found once.
    const known = this.#ended.get(record.hash);
    if (known !== undefined) return known;
    const { untilMs, episode } = record.fact;
    const end = Math.min(untilMs ?? FOREVER, this.endedAt(record.hash), this.episodeEnd(episode));
    this.#ended.set(record.hash, end);
    return end;
  }

  /** Whether a participation holds at that instant. */
  inForce(record: FactRecord<Participation>, atMs: number): boolean {
    return record.fact.startMs <= atMs && atMs < this.participationEnd(record);
  }

  /** The participations of a user: all of them, or those in force at an instant. */
  participationsOf(user: string, atMs?: number): readonly FactRecord<Participation>[] {
    const every = this.under("participation", byUser, [user]);
    return atMs === undefined ? every : every.filter((record) => this.inForce(record, atMs));
  }

  /** The users who follow the case at that instant, through a participation still in force. */
  referents(atMs: number): ReadonlySet<string> {
    const users = new Set<string>();
    for (const { fact, hash } of this.of("referent")) {
      if (atMs < fact.fromMs || atMs >= Math.min(fact.untilMs ?? FOREVER, this.endedAt(hash))) continue;
      const participation = this.find("participation", fact.participation);
      if (this.inForce(participation, atMs)) users.add(participation.fact.user);
    }
    return users;
  }

  /** The instant at which a fact was ended by another, or `FOREVER`. */
  endedAt(hash: string): number {
    return this.#ends.get(hash) ?? FOREVER;
  }
}

const NONE: readonly FactRecord[] = [];

function byUser(fact: Participation): readonly string[] {
  return [fact.user];
}
