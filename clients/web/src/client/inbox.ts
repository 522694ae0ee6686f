/**
 * « À lire » (F6): what is new in all cases as one list, urgent first, then oldest; and what this user did with it.
 *
 *     vault: inbox   {lists: [{list, through, above}], aside: [{entry, what, until_ms}]}
 *
 * What was read is kept by the positions of its list, encrypted: everything up to `through`, and those `above` it. So the store
 * grows with what is skipped, not with what is read. Marks only grow: two windows of one device merge, neither undoes the other.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { Fields } from "../protocol/fields.ts";
import type { Vault } from "./vault.ts";

const INBOX = "inbox";
const MOST_ABOVE = 4096;
const MOST = 65_536;
/** What cannot wait, by the kind its author gave it; the format has no other bit for it. */
const URGENT: ReadonlySet<string> = new Set(["coordination_alert", "information_preoccupante", "report"]);
/** What is said about another entry, and is not itself something to read. */
const BESIDE: ReadonlySet<string> = new Set(["mark", "annex"]);

/** One entry as a list shows it before it is opened. */
export interface Arrived {
  readonly case: string;
  readonly place: string;
  readonly list: string;
  readonly n: number;
  readonly entry: string;
  readonly author: string;
  readonly writtenMs: number;
  readonly kind: string;
}

/** Put aside: « à faire » leaves the list until its date, « plus tard » goes behind the others. */
export const ASIDE = ["todo", "later"] as const;
export type Aside = (typeof ASIDE)[number];

interface PutAside {
  readonly entry: string;
  readonly what: Aside;
  readonly untilMs: number;
}

interface Positions {
  readonly through: number;
  readonly above: ReadonlySet<number>;
}

const NOTHING: Positions = { through: 0, above: new Set() };

export function isUrgent(kind: string): boolean {
  return URGENT.has(kind);
}

/** What this user read and put aside. */
export class InboxMarks {
  readonly #vault: Vault;
  #lists: Map<string, Positions>;
  #aside: Map<string, PutAside>;
  #last: Promise<void> = Promise.resolve();

  private constructor(vault: Vault, kept: Held) {
    this.#vault = vault;
    this.#lists = kept.lists;
    this.#aside = kept.aside;
  }

  static async load(vault: Vault): Promise<InboxMarks> {
    return new InboxMarks(vault, await held(vault));
  }

  isRead({ list, n }: Pick<Arrived, "list" | "n">): boolean {
    const { through, above } = this.#lists.get(list) ?? NOTHING;
    return n <= through || above.has(n);
  }

  /** What was put aside of an entry, undefined for none. */
  aside(entry: string): { readonly what: Aside; readonly untilMs: number } | undefined {
    return this.#aside.get(entry);
  }

  /** Remember entries as read: what was put aside of them is over. */
  async read(...entries: readonly Pick<Arrived, "list" | "n" | "entry">[]): Promise<void> {
    await this.#change((kept) => {
      for (const { list, n, entry } of entries) {
        kept.lists.set(list, withPosition(kept.lists.get(list) ?? NOTHING, n));
        kept.aside.delete(entry);
      }
    });
  }

  /** Put an entry aside; « à faire » until its date. */
  async putAside(entry: string, what: Aside, untilMs: number): Promise<void> {
    await this.#change((kept) => {
      kept.aside.set(entry, { entry, what, untilMs });
    });
  }

  /** One change after the other: each reads what another window may have written, and adds to it. */
  #change(change: (kept: Held) => void): Promise<void> {
    const done = this.#last.then(() => this.#changed(change));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #changed(change: (kept: Held) => void): Promise<void> {
    const kept = await held(this.#vault);
    for (const [list, positions] of this.#lists) kept.lists.set(list, merged(kept.lists.get(list) ?? NOTHING, positions));
    change(kept);
    this.#lists = kept.lists;
    this.#aside = kept.aside;
    await this.#vault.save(INBOX, toJson(kept));
  }
}

/** What is to read now, in the order of reading. `me` wrote none of it. */
export function toRead<T extends Arrived>(arrived: readonly T[], marks: InboxMarks, me: string, nowMs: number): readonly T[] {
  const open = arrived.filter((one) => {
    const aside = marks.aside(one.entry);
    const waits = aside?.what === "todo" && aside.untilMs > nowMs;
    return one.author !== me && !BESIDE.has(one.kind) && !marks.isRead(one) && !waits;
  });
  const rank = (one: T): number => (marks.aside(one.entry)?.what === "later" ? 2 : isUrgent(one.kind) ? 0 : 1);
  return open.sort((a, b) => rank(a) - rank(b) || a.writtenMs - b.writtenMs || (a.entry < b.entry ? -1 : 1));
}

/** What was put aside to be done, the nearest date first. */
export function toDo<T extends Arrived>(arrived: readonly T[], marks: InboxMarks): readonly T[] {
  const due = (one: T): number => marks.aside(one.entry)?.untilMs ?? 0;
  return arrived.filter((one) => marks.aside(one.entry)?.what === "todo").sort((a, b) => due(a) - due(b));
}

interface Held {
  readonly lists: Map<string, Positions>;
  readonly aside: Map<string, PutAside>;
}

async function held(vault: Vault): Promise<Held> {
  const kept = await vault.load(INBOX);
  if (kept === undefined) return { lists: new Map(), aside: new Map() };
  const fields = new Fields(kept, INBOX);
  const lists = fields.objects("lists", MOST).map((item) => {
    const above = item.objects("above", MOST_ABOVE).map((one) => one.integer("n"));
    return [item.hash("list"), { through: item.integer("through"), above: new Set(above) }] as const;
  });
  const aside = fields.objects("aside", MOST).map((item) => {
    const entry = item.hash("entry");
    return [entry, { entry, what: item.choice("what", ASIDE), untilMs: item.integer("until_ms") }] as const;
  });
  return { lists: new Map(lists), aside: new Map(aside) };
}

function toJson({ lists, aside }: Held): JsonObject {
  return {
    lists: [...lists].map(([list, { through, above }]) => ({ list, through, above: [...above].map((n) => ({ n })) })),
    aside: [...aside.values()].map(({ entry, what, untilMs }) => ({ entry, what, until_ms: untilMs })),
  };
}

function withPosition({ through, above }: Positions, n: number): Positions {
  return settled(through, n > through ? [...above, n] : above);
}

function merged(one: Positions, other: Positions): Positions {
  return settled(Math.max(one.through, other.through), [...one.above, ...other.above]);
}

/** Let `through` go up over what stands right above it; the lowest of too many become one step, read with the gap below. */
function settled(through: number, above: Iterable<number>): Positions {
  const sorted = [...new Set(above)].filter((n) => n > through).sort((a, b) => a - b);
  let reached = through;
  while (sorted[0] === reached + 1 || sorted.length > MOST_ABOVE) reached = sorted.shift() ?? reached;
  return { through: reached, above: new Set(sorted) };
}
