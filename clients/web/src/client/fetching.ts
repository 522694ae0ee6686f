/**
 * Documents as this user fetches them: chunk by chunk, each checked before it is decrypted, into memory of the page alone.
 *
 * The bytes are given only once the last chunk verified. A stream that breaks is taken up again at the next chunk.
 */
import { concat } from "../protocol/bytes.ts";
import { DocumentOpener } from "../protocol/document.ts";
import { openPart } from "../protocol/entry.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { readTitle } from "../protocol/kinds.ts";
import type { Title } from "../protocol/kinds.ts";
import type { Place } from "../protocol/places.ts";
import type { Part } from "../protocol/sealing.ts";
import { chunkCount, chunkLeaf, chunkLength, TAG_SIZE } from "../protocol/sealing.ts";
import type { Entries, Opening } from "./entries.ts";
import { Unreachable } from "./errors.ts";
import type { Released, Releases } from "./releases.ts";

const TRIES = 5;

/** A file as its author sealed it. */
export interface Fetched {
  readonly title: Title;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The leaf of the release in the log. */
  readonly leaf: number;
}

/** Told how many bytes of how many have come. */
export type Advance = (done: number, size: number) => void;

/** Fetches documents of a case. */
export class Fetching {
  readonly #entries: Entries;
  readonly #releases: Releases;

  constructor(entries: Entries, releases: Releases) {
    this.#entries = entries;
    this.#releases = releases;
  }

  /** A document with its title, two releases, each logged. */
  async fetch(case_: string, place: Place, given: string, advance: Advance = () => undefined): Promise<Fetched> {
    const opening = await this.#entries.opening(case_, place, given);
    const { released: first, clientShare } = await this.#entries.released(opening, "title", { intent: "open" });
    const chunks = await this.#releases.chunks(first);
    const title = readTitle(await openPart(first.entry, "title", chunks, { clientShare, serverShare: first.share }));
    const { bytes, leaf } = await this.#body(opening, "body", title, advance);
    if (title.file !== undefined && bytes.length !== title.file.size) {
      throw new ProtocolError("bad-padding", `document ${given.slice(0, 16)}: size`);
    }
    return { title, bytes, leaf };
  }

  async #body(opening: Opening, part: Part, title: Title, advance: Advance): Promise<Omit<Fetched, "title">> {
    const { released, clientShare } = await this.#entries.released(opening, part, { intent: "offline" });
    const size = title.file?.size ?? released.entry.header.sizes[part];
    const pieces: Uint8Array[] = [];
    const write = (piece: Uint8Array): void => {
      pieces.push(Uint8Array.from(piece));
    };
    const shares = { clientShare, serverShare: released.share };
    const opener = new DocumentOpener(released.entry, part, await this.#leaves(released), shares, write);
    let done = 0;
    for await (const chunk of this.#chunks(released)) {
      await opener.feed(chunk);
      done += chunk.length - TAG_SIZE;
      advance(Math.min(done, size), size);
    }
    opener.finish();
    return { bytes: concat(...pieces), leaf: released.leaf };
  }

  async #leaves(released: Released): Promise<Uint8Array> {
    if (released.ciphertext === undefined) return this.#releases.leaves(released);
    return concat(...(await this.#releases.chunks(released)).map(chunkLeaf));
  }

  /** Every chunk in order. */
  async *#chunks(released: Released): AsyncIterable<Uint8Array> {
    if (released.ciphertext !== undefined) {
      yield* await this.#releases.chunks(released);
      return;
    }
    const padded = released.entry.header.sizes[released.part];
    const count = chunkCount(padded);
    let [position, tries] = [0, 0];
    while (position < count) {
      try {
        for await (const chunk of rechunked(this.#releases.stream(released, position), padded, position)) {
          yield chunk;
          [position, tries] = [position + 1, 0];
        }
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
      tries += 1;
      if (position < count && tries >= TRIES) throw new Unreachable(released.entry.id);
    }
  }
}

/** Pieces of any size as the chunks of a part, from a position on; what is too short for one is left. */
async function* rechunked(pieces: AsyncIterable<Uint8Array>, padded: number, from: number): AsyncIterable<Uint8Array> {
  const count = chunkCount(padded);
  let position = from;
  let kept: Uint8Array[] = [];
  let held = 0;
  for await (const piece of pieces) {
    kept.push(piece);
    held += piece.length;
    if (position >= count || held < chunkLength(padded, position) + TAG_SIZE) continue;
    const data = concat(...kept);
    let at = 0;
    while (position < count) {
      const wanted = chunkLength(padded, position) + TAG_SIZE;
      if (data.length - at < wanted) break;
      yield data.subarray(at, at + wanted);
      at += wanted;
      position += 1;
    }
    kept = [data.subarray(at)];
    held = data.length - at;
  }
}
