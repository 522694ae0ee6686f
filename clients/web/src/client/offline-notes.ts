/**
 * Notes written without network: kept sealed on this device, sealed as entries and stored at the next sync (F20).
 *
 * No key is held at rest and an entry's header states its own deposit, so a note is sealed when it is stored; the time at which it
 * was written goes with it, in the ciphertext (`noted_ms`). A page closed between the deposit and its answer is told by the mark
 * `sending`: the list is then looked through for this very note before it is stored again.
 */
import { encode } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toHex } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import { NOTED } from "../protocol/kinds.ts";
import { parsePlace, placeText } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import type { Author } from "./author.ts";
import type { Entries } from "./entries.ts";
import { Misuse } from "./errors.ts";
import { refusalCode } from "./facts-recording.ts";
import { checkWriting } from "./posting.ts";
import type { Posted, Posting } from "./posting.ts";
import { draw } from "./profile.ts";
import type { Vault } from "./vault.ts";

const NOTES = "notes";
const MOST = 10_000;
export type NotedKind = (typeof NOTED)[number];

/** One entry that waits. `sending` since its deposit was first tried; `why` once it was refused. */
export interface OfflineNote {
  readonly id: string;
  readonly case: string;
  readonly place: Place;
  readonly title: string;
  readonly kind: NotedKind;
  readonly fields: JsonObject;
  readonly sending: boolean;
  readonly why: string | undefined;
}

/** What was stored, the entry absent when it was found stored already, and what was refused now. */
export interface FlushedNotes {
  readonly stored: readonly { readonly note: OfflineNote; readonly posted: Posted | undefined }[];
  readonly refused: readonly OfflineNote[];
}

export interface OfflineNotesParts {
  readonly vault: Vault;
  readonly author: Author;
  readonly entries: Entries;
  readonly posting: Posting;
}

/** Keeps notes and stores them when the hub is there. */
export class OfflineNotes {
  readonly #parts: OfflineNotesParts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: OfflineNotesParts) {
    this.#parts = parts;
  }

  /** What waits or was refused, oldest first. */
  async items(case_?: string): Promise<readonly OfflineNote[]> {
    const kept = await this.#parts.vault.load(NOTES);
    const items = kept === undefined ? [] : new Fields(kept, NOTES).objects("notes", MOST).map(readNote);
    return items.filter((note) => case_ === undefined || note.case === case_);
  }

  /** Keep a note; throws `Misuse` for a kind that cannot tell when it was written, or a content that no reader takes. */
  async keep(case_: string, place: Place, title: string, kind: string, fields: JsonObject): Promise<OfflineNote> {
    const noted = NOTED.find((one) => one === kind);
    if (noted === undefined) throw new Misuse("not-offline");
    const told = { ...fields, noted_ms: this.#parts.author.nowMs() };
    checkWriting({ title, kind: noted, fields: told });
    const written = { case: case_, place, title, kind: noted, fields: told };
    const note = { ...written, id: toHex(draw(16)), sending: false, why: undefined };
    await this.#changed((notes) => [...notes, note]);
    return note;
  }

  /** Store what waits, oldest first. Throws `Unreachable`. */
  async flush(case_?: string): Promise<FlushedNotes> {
    const stored: { note: OfflineNote; posted: Posted | undefined }[] = [];
    const refused: OfflineNote[] = [];
    for (const note of await this.items(case_)) {
      if (note.why !== undefined) continue;
      try {
        stored.push({ note, posted: await this.#store(note) });
      } catch (error) {
        const why = refusalCode(error);
        if (why === undefined) throw error;
        const kept = { ...note, why };
        await this.#put(kept);
        refused.push(kept);
      }
    }
    return { stored, refused };
  }

  /** Throw away a note that was refused; one that waits is never thrown away. */
  async drop(id: string): Promise<void> {
    const found = (await this.items()).find((note) => note.id === id && note.why !== undefined);
    if (found === undefined) throw new Misuse("no-such-entry");
    await this.#remove(id);
  }

  async #store(note: OfflineNote): Promise<Posted | undefined> {
    let posted: Posted | undefined;
    if (!note.sending || !(await this.#isThere(note))) {
      await this.#put({ ...note, sending: true });
      const { case: case_, place, title, kind, fields } = note;
      posted = await this.#parts.posting.post(case_, place, { title, kind, fields });
    }
    await this.#remove(note.id);
    return posted;
  }

  async #isThere({ case: case_, place, title, fields }: OfflineNote): Promise<boolean> {
    const { author, entries } = this.#parts;
    for (const read of await entries.titles(case_, place)) {
      const { entry } = read.listed;
      if (entry?.header.preamble.user !== author.user || read.title?.title !== title) continue;
      const { body } = await entries.read(case_, place, entry.id);
      if (body?.type === "content" && encode(body.fields).join() === encode(fields).join()) return true;
    }
    return false;
  }

  #put(note: OfflineNote): Promise<void> {
    return this.#changed((notes) => notes.map((one) => (one.id === note.id ? note : one)));
  }

  #remove(id: string): Promise<void> {
    return this.#changed((notes) => notes.filter((note) => note.id !== id));
  }

  /** One change at a time: two acts at once must not write over each other. */
  #changed(change: (notes: readonly OfflineNote[]) => readonly OfflineNote[]): Promise<void> {
    const mine = this.#turn.then(async () => {
      await this.#parts.vault.save(NOTES, { notes: change(await this.items()).map(noteToJson) });
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

function noteToJson({ place, why, ...note }: OfflineNote): JsonObject {
  return { ...note, place: placeText(place), ...(why === undefined ? {} : { why }) };
}

function readNote(fields: Fields): OfflineNote {
  const note = {
    id: fields.text("id", 64),
    case: fields.hash("case"),
    place: parsePlace(fields.text("place", 128)),
    title: fields.text("title"),
    kind: fields.choice("kind", NOTED),
    fields: fields.raw("fields"),
    sending: fields.boolean("sending"),
    why: fields.optional("why", (name) => fields.text(name, 128)),
  };
  fields.done();
  return note;
}
