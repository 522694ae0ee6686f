/**
 * The entry list of a section, of its masked entries, of an exchange or of a report: served in order, proven to its head.
 *
 * Each entry's statement is verified against its author's chain before it is listed. What the hub keeps from this reader keeps
 * its place: a gap, shown as a gap.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { readEntry } from "../protocol/entry.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import { checkPage, checkSeen, emptyList, listId, readListHead } from "../protocol/entry-list.ts";
import type { EntryListHead } from "../protocol/entry-list.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { placeText } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";
import { checkTakeBack, readTakeBack } from "../protocol/take-back.ts";
import type { Directory } from "./directory.ts";
import { Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { Remembered } from "./remembered.ts";
import { followed, Pages, readItem } from "./served-lists.ts";
import type { Page, ServedItem } from "./served-lists.ts";
import type { Proven } from "./trust.ts";
import { inTurns, turn } from "./turns.ts";

const PAGE_LIMIT = 4096;
/** Signatures under way at once: enough for every core, few enough for one turn of the page. */
const AT_ONCE = 32;
/** How many indexes the hub serves at once where there are more. */
const FULL = 500;
/** How many entries the lists kept whole may have together. */
const REMEMBERED = 20_000;
const SHORTEST = 8;

/** One index of a list: without `entry` at a gap; `box` is ours, of a named entry; `erased` is the leaf that says so. */
export interface ListedEntry {
  readonly n: number;
  readonly entry: VerifiedEntry | undefined;
  readonly box: Uint8Array | undefined;
  readonly takenBack: boolean;
  /** What its author signed to take it back. */
  readonly takeBack?: UnverifiedStatement | undefined;
  readonly erased: number | undefined;
}

/** A verified list up to its proven head. */
export interface ListView {
  readonly place: Place;
  readonly list: string;
  readonly head: EntryListHead;
  readonly entries: readonly ListedEntry[];
}

/** A list as it was seen last, and the hash at each of its indexes. */
interface Held {
  readonly view: ListView;
  readonly known: ReadonlyMap<number, string>;
}

/** Reads lists from the hub. */
export class Lists {
  readonly #hub: Hub;
  readonly #directory: Directory;
  /** Looking again at a list verifies only what is new in it. */
  readonly #verified = new Remembered<VerifiedEntry>();
  readonly #asking = new Map<string, Promise<ListView>>();
  readonly #held = new Map<string, Held>();

  constructor(hub: Hub, directory: Directory) {
    this.#hub = hub;
    this.#directory = directory;
  }

  /** The newest position of a section's list, proven. */
  head(case_: string, section: string): Promise<EntryListHead> {
    return this.headOf(case_, { kind: "section", name: section });
  }

  /**
   * The newest position of any list, proven; a list without entries is not in the map. Of masked entries and of a report one
   * learns nothing unless one is ours: the hub then says that there is none.
   */
  async headOf(case_: string, place: Place): Promise<EntryListHead> {
    const list = listId(case_, placeText(place));
    try {
      return endOf(list, await this.#hub.head("list", list));
    } catch (error) {
      if (isKeptQuiet(place, error)) return emptyList(list);
      throw error;
    }
  }

  /**
   * The whole list, verified from its start to its proven head. `grown`: of what was held already nothing else is asked, because no
   * count says that anything but its end moved.
   */
  view(case_: string, place: Place, grown = false): Promise<ListView> {
    const list = listId(case_, placeText(place));
    const name = `${list} ${grown}`;
    const asking =
      this.#asking.get(name) ??
      this.#hub.asked(() => this.#followed(case_, place, grown)).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #followed(case_: string, place: Place, grown: boolean): Promise<ListView> {
    const list = listId(case_, placeText(place));
    const held = this.#held.get(list);
    if (grown && held !== undefined) {
      try {
        return await this.#viewed(case_, place, list, held);
      } catch (error) {
        if (!(error instanceof ProtocolError) || error.reason === "stale") throw error;
        // Whether the hub lies, or goes on after a backup, the whole of it says.
        this.#held.delete(list);
      }
    }
    return this.#viewed(case_, place, list);
  }

  /**
   * One entry of a list that is held, as the hub serves it now: taken back or erased since, or not. Undefined where the list is not
   * held, or the entry not in it: the whole is asked for then.
   */
  async one(case_: string, place: Place, given: string): Promise<{ list: ListView; item: ListedEntry } | undefined> {
    const list = listId(case_, placeText(place));
    const held = this.#held.get(list)?.view;
    const known = held === undefined ? undefined : findEntry(held.entries, given);
    if (held === undefined || known === undefined) return undefined;
    let first: ServedItem | undefined;
    try {
      [first] = (await this.#page(await this.#asked(case_, list, known.n - 1), place, known.n - 1)).items;
    } catch (error) {
      // No longer ours to know of, as an entry that became a gap.
      if (isKeptQuiet(place, error)) return undefined;
      throw error;
    }
    if (first?.hash !== known.entry?.statement.hash) throw new ProtocolError("wrong-list", `list ${placeText(place)}`);
    const item = first === undefined ? known : await this.#listed(first, case_, place, known.n);
    return item.entry === undefined ? undefined : { list: held, item };
  }

  #hold(view: ListView, known: ReadonlyMap<number, string>): void {
    this.#held.delete(view.list);
    this.#held.set(view.list, { view, known });
    let size = [...this.#held.values()].reduce((sum, held) => sum + held.view.entries.length, 0);
    for (const [list, held] of this.#held) {
      if (size <= REMEMBERED || list === view.list) break;
      this.#held.delete(list);
      size -= held.view.entries.length;
    }
  }

  async #viewed(case_: string, place: Place, list: string, held?: Held): Promise<ListView> {
    const known = new Map(held?.known ?? [[0, list]]);
    const entries: ListedEntry[] = [];
    const pages = new Pages((after) => this.#asked(case_, list, after));
    let at = held?.view.head ?? emptyList(list);
    for (;;) {
      let page: Page;
      try {
        page = await this.#page(await pages.after(at.n), place, at.n, pages);
      } catch (error) {
        if (isKeptQuiet(place, error)) return { place, list, head: at, entries: [] };
        throw error;
      }
      if (page.start.h !== at.h) throw new ProtocolError("wrong-list", `list ${placeText(place)}`);
      entries.push(...(await this.#entriesOf(page.items, case_, place, at.n)));
      const { reached, listed } = await followed(page, known);
      const proven = await this.#hub.prove("list", list, page.head);
      const end = endOf(list, proven);
      if (reached.n >= end.n) {
        checkPage(at, listed, end);
        await inTurns(entries, ({ entry, n }) => {
          if (entry !== undefined) checkSeen(entry.header.seen, n, known);
        });
        if (proven.head !== undefined) await this.#hub.advance("list", list, proven.head, known);
        const view = { place, list, head: end, entries: [...(held?.view.entries ?? []), ...entries] };
        this.#hold(view, known);
        return view;
      }
      if (listed.length === 0) throw new ProtocolError("wrong-list", `list ${placeText(place)} ends before its head`);
      at = reached;
    }
  }

  /**
   * The end of a list, from after an index to its proven head, for who looks at the newest first: an index is where it is and an
   * entry what it is, because the head is the hash over all of them. Undefined where one page does not reach the head. What saw
   * an index before the first of these is left to `view`, which judges it.
   */
  async newest(case_: string, place: Place, after: number): Promise<ListView | undefined> {
    const list = listId(case_, placeText(place));
    return this.#hub.asked(async () => {
      const page = await this.#page(await this.#asked(case_, list, after), place, after);
      const known = new Map([
        [0, list],
        [page.start.n, page.start.h],
      ]);
      const { reached, listed } = await followed(page, known);
      const head = endOf(list, await this.#hub.prove("list", list, page.head));
      if (reached.n < head.n) return undefined;
      checkPage(page.start, listed, head);
      const entries = (await this.#entriesOf(page.items, case_, place, after)).filter(({ entry, n }) => {
        if (entry === undefined || !known.has(entry.header.seen.n)) return false;
        checkSeen(entry.header.seen, n, known);
        return true;
      });
      return { place, list, head, entries };
    });
  }

  #asked(case_: string, list: string, after: number): Promise<JsonObject> {
    return this.#hub.transport.get(`/v1/cases/${case_}/lists/${list}`, { after });
  }

  /** A page as served, from after an index; the next one is asked for while this one is read. */
  async #page(served: JsonObject, place: Place, after: number, pages?: Pages): Promise<Page> {
    const fields = new Fields(served, `list ${placeText(place)}`);
    const start = readListHead(fields.nested("start"));
    if (start.n !== after) throw new ProtocolError("wrong-list", `list ${placeText(place)}`);
    const head = fields.raw("head");
    const objects = fields.objects("entries", PAGE_LIMIT);
    fields.done();
    if (objects.length === FULL) pages?.hurry(after + objects.length);
    return { start, head, items: await inTurns(objects, readItem) };
  }

  /** The entries of a page, each verified; many signatures at once, because each is judged alone. */
  async #entriesOf(items: readonly ServedItem[], case_: string, place: Place, before: number): Promise<readonly ListedEntry[]> {
    const authors = new Map<string, number>();
    for (const { preamble } of items.flatMap(({ statement, takenBack }) => [statement ?? [], takenBack ?? []].flat())) {
      authors.set(preamble.user, Math.max(preamble.userHead.seq, authors.get(preamble.user) ?? 0));
    }
    await this.#directory.meet(authors);
    const entries: ListedEntry[] = [];
    for (let at = 0; at < items.length; at += AT_ONCE) {
      const group = items
        .slice(at, at + AT_ONCE)
        .map((item, place_) => this.#listed(item, case_, place, before + at + place_ + 1));
      entries.push(...(await Promise.all(group)));
      await turn();
    }
    return entries;
  }

  async #listed(item: ServedItem, case_: string, place: Place, n: number): Promise<ListedEntry> {
    const { statement, takenBack, box, erased } = item;
    if (statement === undefined) return { n, entry: undefined, box: undefined, takenBack: false, erased: undefined };
    const entry = await this.verified(statement, case_, place);
    if (takenBack !== undefined) checkTakeBack(readTakeBack(await this.#directory.verify(takenBack)), entry);
    return { n, entry, box, takenBack: takenBack !== undefined, takeBack: takenBack, erased };
  }

  /** An entry whose author's device signed it, and that stands in this case and place. */
  async verified(statement: UnverifiedStatement, case_: string, place: Place): Promise<VerifiedEntry> {
    const name = `${statement.hash} ${statement.signature.join()}`;
    const entry = this.#verified.get(name) ?? readEntry(await this.#directory.verify(statement));
    if (entry.header.case !== case_) throw new ProtocolError("wrong-case", `entry ${entry.id.slice(0, 16)}`);
    if (placeText(entry.header.place) !== placeText(place)) {
      throw new ProtocolError("wrong-list", `entry ${entry.id.slice(0, 16)}`);
    }
    this.#verified.set(name, entry);
    return entry;
  }
}

/** The entry of an id, given whole or by its first 8 characters. */
export function findEntry(entries: readonly ListedEntry[], given: string): ListedEntry | undefined {
  const found = entries.filter(({ entry }) => entry?.id.startsWith(given));
  return found.length === 1 && given.length >= SHORTEST ? found[0] : undefined;
}

function endOf(list: string, { head }: Proven): EntryListHead {
  return head === undefined ? emptyList(list) : { n: head.seq, h: head.hash };
}

function isKeptQuiet({ kind }: Place, error: unknown): boolean {
  return (kind === "masked" || kind === "report") && error instanceof Refused && error.problem === "not-found";
}
