/** Listing and reading entries of a section or an exchange, as the user of this browser sees them. */
import { openPart } from "../protocol/entry.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { readBody, readTitle } from "../protocol/kinds.ts";
import type { Body, Title } from "../protocol/kinds.ts";
import type { Place } from "../protocol/places.ts";
import { PAGE } from "../protocol/release.ts";
import type { Intent, Purpose } from "../protocol/release.ts";
import type { Part } from "../protocol/sealing.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { ClientShares } from "./client-shares.ts";
import type { Directory } from "./directory.ts";
import type { EntryChecks } from "./entry-checks.ts";
import { checkEmergencySet } from "./emergency-set.ts";
import { Misuse, NotReadable, Refused } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import { unfiled } from "./filing.ts";
import { findEntry } from "./lists.ts";
import type { ListedEntry, Lists, ListView } from "./lists.ts";
import { mayRead } from "./reading-rights.ts";
import type { Released, Releases } from "./releases.ts";
import { Remembered } from "./remembered.ts";
import type { Rules } from "./rules.ts";

/** How many pages of titles are under way at once: each is a leaf of the log, and the hub writes them together. */
const PAGES_AT_ONCE = 4;

/** One entry of a list with its title, or why this client has none; `body` only where it was opened. */
export interface Read {
  readonly listed: ListedEntry;
  readonly title?: Title;
  readonly body?: Body;
  readonly error?: Error;
  /** The leaf of the release in the log. */
  readonly leaf?: number;
}

/** A list and the case it was read in, both verified at the same look. */
export interface Looked {
  readonly view: CaseView;
  readonly list: ListView;
}

/** One entry, and the list that it stands in. */
export interface Found {
  readonly list: ListView;
  readonly item: ListedEntry;
}

/** One entry with all that opening it needs. */
export interface Opening extends Looked, Found {}

export interface Reading {
  readonly intent?: Intent;
  readonly purpose?: Purpose;
}

/** Told of titles as they come, before all of them have. */
export type Come = (reads: readonly Read[]) => void;

export interface EntriesParts {
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly casebook: Casebook;
  readonly exchanges: Exchanges;
  readonly lists: Lists;
  readonly releases: Releases;
  readonly shares: ClientShares;
  readonly checks: EntryChecks;
}

/** Entries as this user reads them. */
export class Entries {
  readonly #parts: EntriesParts;
  /** A list shown again releases nothing again. */
  readonly #titles = new Remembered<{ readonly title: Title; readonly leaf: number }>();

  constructor(parts: EntriesParts) {
    this.#parts = parts;
  }

  /** The newest verified view of a case, with the keys of the exchange where the place is one. */
  async viewAt(case_: string, place: Place): Promise<CaseView> {
    const view = await this.#parts.casebook.view(case_);
    if (place.kind === "exchange") await this.#parts.exchanges.view(view, place.name);
    await checkEmergencySet(view, place, this.#parts.author, this.#parts.rules);
    return view;
  }

  /** The verified list of a place, without a title: nothing is released, nothing is logged. `grown` as `Lists.view` says. */
  async look(case_: string, place: Place, grown = false): Promise<Looked> {
    const [view, list] = await Promise.all([this.viewAt(case_, place), this.#parts.lists.view(case_, place, grown)]);
    return { view, list };
  }

  /** One entry of a place, whether it is still to be opened or not; undefined where there is none. */
  async lookAt(case_: string, place: Place, given: string): Promise<Opening | undefined> {
    const [view, found] = await Promise.all([this.viewAt(case_, place), this.#found(case_, place, given)]);
    return found && { view, ...found };
  }

  /**
   * The newest entries of a place, before the whole list is there: those after an index, where one answer reaches its proven head,
   * and of these the ones that can be judged already.
   */
  async lookNewest(case_: string, place: Place, after: number): Promise<Looked | undefined> {
    const [view, list] = await Promise.all([this.viewAt(case_, place), this.#parts.lists.newest(case_, place, after)]);
    return list === undefined ? undefined : { view, list };
  }

  /** Every entry of a place with its title where this client may have it. Titles are released in pages. */
  async titles(case_: string, place: Place, reading: Reading = {}): Promise<readonly Read[]> {
    const looked = await this.look(case_, place);
    return this.titlesOf(looked, looked.list.entries, reading);
  }

  /**
   * The titles of some entries of a list, in the order given: a screen asks for those that it shows. The last of them are asked for
   * first, and `come` is told of what has come meanwhile: nobody waits for a thousand to read the newest.
   */
  async titlesOf(looked: Looked, items: readonly ListedEntry[], reading: Reading = {}, come?: Come): Promise<readonly Read[]> {
    const found = new Map<number, Read>();
    let size = PAGE;
    for (let end = items.length; end > 0; end -= size, size = PAGE * PAGES_AT_ONCE) {
      const reads = await this.#some(looked, items.slice(Math.max(0, end - size), end), reading.intent ?? "sync");
      for (const read of reads) found.set(read.listed.n, read);
      if (end > size) come?.(reads);
    }
    return items.flatMap(({ n }) => found.get(n) ?? []);
  }

  /** Titles of a few pages, asked for at once. */
  async #some({ view, list }: Looked, items: readonly ListedEntry[], intent: Intent): Promise<readonly Read[]> {
    const found: Read[] = [];
    const alike = new Map<string, ListedEntry[]>();
    for (const item of items) {
      const error = await this.#problem(view, item);
      const known = item.entry === undefined ? undefined : this.#titles.get(item.entry.id);
      if (error !== undefined) found.push({ listed: item, error });
      else if (known !== undefined) found.push({ listed: item, ...known });
      // What the log tells apart is asked apart: one release is one leaf of one class.
      else if (!alike.get(maskOf(item))?.push(item)) alike.set(maskOf(item), [item]);
    }
    const pages = [...alike].sort(([left], [right]) => (left < right ? -1 : 1)).flatMap(([, askable]) => paged(askable));
    const asked = await Promise.all(pages.map((page) => this.#page(view, list, page, intent)));
    return [...found, ...asked.flat()];
  }

  /**
   * The bodies of entries whose title is known, in pages, each page one release: for what is said about other entries. What is refused
   * or does not open is left out.
   */
  async bodies(looked: Looked, items: readonly ListedEntry[]): Promise<ReadonlyMap<string, Body>> {
    const found = new Map<string, Body>();
    const askable: ListedEntry[] = [];
    for (const item of items) if ((await this.#problem(looked.view, item)) === undefined) askable.push(item);
    for (const page of paged(askable)) {
      await failureOf(async () => {
        const released = await this.#parts.releases.ask(looked.list, looked.view.case, page, "body", { intent: "sync" });
        for (const item of page) {
          const one = item.entry === undefined ? undefined : released.get(item.entry.id);
          const title = item.entry === undefined ? undefined : this.#titles.get(item.entry.id)?.title;
          if (one === undefined || title === undefined) continue;
          const clientShare = await this.#parts.shares.find(looked.view, item, "body");
          const chunks = await this.#parts.releases.chunks(one);
          found.set(
            one.entry.id,
            readBody(title, await openPart(one.entry, "body", chunks, { clientShare, serverShare: one.share })),
          );
        }
      });
    }
    return found;
  }

  /** An entry of a place by its id or the first characters of it; masked ones of a section included. */
  async find(case_: string, place: Place, given: string): Promise<Found> {
    const found = await this.#found(case_, place, given);
    if (found === undefined) throw new Misuse("no-such-entry", given);
    return found;
  }

  async #found(case_: string, place: Place, given: string): Promise<Found | undefined> {
    const { lists } = this.#parts;
    const places: readonly Place[] = place.kind === "section" ? [place, { kind: "masked", name: place.name }] : [place];
    for (const one of places) {
      const known = await lists.one(case_, one, given);
      if (known !== undefined) return known;
    }
    for (const one of places) {
      const list = await lists.view(case_, one);
      const item = findEntry(list.entries, given);
      if (item !== undefined) return { list, item };
    }
    return undefined;
  }

  /** One entry found, judged and there to be opened: nothing is asked for yet. */
  async opening(case_: string, place: Place, given: string): Promise<Opening> {
    const [view, { list, item }] = await Promise.all([this.viewAt(case_, place), this.find(case_, place, given)]);
    checkThere(item);
    await this.#parts.checks.check(view, item);
    return { view, list, item };
  }

  /** Open one entry: title and body, two releases, each logged. */
  async read(case_: string, place: Place, given: string, reading: Reading = {}): Promise<Read> {
    const opening = await this.opening(case_, place, given);
    const [first, second] = await Promise.all([this.#opened(opening, "title", reading), this.#opened(opening, "body", reading)]);
    const title = readTitle(first.plain);
    const { entry } = opening.item;
    const said = readBody(title, second.plain);
    const body = entry === undefined ? said : await unfiled(this.#parts.directory, entry, title, said);
    return { listed: opening.item, title, body, leaf: second.leaf };
  }

  /** A part released to us, with our own share of its key. */
  async released(
    { view, list, item }: Opening,
    part: Part,
    reading: Reading,
  ): Promise<{ readonly released: Released; readonly clientShare: Uint8Array }> {
    const clientShare = await this.#clientShare(view, list, item, part);
    const [released] = (await this.#parts.releases.ask(list, view.case, [item], part, reading)).values();
    if (released === undefined) throw new NotReadable("not-handed-out", String(item.n));
    return { released, clientShare };
  }

  async #opened(opening: Opening, part: Part, reading: Reading): Promise<{ readonly plain: Uint8Array; readonly leaf: number }> {
    const { released, clientShare } = await this.released(opening, part, reading);
    const chunks = await this.#parts.releases.chunks(released);
    const plain = await openPart(released.entry, part, chunks, { clientShare, serverShare: released.share });
    return { plain, leaf: released.leaf };
  }

  /**
   * Our share of a part. Without a key, the hub is asked all the same when the rules refuse: it says why, and its refusal has a
   * leaf in the log. Nothing is asked for that could be handed out and not be read.
   */
  async #clientShare(view: CaseView, list: ListView, item: ListedEntry, part: Part): Promise<Uint8Array> {
    const { author, rules, directory, releases, shares } = this.#parts;
    try {
      return await shares.find(view, item, part);
    } catch (error) {
      if (!(error instanceof NotReadable)) throw error;
      const asker = { user: author.user, capacity: await author.acting(), nowMs: author.nowMs() };
      if (!mayRead(view, item, asker, await rules.table(), directory)) await releases.ask(list, view.case, [item], part);
      throw error;
    }
  }

  /** Why an entry's title is not even asked for. */
  async #problem(view: CaseView, item: ListedEntry): Promise<Error | undefined> {
    return failureOf(async () => {
      checkThere(item);
      await this.#parts.checks.check(view, item);
      await this.#parts.shares.find(view, item, "title");
    });
  }

  async #page(view: CaseView, list: ListView, page: readonly ListedEntry[], intent: Intent): Promise<readonly Read[]> {
    const { releases } = this.#parts;
    try {
      const released = await releases.ask(list, view.case, page, "title", { intent });
      const handed = page.map(async (item): Promise<Read> => {
        const one = item.entry === undefined ? undefined : released.get(item.entry.id);
        if (one === undefined) return { listed: item, error: new NotReadable("not-handed-out", String(item.n)) };
        const clientShare = await this.#parts.shares.find(view, item, "title");
        let title: Title | undefined;
        const error = await failureOf(async () => {
          const chunks = await releases.chunks(one);
          title = readTitle(await openPart(one.entry, "title", chunks, { clientShare, serverShare: one.share }));
        });
        if (title === undefined) return { listed: item, error: error ?? new NotReadable("not-handed-out", String(item.n)) };
        this.#titles.set(one.entry.id, { title, leaf: one.leaf });
        return { listed: item, title, leaf: one.leaf };
      });
      return await Promise.all(handed);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const [only, ...others] = page;
      if (only !== undefined && others.length === 0) return [{ listed: only, error }];
      // Named ids are all or nothing: one that the rules refuse must not hide the others.
      const alone = await Promise.all(page.map((item) => this.#page(view, list, [item], intent)));
      return alone.flat();
    }
  }
}

/** Throws `NotReadable` for an entry whose content is gone. */
export function checkThere(item: ListedEntry): void {
  if (item.takenBack) throw new NotReadable("taken-back", String(item.n));
  if (item.erased !== undefined) throw new NotReadable("erased", String(item.n), item.erased);
}

async function failureOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof NotReadable) return error;
    throw error;
  }
}

function maskOf({ entry }: ListedEntry): string {
  return entry?.header.mask ?? "";
}

function paged(items: readonly ListedEntry[]): readonly (readonly ListedEntry[])[] {
  return Array.from({ length: Math.ceil(items.length / PAGE) }, (_, page) => items.slice(page * PAGE, (page + 1) * PAGE));
}
