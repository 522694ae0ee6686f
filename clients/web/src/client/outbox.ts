/**
 * What was signed on this device and not yet recorded by the hub: sealed in the vault, kept until it is (F20).
 *
 * 1. The body of a fact, its salt included, is fixed when it is collected: its hash tells whether the chain holds it.
 * 2. An item is written before anything is sent and removed after it was read back. A page closed in between loses nothing, and
 *    the next sync finds the fact in the chain, or sends it: once either way.
 *    The photo of a signed paper is an object of its own, gone with its item.
 * 3. What no longer fits stays, refused, with the reason; only a person throws it away.
 */
import type { Bytes } from "../protocol/bytes.ts";
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { factHash, readFact } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import type { Vault } from "./vault.ts";

const OUTBOX = "outbox";
const PAPER = "paper-";
const MOST = 10_000;
export const MAX_PAPER = 16 * 1024 * 1024;
const STAGES = ["paper", "annex"] as const;

/** The photo of a signed paper, drawn again before (F32). */
export interface PaperPhoto {
  readonly name: string;
  readonly mediaType: string;
  readonly data: Bytes;
}

/** One fact that waits, or was refused. `stage` tells what of its words was begun to be stored. */
export interface OutboxItem {
  readonly id: string;
  readonly case: string;
  readonly body: JsonObject;
  readonly keptMs: number;
  readonly state: "waiting" | "refused";
  /** The link as it was signed on the last head known here, where there was no network. */
  readonly statement?: JsonObject | undefined;
  readonly annex?: JsonObject | undefined;
  /** Whether the photo of a signed paper goes with it. */
  readonly paper?: boolean | undefined;
  readonly stage?: (typeof STAGES)[number] | undefined;
  /** Why it was refused: a code of `WHY_NOT`, a problem of the hub, or a reason of the protocol. */
  readonly why?: string | undefined;
}

/** The fact as its readers will read it. */
export function factOf(item: OutboxItem): Fact {
  return readFact(item.body);
}

/** The hash under which the chain would hold it. */
export function hashOf(item: OutboxItem): string {
  return factHash(item.body);
}

/** The items of a profile, oldest first. */
export class Outbox {
  readonly #vault: Vault;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** What is kept, of one case or of all. */
  async items(case_?: string): Promise<readonly OutboxItem[]> {
    const kept = await this.#vault.load(OUTBOX);
    const items = kept === undefined ? [] : new Fields(kept, OUTBOX).objects("items", MOST).map(readItem);
    return items.filter((item) => case_ === undefined || item.case === case_);
  }

  /** Keep an item, in the place of the one with its id. */
  put(item: OutboxItem): Promise<void> {
    return this.#changed((items) => {
      const isKnown = items.some(({ id }) => id === item.id);
      return isKnown ? items.map((one) => (one.id === item.id ? item : one)) : [...items, item];
    });
  }

  /** Forget an item that the chain holds, or that a person threw away. */
  async remove(id: string): Promise<void> {
    await this.#changed((items) => items.filter((item) => item.id !== id));
    await this.#vault.remove(PAPER + id);
  }

  /** Keep the photo of an item, before the item itself. */
  keepPaper(id: string, { name, mediaType, data }: PaperPhoto): Promise<void> {
    return this.#vault.save(PAPER + id, { name, media_type: mediaType, data: toBase64url(data) });
  }

  /** The photo kept for an item; undefined for none. */
  async paper(id: string): Promise<PaperPhoto | undefined> {
    const kept = await this.#vault.load(PAPER + id);
    if (kept === undefined) return undefined;
    const fields = new Fields(kept, PAPER);
    const photo = {
      name: fields.text("name", 200),
      mediaType: fields.text("media_type", 127),
      data: fields.data("data", undefined, MAX_PAPER),
    };
    fields.done();
    return photo;
  }

  /** Keep an item as refused, with the code of the reason. */
  async refuse(item: OutboxItem, why: string): Promise<OutboxItem> {
    const refused = { ...item, state: "refused", why } as const;
    await this.put(refused);
    return refused;
  }

  /** One change at a time: two acts at once must not write over each other. */
  #changed(change: (items: readonly OutboxItem[]) => readonly OutboxItem[]): Promise<void> {
    const mine = this.#turn.then(async () => {
      await this.#vault.save(OUTBOX, { items: change(await this.items()).map(itemToJson) });
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

function itemToJson({ id, case: case_, body, keptMs, state, statement, annex, paper, stage, why }: OutboxItem): JsonObject {
  return present({ id, case: case_, body, kept_ms: keptMs, state, statement, annex, paper, stage, why });
}

function readItem(fields: Fields): OutboxItem {
  const item = {
    id: fields.text("id", 64),
    case: fields.hash("case"),
    body: fields.raw("body"),
    keptMs: fields.integer("kept_ms"),
    state: fields.choice("state", ["waiting", "refused"]),
    statement: fields.optional("statement", (name) => fields.raw(name)),
    annex: fields.optional("annex", (name) => fields.raw(name)),
    paper: fields.optional("paper", (name) => fields.boolean(name)),
    stage: fields.optional("stage", (name) => fields.choice(name, STAGES)),
    why: fields.optional("why", (name) => fields.text(name, 128)),
  };
  fields.done();
  return item;
}
