/**
 * Holding back an entry that stands already, and lifting it (F27, R66).
 *
 * An entry is signed and never changes: its author writes it again under the mask and takes the first one back. Who opened it
 * before has read it. « Avant l'annonce » is lifted by a fact; any other mask by writing again without one. What is lifted names
 * nothing of what was hidden.
 */
import type { Place } from "../protocol/places.ts";
import type { Author } from "./author.ts";
import { Misuse } from "./errors.ts";
import type { Entries } from "./entries.ts";
import { UNMASKED } from "./masking.ts";
import type { Masking } from "./masking.ts";
import type { Members } from "./members.ts";
import { cut, passageTitle, titleWithout } from "./passages.ts";
import type { Posted, Posting } from "./posting.ts";

export interface WithholdingParts {
  readonly author: Author;
  readonly entries: Entries;
  readonly posting: Posting;
  readonly members: Members;
}

/** How it is held back: under a mask, or by passages cut out of its text. */
export interface Withheld {
  readonly masking?: Masking;
  readonly passages?: readonly string[];
}

/** Holds back entries of the user of this profile. */
export class Withholding {
  readonly #parts: WithholdingParts;

  constructor(parts: WithholdingParts) {
    this.#parts = parts;
  }

  /**
   * Write an entry of ours again, held back, and take the first one back. Throws `Misuse` for another's, for a file, and for passages
   * of what was filed: somebody else signed the whole of it.
   */
  async hold(case_: string, place: Place, id: string, { masking = UNMASKED, passages = [] }: Withheld): Promise<Posted> {
    const { posting } = this.#parts;
    const { entry, title, body } = await this.#mine(case_, place, id);
    const at = { kind: "section", name: place.name } as const;
    if (body.filed !== undefined && passages.length > 0) throw new Misuse("not-author");
    const fields = body.filed?.as ?? body.fields;
    const written = body.fields["text"];
    const text = typeof written === "string" ? written : "";
    // Refused before anything is written: a passage that is not there.
    const left = passages.length === 0 ? undefined : cut(text, passages);
    const apart: string[] = [];
    for (const [number, passage] of passages.entries()) {
      const held = { title: passageTitle(number + 1), fields: { text: passage }, masking: { mask: "third_party" } } as const;
      apart.push((await posting.post(case_, at, held)).id);
    }
    const posted = await posting.post(case_, at, {
      title: titleWithout(title.title, text, passages),
      kind: title.kind,
      fields: left === undefined ? fields : { ...fields, text: left },
      relations: body.relations.filter(({ relation }) => relation !== "supersedes"),
      masking: apart.length === 0 ? masking : { ...masking, passages: apart.sort() },
    });
    await posting.takeBack(entry);
    return posted;
  }

  /** Lift what holds back an entry of ours: from then on it is as any other of its compartment. */
  async lift(case_: string, place: Place, id: string): Promise<void> {
    const { author, members } = this.#parts;
    const { item } = await this.#parts.entries.find(case_, place, id);
    if (item.entry?.header.mask !== "before_announcement") {
      await this.hold(case_, place, id, {});
      return;
    }
    if (item.entry.header.preamble.user !== author.user) throw new Misuse("not-author");
    await members.record(case_, { type: "mask-end", entry: item.entry.id, atMs: author.nowMs() });
  }

  async #mine(case_: string, place: Place, id: string) {
    const { author, entries } = this.#parts;
    if (place.kind !== "section" && place.kind !== "masked") throw new Misuse("not-in-section");
    const { listed, title, body } = await entries.read(case_, place, id);
    const { entry } = listed;
    if (entry === undefined || title === undefined) throw new Misuse("no-such-entry", id);
    if (entry.header.preamble.user !== author.user) throw new Misuse("not-author");
    if (body?.type !== "content") throw new Misuse("content");
    return { entry, title, body };
  }
}
