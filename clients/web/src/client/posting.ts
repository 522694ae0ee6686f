/** Writing entries into sections, exchanges and reports, and taking one's own back. Reading them is `entries`. */
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { concat } from "../protocol/bytes.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { sealEntry } from "../protocol/entry.ts";
import type { EntryForm } from "../protocol/entry-header.ts";
import { checkDepositedAt } from "../protocol/entry-judgement.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { composeEntry } from "../protocol/kinds.ts";
import type { Relation } from "../protocol/kinds.ts";
import type { Place } from "../protocol/places.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import { SHARE_SIZE } from "../protocol/sealing.ts";
import type { ByPart } from "../protocol/sealing.ts";
import { checkTakeBack, takeBackBody } from "../protocol/take-back.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";
import { boxesToJson, TRIES } from "./appending.ts";
import type { Author } from "./author.ts";
import { Misuse, Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { UNMASKED } from "./masking.ts";
import type { Masking } from "./masking.ts";
import { draw } from "./profile.ts";
import type { Sealed, SealingKeys } from "./sealing-keys.ts";

/** An entry that the hub acknowledged and that stands in its list, with the proof of the leaf of its deposit. */
export interface Posted {
  readonly id: string;
  readonly place: Place;
  readonly form: EntryForm;
  readonly epoch: number | undefined;
  readonly receipt: VerifiedReceipt;
}

/** How near a reader came to an entry that was taken back: whether to its words, and whether these were looked at. */
export interface OpenedBefore {
  readonly user: string;
  readonly nearest: "seen" | "handed" | "titleOnly";
  readonly timeMs: number;
}

/** What an entry says. `fields` are those of its kind (`kinds.ts`); a `note` when no kind is given. */
export interface Writing {
  readonly title: string;
  readonly kind?: string;
  readonly fields?: JsonObject;
  readonly relations?: readonly Relation[];
  readonly masking?: Masking;
  /** What a report is about, where the place is one. */
  readonly section?: string;
  /** Told once the hub answered, before its receipt is verified. */
  readonly sent?: () => void;
}

/** Writes for the user of this profile. */
export class Posting {
  readonly #hub: Hub;
  readonly #author: Author;
  readonly #keys: SealingKeys;

  constructor(hub: Hub, author: Author, keys: SealingKeys) {
    this.#hub = hub;
    this.#author = author;
    this.#keys = keys;
  }

  /**
   * Seal and deposit an entry. Claims, rotates and seals anew as the hub's answers require. Throws `Misuse` for a content that
   * no reader takes, `NotPermitted` before anything is sent, `Refused`.
   */
  async post(case_: string, place: Place, writing: Writing): Promise<Posted> {
    const plain = composed(writing);
    return this.retried(() => this.#post(case_, place, plain, writing));
  }

  /** Write again on the newest keys when they moved meanwhile: under another salt, so no key seals twice. */
  async retried(write: () => Promise<Posted>): Promise<Posted> {
    for (let again = 1; ; again++) {
      try {
        return await write();
      } catch (error) {
        if (again === TRIES || !isMoved(error)) throw error;
      }
    }
  }

  async #post(case_: string, place: Place, plaintexts: ByPart<Uint8Array>, writing: Writing): Promise<Posted> {
    const sizes = { title: plaintexts.title.length, body: plaintexts.body.length };
    const { masking = UNMASKED, section } = writing;
    const sealed =
      section === undefined
        ? await this.#keys.header(case_, place, sizes, masking)
        : await this.#keys.report(case_, place, section, sizes, masking);
    const serverShares = { title: draw(SHARE_SIZE), body: draw(SHARE_SIZE) };
    const content = { plaintexts, clientShares: sealed.clientShares, serverShares };
    const { entry, parts } = await sealEntry(sealed.header, content, this.#author.identity.signer);
    const body = {
      statement: entry.statement.toJson(),
      title: toBase64url(concat(...parts.title)),
      body: toBase64url(concat(...parts.body)),
      shares: { title: toBase64url(serverShares.title), body: toBase64url(serverShares.body) },
    };
    return this.deposit(sealed, entry.id, body, writing.sent);
  }

  /** Send a sealed entry and verify its receipt. */
  async deposit({ header, boxes }: Sealed, id: string, body: JsonObject, told?: () => void): Promise<Posted> {
    const sent = present({ ...body, boxes: boxes.size === 0 ? undefined : boxesToJson(boxes) });
    const answer = await this.#hub.transport.post("/v1/entries", sent);
    told?.();
    const receipt = await this.#hub.receipt(new Fields(answer, `receipt of entry ${id.slice(0, 16)}`).raw("receipt"));
    checkDepositedAt(header.preamble.timeMs, receipt.leaf.tsMs);
    return { id, place: header.place, form: header.form, epoch: header.epoch, receipt };
  }

  /**
   * Ask that the server shares of one of our entries be destroyed; who had opened it, of those whom we may know. With what this
   * device signed then, ask that again: the hub answers the same. Throws wrong-author for another's.
   */
  async takeBack(entry: VerifiedEntry, before?: UnverifiedStatement): Promise<readonly OpenedBefore[]> {
    const takeBack = { preamble: this.#author.preamble(), case: entry.header.case, entry: entry.id };
    checkTakeBack(takeBack, entry);
    const statement = before ?? (await this.#author.sign(takeBackBody(takeBack)));
    const path = `/v1/entries/${entry.id}/take-back`;
    const fields = new Fields(await this.#hub.transport.post(path, { statement: statement.toJson() }), "take-back");
    const receipt = fields.raw("receipt");
    const opened = fields.objects("opened", MOST_READERS).map(readOpened);
    fields.done();
    await this.#hub.receipt(receipt);
    return opened;
  }
}

/** Refuse a content that no reader takes, before it is kept or sent. */
export function checkWriting(writing: Writing): void {
  composed(writing);
}

function composed({ title, kind = "note", fields = {}, relations = [] }: Writing): ByPart<Uint8Array> {
  try {
    const named = { kind, version: 1, title, file: undefined, relations: [] };
    return composeEntry(named, { type: "content", fields, relations });
  } catch (error) {
    if (error instanceof ProtocolError) throw new Misuse("content", error.message);
    throw error;
  }
}

function readOpened(fields: Fields): OpenedBefore {
  const [user, part, intent] = [fields.hash("user"), fields.text("part"), fields.text("intent")];
  const timeMs = fields.integer("time_ms");
  fields.done();
  return { user, nearest: part !== "body" ? "titleOnly" : SEEN.has(intent) ? "seen" : "handed", timeMs };
}

/** What a device fetches by itself is not yet seen by anybody (F8). */
const SEEN: ReadonlySet<string> = new Set(["open", "print", "export"]);
const MOST_READERS = 4096;
const MOVED: ReadonlySet<string> = new Set(["epoch-stale", "rotation-owed", "version-conflict"]);

function isMoved(error: unknown): boolean {
  return error instanceof Refused && MOVED.has(error.problem);
}
