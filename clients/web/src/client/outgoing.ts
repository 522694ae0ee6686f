/**
 * What was sent by its author and has not left yet: sealed in the vault, for 20 seconds in which sending can be undone (F19), and
 * without network until there is one again. A page that is closed loses nothing.
 *
 *     vault: outgoing   {items: [{id, case, place, where, title, kind, fields, relations?, files?, held?, passages?, apart?, leaves_ms,
 *                         sending, posted?, why?}]}
 *
 * 1. An item is marked `sending` before its deposit is first tried. After a page closed in between, the list is looked through for
 *    this very message before it is stored again.
 * 2. Files follow the message that they belong to, each naming it (`concerns`), and leave the vault one by one.
 * 3. What is refused stays, with the reason, until its author tries again, changes it or throws it away.
 * 4. One window sends at a time.
 * 5. What is held back leaves so, with its files; passages about somebody else are stored apart before the rest (R66).
 */
import { encode } from "../protocol/canonical.ts";
import { toHex } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import type { Relation } from "../protocol/kinds.ts";
import type { Author } from "./author.ts";
import type { DocumentUpload } from "./document-upload.ts";
import { PASSAGE } from "./drafts.ts";
import type { Drafts } from "./drafts.ts";
import type { Entries, Read } from "./entries.ts";
import { refusalCode } from "./facts-recording.ts";
import { KeptFiles } from "./kept-files.ts";
import { hasWords, itemToJson, readItem, saidIn, standsIn } from "./outgoing-items.ts";
import type { Leaving, Message } from "./outgoing-items.ts";
import type { KeptFile } from "./kept-files.ts";
import { passageTitle } from "./passages.ts";
import { checkWriting } from "./posting.ts";
import type { Posting } from "./posting.ts";
import { draw } from "./profile.ts";
import type { Vault } from "./vault.ts";

const OUTGOING = "outgoing";
const MOST = 10_000;
/** How long sending can be undone. */
export const UNDO_MS = 20_000;

/** Where a message stands at this moment; `sent` has no verified receipt yet. */
export interface Standing {
  readonly state: "waiting" | "sending" | "sent" | "failed";
  readonly error: unknown;
  /** Bytes of the file under way. */
  readonly upload: { readonly file: string; readonly sent: number; readonly size: number } | undefined;
}

/** What just ended, told to screens: logged with its receipt, or given back to be changed. */
export interface Ended {
  readonly item: Leaving;
  readonly how: "logged" | "returned";
}

export interface OutgoingParts {
  readonly vault: Vault;
  readonly drafts: Drafts;
  readonly author: Pick<Author, "user" | "nowMs">;
  readonly entries: Pick<Entries, "titles" | "read">;
  readonly posting: Pick<Posting, "post">;
  readonly documents: Pick<DocumentUpload, "attach">;
}

type Follower = (ended: Ended | undefined) => void;

/** The messages of this device that leave. */
export class Outgoing {
  readonly #parts: OutgoingParts;
  readonly #files: KeptFiles;
  readonly #followers = new Set<Follower>();
  readonly #standing = new Map<string, Standing>();
  #shown: readonly Leaving[] = [];

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
    this.#files = new KeptFiles(parts.vault);
  }

  /** As of the last look at the vault: what a screen shows at once. */
  get shown(): readonly Leaving[] {
    return this.#shown;
  }

  /** Where one of them stands. */
  standing({ id, why }: Leaving): Standing {
    const known = this.#standing.get(id);
    if (why !== undefined) return { state: "failed", error: known?.error, upload: undefined };
    return known ?? { state: "waiting", error: undefined, upload: undefined };
  }

  /** Be told when something changed here, and what ended; the function returned ends it. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
    };
  }

  /** What has not left, oldest first. */
  async items(): Promise<readonly Leaving[]> {
    const kept = await this.#parts.vault.load(OUTGOING);
    const items = kept === undefined ? [] : new Fields(kept, OUTGOING).objects("items", MOST).map(readItem);
    this.#shown = items;
    return items;
  }

  /** Let a message leave in 20 seconds, or at once. Throws `Misuse` for a content that no reader takes: it stays a draft. */
  async leave(message: Message, atOnce = false): Promise<Leaving> {
    if (hasWords(message)) checkWriting(saidIn(message));
    const leavesMs = this.#parts.author.nowMs() + (atOnce ? 0 : UNDO_MS);
    const item = { ...message, id: toHex(draw(16)), leavesMs, sending: false, posted: undefined, why: undefined };
    await this.#changed((items) => [...items, item]);
    return item;
  }

  /** Do not wait any longer, or try again what was refused. */
  hasten(id: string): Promise<void> {
    this.#standing.delete(id);
    return this.#changed((items) => items.map((one) => (one.id === id ? { ...one, leavesMs: 0, why: undefined } : one)));
  }

  /** Make a message a draft again before it leaves, or after it was refused; undefined when it is leaving or has left. */
  async undo(id: string): Promise<Leaving | undefined> {
    let taken: Leaving | undefined;
    await this.#changed((items) => {
      taken = items.find((one) => one.id === id && (!one.sending || (one.why !== undefined && one.posted === undefined)));
      return items.filter((one) => one !== taken);
    });
    if (taken === undefined) return undefined;
    const { where, place, fields, files, held, passages = [] } = taken;
    const { drafts } = this.#parts;
    const begun = await drafts.load(where);
    const words = [fields["text"], begun?.text].flatMap((one) => (typeof one === "string" && one !== "" ? [one] : []));
    await drafts.save(where, {
      text: words.join("\n\n"),
      level: place.kind === "section" && place.name.endsWith("/1") ? 1 : 2,
      asksCharge: fields["asks_charge"] !== undefined,
      files: [...files, ...(begun?.files ?? [])],
      held: held ?? (passages.length > 0 ? PASSAGE : begun?.held),
      passages: [...new Set([...passages, ...(begun?.passages ?? [])])],
    });
    this.#told({ item: taken, how: "returned" });
    return taken;
  }

  /** Throw a refused message away, with its files. */
  async drop(id: string): Promise<void> {
    const found = (await this.items()).find((one) => one.id === id && one.why !== undefined);
    if (found === undefined) return;
    await this.#files.remove(found.files);
    await this.#changed((items) => items.filter((one) => one.id !== id));
  }

  /** Send what is due, oldest first; without network everything stays. Never throws for what is kept with its message. */
  async flush(): Promise<void> {
    await alone("volet-outgoing-flush", true, async () => {
      for (const item of await this.items()) {
        if (item.why !== undefined || item.leavesMs > this.#parts.author.nowMs()) continue;
        try {
          await this.#send(item);
        } catch (error) {
          this.#stands(item.id, { state: "waiting", error, upload: undefined });
          const why = refusalCode(error);
          // No network, or nobody signed in: the others would meet the same.
          if (why === undefined) return;
          // That somebody read it is said where it may be: nobody is asked to mend it.
          if (item.relations.every(({ relation }) => relation === "acknowledges") && item.kind === "mark") {
            await this.#changed((items) => items.filter(({ id }) => id !== item.id));
            continue;
          }
          await this.#update(item.id, (now) => ({ ...now, why }));
        }
      }
    });
  }

  async #send(given: Leaving): Promise<void> {
    const { posting } = this.#parts;
    const item = await this.#begun(given.id);
    if (item === undefined) return;
    this.#stands(item.id, { state: "sending", error: undefined, upload: undefined });
    const mine = item.sending ? await this.#mine(item) : [];
    let { posted } = item;
    if (posted === undefined && hasWords(item)) {
      const said = saidIn(item);
      posted = await this.#there(said, mine);
      if (posted === undefined) {
        const passages = await this.#storeApart(item);
        const { case: case_, place, held, kind, relations } = item;
        const { title, fields } = said;
        const masking = { ...(held === undefined ? {} : { mask: held }), ...(passages.length === 0 ? {} : { passages }) };
        const sent = (): void => {
          this.#stands(item.id, { state: "sent", error: undefined, upload: undefined });
        };
        posted = (await posting.post(case_, place, { title, kind, fields, relations, masking, sent })).id;
      }
      const id = posted;
      await this.#update(item.id, (now) => ({ ...now, posted: id }));
    }
    for (const file of item.files) await this.#attach(item, file, posted, mine);
    await this.#changed((items) => items.filter(({ id }) => id !== item.id));
    this.#standing.delete(item.id);
    this.#told({ item: { ...item, posted }, how: "logged" });
  }

  /** Mark an item as sending; as it was before. Undefined when it was undone meanwhile: from here on it cannot be. */
  async #begun(id: string): Promise<Leaving | undefined> {
    let found: Leaving | undefined;
    await this.#changed((items) => {
      found = items.find((one) => one.id === id && one.why === undefined);
      return items.map((one) => (one === found ? { ...one, sending: true } : one));
    });
    return found;
  }

  /** Store the passages apart, each once unless the page is closed in between: one that nothing names is then left over. */
  async #storeApart({ id, case: case_, place, passages = [], apart = [] }: Leaving): Promise<readonly string[]> {
    const stored = [...apart];
    for (const passage of passages.slice(stored.length)) {
      const writing = {
        title: passageTitle(stored.length + 1),
        fields: { text: passage },
        masking: { mask: "third_party" },
      } as const;
      stored.push((await this.#parts.posting.post(case_, place, writing)).id);
      await this.#update(id, (now) => ({ ...now, apart: [...stored] }));
    }
    return stored.sort();
  }

  async #attach(item: Leaving, file: KeptFile, posted: string | undefined, mine: readonly Read[]): Promise<void> {
    const { documents } = this.#parts;
    const relations: readonly Relation[] = posted === undefined ? item.relations : [{ relation: "concerns", entry: posted }];
    if (!mine.some(({ title }) => title?.file?.name === file.name && title.file.size === file.size)) {
      const blob = new Blob([await this.#files.load(file)], { type: file.mediaType });
      await documents.attach(item.case, item.place, {
        file: blob,
        name: file.name,
        mediaType: file.mediaType,
        title: file.name,
        relations,
        ...(item.held === undefined ? {} : { masking: { mask: item.held } }),
        advance: (sent, size) => {
          this.#stands(item.id, { state: "sending", error: undefined, upload: { file: file.name, sent, size } });
        },
      });
    }
    await this.#update(item.id, (now) => ({ ...now, files: now.files.filter(({ id }) => id !== file.id) }));
    await this.#files.remove([file]);
  }

  /** The entries that this user wrote in that place. */
  async #mine(item: Leaving): Promise<readonly Read[]> {
    const { author, entries } = this.#parts;
    const reads = await entries.titles(item.case, standsIn(item));
    return reads.filter(({ listed }) => listed.entry?.header.preamble.user === author.user);
  }

  /** The id of this very message where a deposit reached the hub and its answer never reached us. */
  async #there(item: Message, mine: readonly Read[]): Promise<string | undefined> {
    const { case: case_, title, fields, relations } = item;
    for (const read of mine) {
      const { entry } = read.listed;
      if (entry === undefined || read.title?.title !== title) continue;
      const { body } = await this.#parts.entries.read(case_, standsIn(item), entry.id);
      if (body?.type !== "content" || encode(body.fields).join() !== encode(fields).join()) continue;
      if (JSON.stringify(body.relations) === JSON.stringify(relations)) return entry.id;
    }
    return undefined;
  }

  #stands(id: string, standing: Standing): void {
    this.#standing.set(id, standing);
    this.#told(undefined);
  }

  #told(ended: Ended | undefined): void {
    for (const follower of this.#followers) follower(ended);
  }

  #update(id: string, change: (item: Leaving) => Leaving): Promise<void> {
    return this.#changed((items) => items.map((one) => (one.id === id ? change(one) : one)));
  }

  /** One change at a time, over all windows: two acts at once must not write over each other. */
  async #changed(change: (items: readonly Leaving[]) => readonly Leaving[]): Promise<void> {
    await alone("volet-outgoing", false, async () => {
      const items = change(await this.items());
      await this.#parts.vault.save(OUTGOING, { items: items.map(itemToJson) });
      this.#shown = items;
    });
    this.#told(undefined);
  }
}

const turns = new Map<string, Promise<unknown>>();

/** Work while no other window does the same; where another one does, wait, or leave it to that one. */
async function alone(name: string, elseLeave: boolean, work: () => Promise<void>): Promise<void> {
  if ("navigator" in globalThis && "locks" in navigator) {
    await navigator.locks.request(name, { ifAvailable: elseLeave }, async (lock) => {
      if (lock !== null) await work();
    });
    return;
  }
  const before = turns.get(name);
  if (before !== undefined && elseLeave) return;
  const mine = (before ?? Promise.resolve()).then(work);
  const settled = mine
    .catch(() => undefined)
    .finally(() => {
      if (turns.get(name) === settled) turns.delete(name);
    });
  turns.set(name, settled);
  await mine;
}
