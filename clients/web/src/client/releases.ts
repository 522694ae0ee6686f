/** Reading: a signed request, one leaf in the log, server shares; nothing is decrypted before the receipt verified. */
import { concat } from "../protocol/bytes.ts";
import type { Bytes } from "../protocol/bytes.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { splitChunks } from "../protocol/entry.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import { checkReleasedAfter } from "../protocol/entry-judgement.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Outside } from "../protocol/outside.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import { PAGE, releaseRequestBody, REQUEST_ID_SIZE, verifyRelease } from "../protocol/release.ts";
import type { Intent, Purpose, ReleasedItem } from "../protocol/release.ts";
import { CHUNK_SIZE, chunkCount, TAG_SIZE } from "../protocol/sealing.ts";
import type { Part } from "../protocol/sealing.ts";
import type { Author } from "./author.ts";
import { BadAnswer } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { ListedEntry, ListView } from "./lists.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

const HASH = 32;

/** One verified server share, under which request it was handed out, and its leaf's index in the log. */
export interface Released {
  readonly entry: VerifiedEntry;
  readonly part: Part;
  readonly share: Bytes;
  readonly ciphertext: Bytes | undefined;
  readonly request: string;
  readonly leaf: number;
  readonly releasedMs: number;
}

/** Why it is asked; `basis` are facts that it rests on, `to` a party without account. */
export interface Asking {
  readonly intent?: Intent | undefined;
  readonly purpose?: Purpose | undefined;
  readonly basis?: readonly string[] | undefined;
  readonly to?: Outside | undefined;
}

/** Asks for releases as the user of this browser. */
export class Releases {
  readonly #hub: Hub;
  readonly #author: Author;
  readonly #rules: Rules;

  constructor(hub: Hub, author: Author, rules: Rules) {
    this.#hub = hub;
    this.#author = author;
    this.#rules = rules;
  }

  /** The purpose that goes with the session's capacity, unless somebody names another. */
  async purpose(): Promise<Purpose> {
    const capacity = await this.#author.acting();
    if (capacity === undefined) return "own_access";
    return capacity.category === 1 ? "care" : "coordination";
  }

  /** Ask for a part of these entries of one list, at most 50; what was handed out, by entry id. */
  async ask(
    list: ListView,
    case_: string,
    entries: readonly ListedEntry[],
    part: Part,
    asking: Asking = {},
  ): Promise<ReadonlyMap<string, Released>> {
    const wanted = new Map<string, VerifiedEntry>();
    for (const { entry } of entries.slice(0, PAGE)) if (entry !== undefined) wanted.set(entry.id, entry);
    if (wanted.size === 0) return new Map();
    const requestId = draw(REQUEST_ID_SIZE);
    const { intent = "open", basis = [], to } = asking;
    const body = releaseRequestBody({
      preamble: this.#author.preamble(),
      requestId,
      case: case_,
      list: list.list,
      part,
      intent,
      purpose: asking.purpose ?? (await this.purpose()),
      policy: await this.#rules.named(),
      checkpoint: await this.#hub.checkpoint(),
      ids: [...wanted.keys()],
      capacity: this.#author.capacity,
      basis,
      to,
    });
    const statement = await this.#author.sign(body);
    const answer = await this.#hub.transport.post("/v1/releases", { statement: statement.toJson() });
    const leaves: VerifiedReceipt[] = [];
    const items = await verifyRelease(statement, answer, wanted, async (served) => {
      const receipt = await this.#hub.receipt(served);
      leaves.push(receipt);
      return receipt;
    });
    const [leaf] = leaves;
    if (leaf === undefined) throw new ProtocolError("missing-field", "receipt of a release");
    return released(items, wanted, toBase64url(requestId), leaf);
  }

  /** The leaf hashes of a streamed part, in one piece. */
  async leaves(one: Released): Promise<Uint8Array> {
    checkTime(one);
    const limit = chunkCount(one.entry.header.sizes[one.part]) * HASH;
    const path = `/v1/entries/${one.entry.id}/parts/${one.part}/leaves`;
    return this.#collected(this.#hub.transport.stream(path, { release: one.request }), limit);
  }

  /** The ciphertext of a streamed part from a chunk on, in pieces of any size. */
  stream(one: Released, from: number): AsyncIterable<Uint8Array> {
    checkTime(one);
    const to = chunkCount(one.entry.header.sizes[one.part]);
    return this.#hub.transport.stream(`/v1/entries/${one.entry.id}/parts/${one.part}/chunks`, { release: one.request, from, to });
  }

  /** The ciphertext chunks of a small part: those served with the share, else streamed. */
  async chunks(one: Released): Promise<readonly Uint8Array[]> {
    checkTime(one);
    if (one.ciphertext !== undefined) return splitChunks(one.ciphertext);
    const limit = chunkCount(one.entry.header.sizes[one.part]) * (CHUNK_SIZE + TAG_SIZE);
    return splitChunks(await this.#collected(this.stream(one, 0), limit));
  }

  async #collected(pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
    const kept: Uint8Array[] = [];
    let size = 0;
    for await (const piece of pieces) {
      size += piece.length;
      if (size > limit) throw new BadAnswer("part of an entry: more bytes than it has");
      kept.push(piece);
    }
    return concat(...kept);
  }
}

/** Refuse (time-backwards) an entry that states to be newer than this release of it. */
export function checkTime(one: Released): void {
  checkReleasedAfter(one.entry.header.preamble.timeMs, one.releasedMs);
}

function released(
  items: ReadonlyMap<string, ReleasedItem>,
  wanted: ReadonlyMap<string, VerifiedEntry>,
  request: string,
  receipt: VerifiedReceipt,
): ReadonlyMap<string, Released> {
  const found = new Map<string, Released>();
  for (const [id, { part, share, ciphertext }] of items) {
    const entry = wanted.get(id);
    if (entry === undefined) continue;
    found.set(id, { entry, part, share, ciphertext, request, leaf: receipt.index, releasedMs: receipt.leaf.tsMs });
  }
  return found;
}
