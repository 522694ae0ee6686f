/**
 * Words beside a fact: sealed in an entry of `protection` or `rights`, where the rules let its author write one.
 *
 * A fact is never held back for its words: somebody whose function writes in neither place records it without, and is told so. A
 * title carries the first characters of the annex's hash, so that a sync interrupted after the deposit finds it again instead of
 * sealing the words twice.
 */
import { decide } from "../protocol/access.ts";
import { ANNEX, ANNEX_SALT_SIZE, annexFields, annexHash, checkAnnex } from "../protocol/annexes.ts";
import type { Helper } from "../protocol/annexes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Place } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import type { Entries } from "./entries.ts";
import { Misuse, NotReadable } from "./errors.ts";
import type { Outbox, OutboxItem } from "./outbox.ts";
import type { Posting } from "./posting.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

export const ANNEX_SECTIONS = ["protection/2", "rights/2", "protection/1", "rights/1"] as const;
const SHOWN = 16;

/** What is kept beside a fact. */
export interface Words {
  readonly text?: string;
  readonly reason?: string;
  readonly court?: string;
  readonly judgmentMs?: number;
  readonly helper?: Helper;
}

/** Nothing beside it. */
export const EMPTY: Words = {};

/** The hash by which a fact names these words. */
export function hashOfWords(fields: JsonObject | undefined): string | undefined {
  return fields === undefined ? undefined : annexHash(fields);
}

/** The words with the reason why they come late. */
export function withReason(fields: JsonObject | undefined, reason: string | undefined): JsonObject | undefined {
  if (reason === undefined) return fields;
  return { ...(fields ?? { salt: toBase64url(draw(ANNEX_SALT_SIZE)) }), reason };
}

export interface AnnexesParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly rules: Rules;
  readonly entries: Entries;
  readonly posting: Posting;
}

/** Stores and reads the words of facts. */
export class Annexes {
  readonly #parts: AnnexesParts;

  constructor(parts: AnnexesParts) {
    this.#parts = parts;
  }

  /** The fields of an annex; undefined where there is nothing to keep. Throws `Misuse` for words that no annex holds. */
  of(words: Words): JsonObject | undefined {
    if (Object.values(words).every((value) => value === undefined)) return undefined;
    try {
      return annexFields({ salt: draw(ANNEX_SALT_SIZE), ...words });
    } catch (error) {
      if (error instanceof ProtocolError) throw new Misuse("fact", error.message);
      throw error;
    }
  }

  /** Seal the words of an item before its fact is sent; `untold` when they found no place. */
  async store(item: OutboxItem, outbox: Outbox): Promise<{ readonly item: OutboxItem; readonly untold: boolean }> {
    const { annex } = item;
    if (annex === undefined) return { item, untold: false };
    const place = await this.#place(item.case);
    if (place === undefined) return { item, untold: true };
    const title = titleOf(annexHash(annex));
    if (item.stage === "annex" && (await this.#isThere(item.case, place, title))) return { item, untold: false };
    const begun = { ...item, stage: "annex" } as const;
    await outbox.put(begun);
    await this.#parts.posting.post(item.case, place, { title, kind: ANNEX, fields: annex });
    return { item: begun, untold: false };
  }

  /** The words that a fact names, after checking that they are those; each reading is logged. Throws `NotReadable`. */
  async read(case_: string, annex: string): Promise<JsonObject> {
    const title = titleOf(annex);
    for (const name of ANNEX_SECTIONS) {
      const place = { kind: "section", name } as const;
      for (const { title: found, listed } of await this.#parts.entries.titles(case_, place)) {
        if (found?.title !== title || listed.entry === undefined) continue;
        const { body } = await this.#parts.entries.read(case_, place, listed.entry.id);
        const fields = body?.type === "content" ? body.fields : {};
        checkAnnex(annex, fields);
        return fields;
      }
    }
    throw new NotReadable("no-key", annex);
  }

  /** The first of these sections where the rules let this user write. */
  async #place(case_: string): Promise<Place | undefined> {
    const { casebook, author, rules } = this.#parts;
    const { main } = await casebook.view(case_, { refresh: false });
    const [table, capacity, atMs] = [await rules.table(), await author.acting(), instantOf(main, author.nowMs())];
    const name = ANNEX_SECTIONS.find((section) => {
      const [compartment, level] = sectionParts(section);
      const said = { action: "write", user: author.user, capacity, compartment, level, entry: undefined, atMs };
      return isPermitted(decide(table, main.facts, questionOf(said)));
    });
    return name === undefined ? undefined : { kind: "section", name };
  }

  async #isThere(case_: string, place: Place, title: string): Promise<boolean> {
    const titles = await this.#parts.entries.titles(case_, place);
    return titles.some((read) => read.title?.title === title);
  }
}

function titleOf(annex: string): string {
  return `Justificatif ${annex.slice(0, SHOWN)}`;
}
