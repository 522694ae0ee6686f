/**
 * A copy of what one may read of a case: every entry that the hub counts as readable, or some of them, opened with the intent
 * `export`, `offline` or `search`, so that the log says that it left the screen, or was looked through. What the rules keep back is neither asked for nor counted.
 */
import { openPart } from "../protocol/entry.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { readBody } from "../protocol/kinds.ts";
import type { Body } from "../protocol/kinds.ts";
import { PAGE } from "../protocol/release.ts";
import type { Intent } from "../protocol/release.ts";
import type { ClientShares } from "./client-shares.ts";
import type { Desk, Received } from "./desk.ts";
import type { Directory } from "./directory.ts";
import type { Entries, Looked } from "./entries.ts";
import { NotReadable, Refused } from "./errors.ts";
import { unfiled } from "./filing.ts";
import type { ListedEntry } from "./lists.ts";
import type { Releases } from "./releases.ts";

/** One entry with what it says. */
export interface Copied {
  readonly one: Received;
  readonly body: Body;
}

/** What was copied, oldest first, and how many entries whose title is here could not be opened now. */
export interface Copy {
  readonly copied: readonly Copied[];
  readonly missing: number;
}

export interface OwnCopyParts {
  readonly desk: Desk;
  readonly entries: Entries;
  readonly releases: Releases;
  readonly shares: ClientShares;
  readonly directory: Directory;
}

/** What is copied, and with which intent the log has it. */
export interface Copying {
  readonly intent: "export" | "offline" | "search";
  readonly wanted: (received: readonly Received[]) => readonly Received[];
}

const WHOLE: Copying = { intent: "export", wanted: (received) => received };

/** Copies what who uses this browser may read. */
export class OwnCopy {
  readonly #parts: OwnCopyParts;

  constructor(parts: OwnCopyParts) {
    this.#parts = parts;
  }

  /** What is wanted of a case, everything by default. Throws what a look at a list throws; what cannot be opened is counted. */
  async take(case_: string, { intent, wanted } = WHOLE): Promise<Copy> {
    const received = wanted(await this.#parts.desk.of(case_));
    const places = new Map<string, Received[]>();
    for (const one of received) places.set(one.place, [...(places.get(one.place) ?? []), one]);
    const copied: Copied[] = [];
    for (const found of places.values()) copied.push(...(await this.#place(case_, found, intent)));
    copied.sort((a, b) => a.one.writtenMs - b.one.writtenMs);
    return { copied, missing: received.length - copied.length };
  }

  async #place(case_: string, received: readonly Received[], intent: Intent): Promise<readonly Copied[]> {
    const [first] = received;
    if (first === undefined) return [];
    const looked = await this.#parts.entries.look(case_, first.placed);
    const known = new Map(received.map((one) => [one.entry, one]));
    // What the log tells apart is asked apart: one release is one leaf of one class.
    const alike = new Map<string, ListedEntry[]>();
    for (const item of looked.list.entries) {
      if (item.entry === undefined || item.takenBack || item.erased !== undefined || !known.has(item.entry.id)) continue;
      const mask = item.entry.header.mask ?? "";
      alike.set(mask, [...(alike.get(mask) ?? []), item]);
    }
    const copied: Copied[] = [];
    for (const items of alike.values()) {
      for (let at = 0; at < items.length; at += PAGE) {
        copied.push(...(await this.#page(looked, items.slice(at, at + PAGE), known, intent)));
      }
    }
    return copied;
  }

  async #page(
    looked: Looked,
    items: readonly ListedEntry[],
    known: ReadonlyMap<string, Received>,
    intent: Intent,
  ): Promise<readonly Copied[]> {
    const { releases, shares, directory } = this.#parts;
    const { view, list } = looked;
    try {
      const released = await releases.ask(list, view.case, items, "body", { intent });
      const copied: Copied[] = [];
      for (const item of items) {
        const [handed, one] = [released.get(item.entry?.id ?? ""), known.get(item.entry?.id ?? "")];
        if (handed === undefined || one === undefined) continue;
        try {
          const clientShare = await shares.find(view, item, "body");
          const chunks = await releases.chunks(handed);
          const plain = await openPart(handed.entry, "body", chunks, { clientShare, serverShare: handed.share });
          const body = await unfiled(directory, handed.entry, one.title, readBody(one.title, plain));
          copied.push({ one, body });
        } catch (error) {
          if (!(error instanceof ProtocolError) && !(error instanceof NotReadable)) throw error;
        }
      }
      return copied;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (items.length <= 1) return [];
      // Named ids are all or nothing: one that the rules refuse must not hide the others.
      const alone = await Promise.all(items.map((item) => this.#page(looked, [item], known, intent)));
      return alone.flat();
    }
  }
}
