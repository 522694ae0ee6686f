/** The client share of an entry's part, from whichever key this client holds, or why it has none (protocol 8.2). */
import type { VerifiedEntry } from "../protocol/entry.ts";
import { openShares } from "../protocol/named-box.ts";
import { sectionOf, stepName } from "../protocol/case-state.ts";
import { clientShareFromSection } from "../protocol/sealing.ts";
import type { ByPart, Part } from "../protocol/sealing.ts";
import type { Author } from "./author.ts";
import { shareName } from "./case-replay.ts";
import type { CaseView } from "./casebook.ts";
import { NotReadable } from "./errors.ts";
import type { ListedEntry } from "./lists.ts";

/** Where the key of an exchange's epoch comes from: undefined for an epoch this user was not boxed. */
export interface ExchangeKeys {
  key(view: CaseView, exchange: string, epoch: number): Promise<Uint8Array | undefined>;
}

/** How many boxes of named entries are remembered open: opening one costs milliseconds, and both parts need it. */
const REMEMBERED = 512;

/** Finds client shares for the user of this browser. */
export class ClientShares {
  readonly #author: Author;
  readonly #exchanges: ExchangeKeys;
  readonly #boxed = new Map<string, ByPart<Uint8Array>>();

  constructor(author: Author, exchanges: ExchangeKeys) {
    this.#author = author;
    this.#exchanges = exchanges;
  }

  /**
   * The client share of a part; throws `NotReadable`, and `ProtocolError` for a key or box that does not verify. An opening comes
   * last: its shares are another member's word, and the key commitment will judge them.
   */
  async find(view: CaseView, listed: ListedEntry, part: Part): Promise<Uint8Array> {
    const { entry } = listed;
    if (entry === undefined) throw new NotReadable("gap", String(listed.n));
    const own = await this.#own(view, entry, listed.box, part);
    if (own !== undefined) return own;
    for (const chain of view.classes.values()) {
      const opened = chain.shares.get(shareName(entry.id, part));
      if (opened !== undefined) return opened.share;
    }
    throw new NotReadable("no-key", entry.id);
  }

  async #own(view: CaseView, entry: VerifiedEntry, box: Uint8Array | undefined, part: Part): Promise<Uint8Array | undefined> {
    const { header } = entry;
    if (header.form === "named") return (await this.#fromBox(entry, box))?.[part];
    if (header.form === "exchange") {
      const key = await this.#exchanges.key(view, header.place.name, header.epoch ?? 0);
      return key === undefined ? undefined : clientShareFromSection(key, entry.id, part);
    }
    const chain = view.of(header.place.name);
    const which = { section: header.place.name, epoch: header.epoch ?? 0, step: header.step ?? 0 };
    if (chain?.ring.holds(which) !== true) return undefined;
    const published = sectionOf(chain.state, which.section).commitments.get(stepName(which.epoch, which.step));
    return clientShareFromSection(chain.ring.key(which, published), entry.id, part);
  }

  async #fromBox(entry: VerifiedEntry, box: Uint8Array | undefined): Promise<ByPart<Uint8Array> | undefined> {
    const { user } = this.#author;
    const reader = entry.header.named?.find((item) => item.user === user);
    if (box === undefined || reader === undefined) return undefined;
    const known = this.#boxed.get(reader.box);
    if (known !== undefined) return known;
    const shares = await openShares(entry.header, user, box, await this.#author.boxKey(reader.generation));
    this.#boxed.set(reader.box, shares);
    const [oldest] = this.#boxed.keys();
    if (this.#boxed.size > REMEMBERED && oldest !== undefined) this.#boxed.delete(oldest);
    return shares;
  }
}
