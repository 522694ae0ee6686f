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
import type { CaseFacts, FactAuthor } from "../protocol/case-facts.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { sha256Hex } from "../protocol/hashing.ts";
import type { Place } from "../protocol/places.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import type { DocumentUpload } from "./document-upload.ts";
import type { Entries } from "./entries.ts";
import { Misuse, NotReadable } from "./errors.ts";
import { MAX_PAPER } from "./outbox.ts";
import type { Outbox, OutboxItem, PaperPhoto } from "./outbox.ts";
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
  readonly paper?: PaperPhoto;
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
  readonly documents: DocumentUpload;
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
    const { paper: photo, ...said } = words;
    if (photo !== undefined && photo.data.length > MAX_PAPER) throw new Misuse("fact", "photo too large");
    const paper = photo && { sha256: sha256Hex(photo.data), size: photo.data.length, mediaType: photo.mediaType };
    try {
      return annexFields({ salt: draw(ANNEX_SALT_SIZE), ...said, paper });
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
    await this.#storePaper(item, place, outbox);
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

  async #place(case_: string): Promise<Place | undefined> {
    const { casebook, author, rules } = this.#parts;
    const { main } = await casebook.view(case_, { refresh: false });
    const who = { user: author.user, capacity: await author.acting() };
    return annexPlace(await rules.table(), main.facts, who, instantOf(main, author.nowMs()));
  }

  /** Store the photo as a document beside the words, which name it by its hash. */
  async #storePaper(item: OutboxItem, place: Place, outbox: Outbox): Promise<void> {
    const photo = item.paper === true && item.stage !== "annex" ? await outbox.paper(item.id) : undefined;
    if (photo === undefined) return;
    const { name, mediaType, data } = photo;
    const title = `Feuille signée ${sha256Hex(data).slice(0, SHOWN)}`;
    if (item.stage === "paper" && (await this.#isThere(item.case, place, title))) return;
    await outbox.put({ ...item, stage: "paper" });
    await this.#parts.documents.attach(item.case, place, { file: new Blob([data]), name, mediaType, title });
  }

  async #isThere(case_: string, place: Place, title: string): Promise<boolean> {
    const titles = await this.#parts.entries.titles(case_, place);
    return titles.some((read) => read.title?.title === title);
  }
}

/** The first section where the rules let somebody keep the words of a fact; undefined where their function keeps none. */
export function annexPlace(
  table: PolicyTable,
  facts: CaseFacts,
  { user, capacity }: FactAuthor,
  atMs: number,
): Place | undefined {
  const name = ANNEX_SECTIONS.find((section) => {
    const [compartment, level] = sectionParts(section);
    return isPermitted(
      decide(table, facts, questionOf({ action: "write", user, capacity, compartment, level, entry: undefined, atMs })),
    );
  });
  return name === undefined ? undefined : { kind: "section", name };
}

function titleOf(annex: string): string {
  return `Justificatif ${annex.slice(0, SHOWN)}`;
}
