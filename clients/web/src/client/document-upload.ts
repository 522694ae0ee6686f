/**
 * Storing files of any size: sealed and sent in pieces as it is read, in constant memory.
 *
 * A key never encrypts a position twice: a piece whose answer was lost is sent again as it was sealed, and a document that was
 * given up is sealed anew under another salt. Nothing of it is written to this device.
 */
import { concat } from "../protocol/bytes.ts";
import type { Bytes } from "../protocol/bytes.ts";
import { encode, present } from "../protocol/canonical.ts";
import { DocumentSealer } from "../protocol/document.ts";
import { toBase64url, toHex } from "../protocol/encodings.ts";
import { sealPart, signEntry } from "../protocol/entry.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { DOCUMENT, readTitle } from "../protocol/kinds.ts";
import type { Relation } from "../protocol/kinds.ts";
import type { Place } from "../protocol/places.ts";
import { chunkCount, SHARE_SIZE } from "../protocol/sealing.ts";
import type { Author } from "./author.ts";
import { Misuse } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { UNMASKED } from "./masking.ts";
import type { Masking } from "./masking.ts";
import type { Posted, Posting } from "./posting.ts";
import { draw } from "./profile.ts";
import type { SealingKeys } from "./sealing-keys.ts";

/** How many chunks go in one piece: a piece is a mebibyte. */
const PIECE = 16;
const READ = 1024 * 1024;

/** A file as its readers get it, and what is said of it. */
export interface Attached {
  readonly file: Blob;
  readonly name: string;
  readonly mediaType: string;
  readonly title: string;
  readonly relations?: readonly Relation[];
  readonly masking?: Masking;
  /** Told of the bytes sent so far, of how many. */
  readonly advance?: (sent: number, size: number) => void;
}

/** Stores documents for the user of this profile. */
export class DocumentUpload {
  readonly #hub: Hub;
  readonly #author: Author;
  readonly #keys: SealingKeys;
  readonly #posting: Posting;

  constructor(hub: Hub, author: Author, keys: SealingKeys, posting: Posting) {
    this.#hub = hub;
    this.#author = author;
    this.#keys = keys;
    this.#posting = posting;
  }

  /** Seal a file and store it. Throws `Misuse` for a name or type that no reader takes, `NotPermitted`, `Refused`. */
  attach(case_: string, place: Place, attached: Attached): Promise<Posted> {
    const title = titleOf(attached);
    return this.#posting.retried(() => this.#attach(case_, place, attached, title));
  }

  async #attach(case_: string, place: Place, attached: Attached, plainTitle: Bytes): Promise<Posted> {
    const { file, masking = UNMASKED } = attached;
    const sealed = await this.#keys.header(case_, place, { title: plainTitle.length, body: file.size }, masking);
    const { header, clientShares } = sealed;
    const serverShares = { title: draw(SHARE_SIZE), body: draw(SHARE_SIZE) };
    const title = await sealPart(header, "title", plainTitle, {
      clientShare: clientShares.title,
      serverShare: serverShares.title,
    });
    const shares = { clientShare: clientShares.body, serverShare: serverShares.body };
    const inOnePiece = chunkCount(header.sizes.body) === 1;
    const upload = inOnePiece ? undefined : toHex(draw(32));
    const pieces = new Pieces(async (piece, position) => {
      if (upload !== undefined) await this.#hub.transport.put(`/v1/uploads/${upload}/${position}`, piece);
    });
    const sealer = new DocumentSealer(header, "body", file.size, shares, (chunk) => pieces.take(chunk));
    for (let at = 0; at < file.size; at += READ) {
      await sealer.update(new Uint8Array(await file.slice(at, at + READ).arrayBuffer()));
      attached.advance?.(Math.min(at + READ, file.size), file.size);
    }
    const seal = await sealer.finish();
    const last = await pieces.finish();
    const entry = await signEntry(header, { title: title.seal, body: seal }, this.#author.identity.signer);
    return this.#posting.deposit(
      sealed,
      entry.id,
      present({
        statement: entry.statement.toJson(),
        title: toBase64url(concat(...title.chunks)),
        shares: { title: toBase64url(serverShares.title), body: toBase64url(serverShares.body) },
        body: inOnePiece ? toBase64url(last) : undefined,
        upload,
      }),
    );
  }
}

/** Chunks of ciphertext gathered into pieces, each sent once it is full. */
class Pieces {
  readonly #send: (piece: Bytes, position: number) => Promise<void>;
  #held: Bytes[] = [];
  #position = 0;

  constructor(send: (piece: Bytes, position: number) => Promise<void>) {
    this.#send = send;
  }

  /** Take a chunk, which is copied: its buffer is used again. */
  async take(chunk: Uint8Array): Promise<void> {
    this.#held.push(Uint8Array.from(chunk));
    if (this.#held.length === PIECE) await this.finish();
  }

  /** Send what is held; what was sent. */
  async finish(): Promise<Bytes> {
    const piece = concat(...this.#held);
    if (this.#held.length === 0) return piece;
    await this.#send(piece, this.#position);
    this.#position += this.#held.length;
    this.#held = [];
    return piece;
  }
}

function titleOf({ file, name, mediaType, title, relations = [] }: Attached): Bytes {
  const plain = encode(
    present({
      kind: DOCUMENT,
      kind_version: 1,
      title,
      file: { name, media_type: mediaType, size: file.size },
      relations: relations.length === 0 ? undefined : relations.map(({ relation, entry }) => ({ relation, entry })),
    }),
  );
  try {
    readTitle(plain);
  } catch (error) {
    if (error instanceof ProtocolError) throw new Misuse("content", error.message);
    throw error;
  }
  return plain;
}
