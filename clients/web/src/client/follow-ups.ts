/**
 * What became of an entry (F10): who took it over, and who said that they read it. Each is an entry of its own in the same list,
 * signed and sealed like any other (kind `mark`, relations `takes_charge` and `acknowledges`): the hub knows neither.
 *
 * Bodies of marks are asked for once a page, a list at a time, with intent `sync`; an action is read for its date and state, and what
 * this user, or whom they stand in for, wrote for the hours in which somebody was to take it over.
 */
import { ACTION_STATES } from "../protocol/kinds.ts";
import type { Body, RelationName } from "../protocol/kinds.ts";
import type { Received } from "./desk.ts";
import type { Entries } from "./entries.ts";

/** Who did it, in which capacity, when. */
export interface Said {
  readonly author: string;
  readonly capacity: string | undefined;
  readonly atMs: number;
}

export interface FollowUp {
  readonly takenBy: readonly Said[];
  readonly readBy: readonly Said[];
}

/** Something to do, as its author wrote it. */
export interface Action {
  readonly one: Received;
  readonly who: string;
  readonly dueMs: number | undefined;
  readonly state: (typeof ACTION_STATES)[number];
}

/** What somebody was asked to take over, and nobody has; at `dueMs` it comes back to who asked, and to their relay. */
export interface Asked {
  readonly one: Received;
  readonly dueMs: number;
}

/** What was taken over by somebody, and of which entry it says so. */
interface Known {
  readonly one: Received;
  readonly body: Body;
}

const BESIDE: ReadonlySet<string> = new Set(["mark", "action", "transmission"]);
const HOUR_MS = 3_600_000;
/** What was asked longer ago than this is nobody's business of today: its hours are 31 days at most. */
const ASKED_MS = 62 * 24 * HOUR_MS;
const NOTHING: FollowUp = { takenBy: [], readBy: [] };

export class FollowUps {
  readonly #entries: Pick<Entries, "look" | "bodies">;
  readonly #known = new Map<string, Body | undefined>();

  constructor(entries: Pick<Entries, "look" | "bodies">) {
    this.#entries = entries;
  }

  /** What became of one entry, among everything received of its case. */
  async of(entry: string, received: readonly Received[]): Promise<FollowUp> {
    const target = received.find((one) => one.entry === entry);
    if (target === undefined) return NOTHING;
    // Another list has other readers: what it says of this entry is not for those who read here.
    return followUpOf(entry, await this.#read(received.filter(({ list, kind }) => list === target.list && kind === "mark")));
  }

  /** What this user took over, newest first. */
  async taken(received: readonly Received[], me: string): Promise<readonly Received[]> {
    const mine = await this.#read(received.filter(({ kind, author }) => kind === "mark" && author === me));
    const entries = new Set(mine.flatMap((known) => named(known, "takes_charge")));
    return received.filter(({ entry }) => entries.has(entry)).sort((a, b) => b.writtenMs - a.writtenMs);
  }

  /** Every action received, without those that a newer entry replaces. */
  async actions(received: readonly Received[]): Promise<readonly Action[]> {
    const known = await this.#read(received.filter(({ kind }) => kind === "action"));
    const replaced = new Set(known.flatMap((one) => named(one, "supersedes")));
    return known.flatMap(({ one, body }) => {
      if (body.type !== "content" || replaced.has(one.entry)) return [];
      const { who, due_ms: due, state } = body.fields;
      const found = ACTION_STATES.find((name) => name === state);
      if (typeof who !== "string" || found === undefined) return [];
      return [{ one, who, dueMs: typeof due === "number" ? due : undefined, state: found }];
    });
  }

  /**
   * What was asked by whom `isOurs` says, this user or whom they stand in for, and nobody has taken over in the same list; the soonest
   * due first.
   */
  async asked(received: readonly Received[], isOurs: (one: Received) => boolean, nowMs: number): Promise<readonly Asked[]> {
    const mine = received.filter((one) => {
      return one.kind === "transmission" && nowMs - one.writtenMs < ASKED_MS && isOurs(one);
    });
    const asked = (await this.#read(mine)).flatMap(({ one, body }) => {
      const hours = body.type === "content" ? body.fields["asks_charge"] : undefined;
      return typeof hours === "number" ? [{ one, dueMs: one.writtenMs + hours * HOUR_MS }] : [];
    });
    const lists = new Set(asked.map(({ one }) => one.list));
    const marks = await this.#read(received.filter(({ kind, list }) => kind === "mark" && lists.has(list)));
    const taken = new Set(marks.flatMap((mark) => named(mark, "takes_charge").map((entry) => `${mark.one.list} ${entry}`)));
    return asked.filter(({ one }) => !taken.has(`${one.list} ${one.entry}`)).sort((a, b) => a.dueMs - b.dueMs);
  }

  async #read(marks: readonly Received[]): Promise<readonly Known[]> {
    const lists = new Map<string, Received[]>();
    for (const one of marks) {
      if (!BESIDE.has(one.kind) || this.#known.has(one.entry)) continue;
      if (!lists.get(one.list)?.push(one)) lists.set(one.list, [one]);
    }
    for (const group of lists.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const looked = await this.#entries.look(first.case, first.placed);
      const wanted = new Set(group.map(({ entry }) => entry));
      const items = looked.list.entries.filter(({ entry }) => entry !== undefined && wanted.has(entry.id));
      const bodies = await this.#entries.bodies(looked, items);
      for (const { entry } of group) this.#known.set(entry, bodies.get(entry));
    }
    return marks.flatMap((one) => {
      const body = this.#known.get(one.entry);
      return body === undefined ? [] : [{ one, body }];
    });
  }
}

/** The entries that a mark names in a relation. */
function named({ body }: Known, relation: RelationName): readonly string[] {
  if (body.type !== "content") return [];
  return body.relations.filter((one) => one.relation === relation).map(({ entry }) => entry);
}

function followUpOf(entry: string, known: readonly Known[]): FollowUp {
  const said = (relation: RelationName): readonly Said[] => {
    const first = new Map<string, Said>();
    for (const item of known) {
      const { author, capacity, writtenMs } = item.one;
      // Once is enough: who says it again said it first.
      if (named(item, relation).includes(entry) && !first.has(author)) first.set(author, { author, capacity, atMs: writtenMs });
    }
    return [...first.values()].sort((a, b) => a.atMs - b.atMs);
  };
  return { takenBy: said("takes_charge"), readBy: said("acknowledges") };
}
