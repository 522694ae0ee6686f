/**
 * What a professional has before them: every entry that this device received the title of, over all cases, and what was read and
 * written aside. Kept as long as the page; asked again for what the hub counts otherwise than a moment ago, and for no more.
 */
import { listId } from "../protocol/entry-list.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Body, Title } from "../protocol/kinds.ts";
import { placeText } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import { PAGE } from "../protocol/release.ts";
import type { Entries, Looked, Read } from "./entries.ts";
import { NotReadable, Refused } from "./errors.ts";
import { InboxMarks } from "./inbox.ts";
import type { Arrived } from "./inbox.ts";
import type { ListedEntry } from "./lists.ts";
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
  readonly listed: number;
  readonly readable: number;
  readonly case: string;
  readonly received: readonly Received[];
  /** Something of it waits for a key. */
  readonly waits: boolean;
  readonly mistrusted: readonly ProtocolError[];
}

/** How many cases are looked at at once. */
const AT_ONCE = 4;

export class Desk {
  readonly #parts: DeskParts;
  readonly #known = new Map<string, Known>();
  readonly #shown = new Set<string>();
  #marks: Promise<InboxMarks> | undefined;
  #names: Promise<Names> | undefined;
  #looking: Promise<readonly Received[]> | undefined;
  #next: Promise<readonly Received[]> | undefined;
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

  /** Everything received over all cases; one look at a time, and one more for who asked while it was under way. */
  all(): Promise<readonly Received[]> {
    if (this.#looking === undefined) {
      this.#looking = this.#all().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    // What moved since that look began may be missing in it.
    this.#next ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.all();
      });
    return this.#next;
  }

  async #all(): Promise<readonly Received[]> {
    const cases = await this.#parts.caseIds();
    const found: (readonly Received[])[] = [];
    for (let at = 0; at < cases.length; at += AT_ONCE) {
      found.push(...(await Promise.all(cases.slice(at, at + AT_ONCE).map((case_) => this.of(case_)))));
    }
    return found.flat();
  }

  /**
   * Everything received of one case; of a part, what stands in its sections and in exchanges. `come` is told of what has come
   * meanwhile, of lists that this page never showed: what somebody sees never becomes less.
   */
  async of(case_: string, part?: string, come?: (received: readonly Received[]) => void): Promise<readonly Received[]> {
    const counted = await this.#parts.waiting.counts(case_);
    // A report of danger stands in a list of its own, for whom it names: in no other screen, in no count (F21).
    const counts = counted.filter(
      ({ place, readable }) => readable > 0 && place.kind !== "report" && (part === undefined || mayHold(place, part)),
    );
    const shown = counts.some(({ list }) => this.#shown.has(list));
    const arrived: Received[] = [];
    const arrive = (received: readonly Received[]): void => {
      arrived.push(...received);
      come?.([...arrived]);
    };
    const told = come === undefined || shown ? undefined : arrive;
    const found = await Promise.all(counts.map((count) => this.#place(case_, count, told)));
    return found.flat();
  }

  async #place(
    case_: string,
    count: Count,
    arrive: ((received: readonly Received[]) => void) | undefined,
  ): Promise<readonly Received[]> {
    const { listed, readable } = count;
    const known = this.#known.get(count.list);
    const [more, legible] = known === undefined ? [] : [listed - known.listed, readable - known.readable];
    if (more === 0 && legible === 0 && known?.waits === false) return known.received;
    try {
      const come = (some: readonly Read[]): void => arrive?.(some.flatMap((read) => receivedOf(case_, count.place, read) ?? []));
      const first = arrive === undefined ? [] : await this.#newest(case_, count, come);
      // What was taken back, erased, or came to be readable, is counted otherwise than what was added.
      const looked = await this.#parts.entries.look(case_, count.place, more !== undefined && more === legible);
      const early = new Map(first.map((read) => [read.listed.n, read]));
      const others = looked.list.entries.filter((item) => !isSame(early.get(item.n), item));
      if (looked.list.entries.length - others.length < first.length) throw new ProtocolError("forked", `list ${count.list}`);
      const reads = [...(await this.#parts.entries.titlesOf(looked, others, {}, come)), ...first];
      const received = this.took(looked, reads);
      // A key comes without the hub counting anything else: what waits for one is looked at again.
      const waits = reads.some(({ error }) => error instanceof NotReadable && error.why === "no-key");
      const mistrusted = reads.flatMap(({ error }) => (error instanceof ProtocolError ? [error] : []));
      this.#known.set(count.list, { listed, readable, case: case_, received, waits, mistrusted });
      this.#shown.add(count.list);
      return received;
    } catch (error) {
      // A place that closed between the count and the look: what was shown of it is no more than it was.
      if (error instanceof Refused && (error.problem === "not-found" || error.problem === "denied")) return [];
      throw error;
    }
  }

  /** The newest titles of a long list, told before the rest of it is asked for: nobody waits for a thousand to read them. */
  async #newest(case_: string, { place, listed }: Count, come: (reads: readonly Read[]) => void): Promise<readonly Read[]> {
    if (listed <= PAGE || place.kind !== "section") return [];
    const looked = await this.#parts.entries.lookNewest(case_, place, listed - PAGE);
    if (looked === undefined) return [];
    const reads = await this.#parts.entries.titlesOf(looked, looked.list.entries.slice(-PAGE));
    come(reads);
    return reads;
  }

  /** What was served and did not verify at the last look: of a case, or of all. */
  mistrusted(case_?: string): readonly ProtocolError[] {
    const known = [...this.#known.values()].filter((one) => case_ === undefined || one.case === case_);
    return known.flatMap(({ mistrusted }) => mistrusted);
  }

  /** Ask anew for everything: after an act that no count tells of, such as taking back. */
  forget(): void {
    this.#known.clear();
  }

  /** Take in what a look at a list found: what has a title here, and what the search finds. */
  took({ view, list }: Looked, reads: readonly Read[]): readonly Received[] {
    const received = reads.flatMap((read) => receivedOf(view.case, list.place, read) ?? []);
    for (const one of received) this.index.put(`${one.entry} title`, one.title.title, one);
    return received;
  }

  /** Let the search find the text of an entry that was opened. */
  opened(body: Body | undefined, one: Received): void {
    const text = body?.type === "content" ? body.fields["text"] : undefined;
    if (typeof text === "string") this.index.put(`${one.entry} body`, text, one);
  }
}

/** Whether what was shown first stands there still. */
function isSame(read: Read | undefined, { entry }: ListedEntry): boolean {
  return read?.listed.entry !== undefined && read.listed.entry.id === entry?.id;
}

/** Whether something of a part can stand in a place: what an exchange is about, its entries say. */
function mayHold({ kind, name }: Place, part: string): boolean {
  return kind === "exchange" || name.startsWith(`${part}/`);
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
