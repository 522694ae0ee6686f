/** Opening one entry to somebody, with the notice that allows it recorded in the same gesture (protocol 10.2). */
import { composeOpening } from "../protocol/compose.ts";
import type { Share } from "../protocol/compose.ts";
import { instantOf } from "../protocol/case-state.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import { FACT_SALT_SIZE, factHash } from "../protocol/facts.ts";
import { openingCloseBody } from "../protocol/opening-links.ts";
import { classOf } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import { metaOf } from "../protocol/release-decision.ts";
import { PARTS } from "../protocol/sealing.ts";
import { isHeldBack } from "../protocol/shields.ts";
import { bodyOfFact, chainOf } from "./appending.ts";
import type { Appender, Compose } from "./appending.ts";
import type { Author } from "./author.ts";
import type { CaseView } from "./casebook.ts";
import type { ClientShares } from "./client-shares.ts";
import type { Directory } from "./directory.ts";
import type { Entries } from "./entries.ts";
import { Misuse } from "./errors.ts";
import { participationOf } from "./exchange-opening.ts";
import { noticeOf } from "./facts.ts";
import type { Told } from "./facts.ts";
import { draw } from "./profile.ts";

const DAY_MS = 24 * 3_600_000;
const DAYS = 30;

/** An opening in force, and the notice recorded with it. */
export interface Opened {
  readonly opening: string;
  readonly entry: string;
  readonly notice: string | undefined;
  readonly view: CaseView;
}

/** How an entry is put before somebody: what the person was told of it, for how many days, in which exchange. */
export interface OpeningTerms {
  readonly told?: Told;
  readonly days?: number;
  readonly exchange?: string;
}

export interface OpeningsParts {
  readonly author: Author;
  readonly directory: Directory;
  readonly appender: Appender;
  readonly entries: Entries;
  readonly shares: ClientShares;
}

/** Openings by the user of this profile. */
export class Openings {
  readonly #parts: OpeningsParts;

  constructor(parts: OpeningsParts) {
    this.#parts = parts;
  }

  /** Put an entry of a section before a user who takes part in the case. Throws `Misuse` for one that is held back. */
  async open(view: CaseView, place: Place, id: string, user: string, terms: OpeningTerms = {}): Promise<Opened> {
    const { author, directory, appender, entries, shares } = this.#parts;
    const { item } = await entries.find(view.case, place, id);
    if (item.entry === undefined || (place.kind !== "section" && place.kind !== "masked")) throw new Misuse("not-in-section");
    await this.#checkNotHeldBack(view, item.entry);
    const entry = item.entry.id;
    const held: Share[] = [];
    for (const part of PARTS) held.push({ id: entry, part, share: await shares.find(view, item, part) });
    const class_ = classOf(place.name);
    if (terms.told !== undefined && class_ !== "main") throw new Misuse("notice-apart");
    const links: Compose[] = [];
    const notice = terms.told && bodyOfFact(noticeOf(terms.told, author.nowMs()), draw(FACT_SALT_SIZE));
    if (notice !== undefined) links.push(appender.stated(notice));
    const basis = notice === undefined ? [] : [factHash(notice)];
    const recipient = { user, capacity: participationOf(view, user, author.nowMs()) };
    const untilMs = author.nowMs() + (terms.days ?? DAYS) * DAY_MS;
    links.push(async (_chain, head) => {
      const opened = [{ id: entry, parts: PARTS }];
      const link = { type: "opening", head, entries: opened, recipient, basis, untilMs, exchange: terms.exchange } as const;
      return composeOpening(link, held, new Map([[user, (await directory.refresh(user)).chain]]));
    });
    const appended = await appender.append(view.case, class_, links);
    return { opening: appended.links.at(-1) ?? "", entry, notice: basis[0], view: appended.view };
  }

  /** Refuse to name in a link what is held back now; what a mask kept until an instant that has passed may be opened. */
  async #checkNotHeldBack(view: CaseView, { header }: VerifiedEntry): Promise<void> {
    const { author, directory } = this.#parts;
    if (header.mask === undefined) return;
    const { state } = chainOf(view, header.class);
    let category: number | undefined;
    if (header.capacity !== undefined) {
      await directory.known(header.preamble.user);
      category = directory.attestation(header.capacity).capacity.category;
    }
    const meta = metaOf(header, category, new Map());
    if (isHeldBack(state.facts, meta, instantOf(state, author.nowMs()))) throw new Misuse("masked");
  }

  /** End an opening. */
  async close(view: CaseView, opening: string): Promise<void> {
    for (const [class_, { state }] of view.classes) {
      if (!state.openings.has(opening)) continue;
      await this.#parts.appender.append(view.case, class_, [(_chain, head) => ({ body: openingCloseBody({ head, opening }) })]);
      return;
    }
    throw new Misuse("no-such-opening");
  }
}
