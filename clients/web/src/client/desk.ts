/**
 * What a professional has before them: every entry that this device received the title of, over all cases, and what was read and
 * written aside. Kept as long as the page; asked again for what the hub counts otherwise than a moment ago, and for no more.
 */
import { listId } from "../protocol/entry-list.ts";
import type { Title } from "../protocol/kinds.ts";
import { placeText } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import type { Entries, Looked, Read } from "./entries.ts";
import { Refused } from "./errors.ts";
import { InboxMarks } from "./inbox.ts";
import type { Arrived } from "./inbox.ts";
import { Names } from "./names.ts";
import { SearchIndex } from "./search-index.ts";
import type { Vault } from "./vault.ts";
import type { Count, Waiting } from "./waiting.ts";

/** An entry with its title, where it stands, and in which capacity its author wrote. */
export interface Received extends Arrived {
  readonly placed: Place;
  readonly title: Title;
  readonly capacity: string | undefined;
  readonly compartment: string;
  readonly level: number;
}

export interface DeskParts {
  readonly vault: Vault;
  readonly waiting: Waiting;
  readonly entries: Entries;
  readonly caseIds: () => Promise<readonly string[]>;
}

interface Known {
  readonly sign: string;
  readonly received: readonly Received[];
}

/** How many cases are looked at at once. */
const AT_ONCE = 4;

export class Desk {
  readonly #parts: DeskParts;
  readonly #known = new Map<string, Known>();
  #marks: Promise<InboxMarks> | undefined;
  #names: Promise<Names> | undefined;
  #looking: Promise<readonly Received[]> | undefined;
  /** Titles, and the texts that were opened, for the search on this device. */
  readonly index = new SearchIndex<Received>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** What was read and put aside. */
  get marks(): Promise<InboxMarks> {
    return (this.#marks ??= InboxMarks.load(this.#parts.vault));
  }

  /** Local names. */
  get names(): Promise<Names> {
    return (this.#names ??= Names.load(this.#parts.vault));
  }

  /** Everything received over all cases; one look at a time. */
  all(): Promise<readonly Received[]> {
    this.#looking ??= this.#all().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #all(): Promise<readonly Received[]> {
    const cases = await this.#parts.caseIds();
    const found: (readonly Received[])[] = [];
    for (let at = 0; at < cases.length; at += AT_ONCE) {
      found.push(...(await Promise.all(cases.slice(at, at + AT_ONCE).map((case_) => this.of(case_)))));
    }
    return found.flat();
  }

  /** Everything received of one case. */
  async of(case_: string): Promise<readonly Received[]> {
    const counts = (await this.#parts.waiting.counts(case_)).filter(({ readable }) => readable > 0);
    const found = await Promise.all(counts.map((count) => this.#place(case_, count)));
    return found.flat();
  }

  async #place(case_: string, count: Count): Promise<readonly Received[]> {
    const sign = `${count.listed} ${count.readable}`;
    const known = this.#known.get(count.list);
    if (known?.sign === sign) return known.received;
    try {
      const looked = await this.#parts.entries.look(case_, count.place);
      const received = this.took(looked, await this.#parts.entries.titlesOf(looked, looked.list.entries));
      this.#known.set(count.list, { sign, received });
      return received;
    } catch (error) {
      // A place that closed between the count and the look: what was shown of it is no more than it was.
      if (error instanceof Refused && (error.problem === "not-found" || error.problem === "denied")) return [];
      throw error;
    }
  }

  /** Take in what a look at a list found: what has a title here, and what the search finds. */
  took({ view, list }: Looked, reads: readonly Read[]): readonly Received[] {
    const received = reads.flatMap((read) => receivedOf(view.case, list.place, read) ?? []);
    for (const one of received) this.index.put(`${one.entry} title`, one.title.title, one);
    return received;
  }

  /** Let the search find the text of an entry that was opened. */
  opened(read: Read, one: Received): void {
    const text = read.body?.type === "content" ? read.body.fields["text"] : undefined;
    if (typeof text === "string") this.index.put(`${one.entry} body`, text, one);
  }
}

function receivedOf(case_: string, place: Place, { listed, title }: Read): Received | undefined {
  const { entry, n } = listed;
  if (entry === undefined || title === undefined) return undefined;
  const { header } = entry;
  const text = placeText(place);
  return {
    case: case_,
    place: text,
    placed: place,
    list: listId(case_, text),
    n,
    entry: entry.id,
    author: header.preamble.user,
    writtenMs: header.preamble.timeMs,
    kind: title.kind,
    title,
    capacity: header.capacity,
    compartment: header.compartment,
    level: header.level,
  };
}
