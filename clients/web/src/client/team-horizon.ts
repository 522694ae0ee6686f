/** What a newcomer needs of the past: what is in force at level 1, opened to them in the same write (F3). */
import { decide } from "../protocol/access.ts";
import type { CaseFacts } from "../protocol/case-facts.ts";
import type { Share } from "../protocol/compose.ts";
import { sectionOf } from "../protocol/case-state.ts";
import type { OpenedEntry } from "../protocol/opening-links.ts";
import { classOf, SECTIONS } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import { metaOf } from "../protocol/release-decision.ts";
import { PARTS } from "../protocol/sealing.ts";
import type { Author } from "./author.ts";
import { chainOf } from "./appending.ts";
import type { CaseView } from "./casebook.ts";
import type { ClientShares } from "./client-shares.ts";
import type { Directory } from "./directory.ts";
import type { Entries } from "./entries.ts";
import { isFailure, Misuse } from "./errors.ts";
import { openEpisodes } from "./facts.ts";
import type { ListedEntry, Lists, ListView } from "./lists.ts";
import type { Rules } from "./rules.ts";
import type { Reader } from "./team-lines.ts";

export const HORIZONS = ["essential", "episode", "today"] as const;
export type HorizonName = (typeof HORIZONS)[number];
const RECENT_MS = 15 * 24 * 3_600_000;
const MOST = 64;
const ESSENTIALS = SECTIONS.filter((section) => section.endsWith("/1") && classOf(section) === "main");

/** Older entries in force, with the shares to open them; `left` were too many for one gesture. */
export interface Heads {
  readonly entries: readonly OpenedEntry[];
  readonly shares: readonly Share[];
  readonly left: number;
}

export const NO_HEADS: Heads = { entries: [], shares: [], left: 0 };

/** Since when a newcomer reads by themselves: undefined from their start on. Throws `Misuse`. */
export function historyFrom(horizon: HorizonName, facts: CaseFacts, nowMs: number): number | undefined {
  if (horizon === "today") return undefined;
  if (horizon === "essential") return Math.max(0, nowMs - RECENT_MS);
  const began = openEpisodes(facts, nowMs).at(-1)?.fact.startMs;
  if (began === undefined) throw new Misuse("episode");
  return began;
}

export interface HorizonParts {
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly lists: Lists;
  readonly entries: Entries;
  readonly shares: ClientShares;
}

/** Finds what is in force for whoever follows the case. */
export class Horizon {
  readonly #parts: HorizonParts;

  constructor(parts: HorizonParts) {
    this.#parts = parts;
  }

  /** The entries of level 1 in force, written before an instant, that may go to a reader by these facts. */
  async heads(view: CaseView, facts: CaseFacts, reader: Reader, beforeMs: number): Promise<Heads> {
    const { state, ring } = chainOf(view, "main");
    const found: ListedEntry[] = [];
    for (const section of ESSENTIALS) {
      const { epoch, step } = sectionOf(state, section);
      if (epoch > 0 && ring.holds({ section, epoch, step })) {
        found.push(...(await this.#inForce(view, facts, reader, section, beforeMs)));
      }
    }
    found.sort((left, right) => writtenMs(right) - writtenMs(left));
    const kept = found.slice(0, MOST).sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
    const shares: Share[] = [];
    for (const item of kept) {
      for (const part of PARTS) {
        shares.push({ id: idOf(item), part, share: await this.#parts.shares.find(view, item, part) });
      }
    }
    return { entries: kept.map((item) => ({ id: idOf(item), parts: PARTS })), shares, left: found.length - kept.length };
  }

  async #inForce(
    view: CaseView,
    facts: CaseFacts,
    reader: Reader,
    section: string,
    beforeMs: number,
  ): Promise<readonly ListedEntry[]> {
    const place: Place = { kind: "section", name: section };
    const list = await this.#parts.lists.view(view.case, place);
    const older: ListedEntry[] = [];
    for (const item of list.entries) if (await this.#mayGo(facts, item, reader, beforeMs)) older.push(item);
    if (older.length === 0) return [];
    const superseded = await this.#superseded(view.case, place, list);
    return older.filter((item) => !superseded.has(idOf(item)));
  }

  async #superseded(case_: string, place: Place, list: ListView): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const { entry, takenBack } of list.entries) {
      if (entry === undefined || takenBack) continue;
      try {
        const { title, body } = await this.#parts.entries.read(case_, place, entry.id, { intent: "sync" });
        const relations = body?.type === "content" ? body.relations : (title?.relations ?? []);
        for (const { relation, entry: named } of relations) if (relation === "supersedes") found.add(named);
      } catch (error) {
        // What cannot be opened here supersedes nothing here, and is not sent on.
        if (!isFailure(error)) throw error;
      }
    }
    return found;
  }

  async #mayGo(facts: CaseFacts, { entry, takenBack }: ListedEntry, reader: Reader, beforeMs: number): Promise<boolean> {
    const { author, directory, rules } = this.#parts;
    if (entry === undefined || takenBack) return false;
    const { header } = entry;
    if (header.form !== "section" || header.preamble.timeMs >= beforeMs) return false;
    let category: number | undefined;
    if (header.capacity !== undefined) {
      await directory.known(header.preamble.user);
      category = directory.attestation(header.capacity).capacity.category;
    }
    const meta = metaOf(header, category, new Map());
    const sender = { user: author.user, capacity: await author.acting() };
    const { compartment, level } = meta;
    const about = { compartment, level, atMs: author.nowMs(), via: "exchange" };
    const send = questionOf({ ...about, action: "exchange_send", ...sender, entry: meta });
    const named = { ...meta, named: new Set([reader.user]) };
    const receive = questionOf({ ...about, action: "exchange_receive", ...reader, sender, entry: named });
    const table = await rules.table();
    return [send, receive].every((asked) => isPermitted(decide(table, facts, asked)));
  }
}

function idOf({ entry }: ListedEntry): string {
  return entry?.id ?? "";
}

function writtenMs({ entry }: ListedEntry): number {
  return entry?.header.preamble.timeMs ?? 0;
}
