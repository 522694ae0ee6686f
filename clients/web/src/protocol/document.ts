/**
 * Sealed streams in constant memory: documents of any size (docs/spec/documents.md, protocol rule 8.3).
 *
 * Sealing takes one pass: the size is known beforehand, each ciphertext chunk is handed out as it is made, and the root comes
 * from the right edge of the tree. Opening begins with the list of leaf hashes, checked against the signed root, so that no
 * altered chunk is ever decrypted.
 *
 * What `write` is given may be overwritten once its promise is kept: it stores or copies. A caller keeps plaintext apart until
 * `finish`: until the last chunk it is only the beginning of a document.
 *
 * Out of scope: resuming. A broken upload sends the stored ciphertext again; sealing anew would use a key twice.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { toHex } from "./encodings.ts";
import { checkServerShare } from "./entry.ts";
import type { PartSeal, Shares, VerifiedEntry } from "./entry.ts";
import { headerId } from "./entry-header.ts";
import type { EntryHeader } from "./entry-header.ts";
import { ProtocolError } from "./errors.ts";
import { CompactRange, HASH_SIZE, rootOf } from "./merkle.ts";
import { paddedSize, Unpadder } from "./padding.ts";
import type { Write } from "./padding.ts";
import {
  checkCommitment,
  CHUNK_SIZE,
  chunkCount,
  chunkLeaf,
  ChunkOpener,
  ChunkSealer,
  derivePartSecret,
  shareHash,
} from "./sealing.ts";
import type { Part } from "./sealing.ts";

const ZEROS = new Uint8Array(CHUNK_SIZE);

/**
 * Seals one part of a size known beforehand: `update` with all its bytes, then `finish`, once, each waited for. The server
 * share is drawn for this object alone and never used for another.
 */
export class DocumentSealer {
  readonly #commitment: Bytes;
  readonly #shareHash: string;
  readonly #sealer: ChunkSealer;
  readonly #write: Write;
  readonly #range = new CompactRange();
  readonly #chunk = new Uint8Array(CHUNK_SIZE);
  #filled = 0;
  #left: number;
  #padding: number;
  #finished = false;

  /** Throws bad-padding when the header names another size than `size` bytes give. */
  constructor(header: EntryHeader, part: Part, size: number, shares: Shares, write: Write) {
    const padded = header.sizes[part];
    if (padded !== paddedSize(size)) {
      throw new ProtocolError("bad-padding", `${part} of ${size} bytes, header says ${padded}`);
    }
    const secret = derivePartSecret(headerId(header), part, shares.clientShare, shares.serverShare);
    this.#commitment = secret.commitment;
    this.#shareHash = shareHash(shares.serverShare);
    this.#sealer = new ChunkSealer(secret, padded);
    this.#write = write;
    this.#left = size;
    this.#padding = padded - size;
  }

  /** Take the next plaintext bytes; write out each ciphertext chunk that this completes. */
  async update(data: Uint8Array): Promise<void> {
    if (data.length > this.#left) throw new ProtocolError("malformed", "document longer than announced");
    this.#left -= data.length;
    await this.#take(data);
  }

  /** Pad, write the last chunks and return what the author signs. */
  async finish(): Promise<PartSeal> {
    if (this.#left > 0 || this.#finished) {
      throw new ProtocolError("malformed", `document ended ${this.#left} bytes before its announced size`);
    }
    this.#finished = true;
    await this.#take(Uint8Array.of(0x80));
    for (let zeros = this.#padding - 1; zeros > 0; zeros -= Math.min(zeros, CHUNK_SIZE)) {
      await this.#take(ZEROS.subarray(0, Math.min(zeros, CHUNK_SIZE)));
    }
    if (this.#filled > 0) await this.#seal(this.#chunk.subarray(0, this.#filled));
    return { root: toHex(this.#range.root()), shareHash: this.#shareHash, commitment: this.#commitment };
  }

  async #take(data: Uint8Array): Promise<void> {
    let rest = data;
    while (rest.length > 0) {
      const step = Math.min(rest.length, CHUNK_SIZE - this.#filled);
      this.#chunk.set(rest.subarray(0, step), this.#filled);
      this.#filled += step;
      rest = rest.subarray(step);
      if (this.#filled < CHUNK_SIZE) return;
      this.#filled = 0;
      await this.#seal(this.#chunk);
    }
  }

  async #seal(plaintext: Uint8Array): Promise<void> {
    const chunk = await this.#sealer.seal(plaintext);
    this.#range.append(chunkLeaf(chunk));
    await this.#write(chunk);
  }
}

/**
 * Opens one part: given the 32-byte leaf hashes in one piece, `feed` with each chunk in order, each waited for, then `finish`.
 * Throws as `openPart` does; the shares, the key commitment and the whole list of leaves are checked before the first chunk,
 * each chunk before it is decrypted.
 */
export class DocumentOpener {
  readonly #what: string;
  readonly #leaves: Uint8Array;
  readonly #opener: ChunkOpener;
  readonly #unpadder: Unpadder;
  #position = 0;

  constructor(entry: VerifiedEntry, part: Part, leaves: Uint8Array, shares: Shares, write: Write) {
    this.#what = `${part} of entry ${entry.id}`;
    checkServerShare(entry, part, shares.serverShare);
    const padded = entry.header.sizes[part];
    const count = chunkCount(padded);
    if (leaves.length !== count * HASH_SIZE) throw new ProtocolError("bad-ciphertext", `leaves of the ${this.#what}`);
    this.#leaves = Uint8Array.from(leaves);
    const root = rootOf(Array.from({ length: count }, (_, position) => this.#leaf(position)));
    if (toHex(root) !== entry.seals[part].root) throw new ProtocolError("wrong-hash", `leaves of the ${this.#what}`);
    const secret = derivePartSecret(entry.id, part, shares.clientShare, shares.serverShare);
    checkCommitment(secret, entry.seals[part].commitment);
    this.#opener = new ChunkOpener(secret, padded);
    this.#unpadder = new Unpadder(write);
  }

  /** Check the next chunk against its leaf, decrypt it, write out the plaintext that is certain so far. */
  async feed(chunk: Uint8Array): Promise<void> {
    if (this.#opener.done || !same(chunkLeaf(chunk), this.#leaf(this.#position))) {
      throw new ProtocolError("wrong-hash", `chunk ${this.#position} of the ${this.#what}`);
    }
    const plaintext = await this.#opener.open(chunk);
    this.#position += 1;
    await this.#unpadder.feed(plaintext);
  }

  /** The plaintext's size in bytes; refuses a document that ends before its last chunk. */
  finish(): number {
    if (!this.#opener.done) throw new ProtocolError("bad-ciphertext", `${this.#what} ends at chunk ${this.#position}`);
    return this.#unpadder.finish();
  }

  #leaf(position: number): Uint8Array {
    return this.#leaves.subarray(position * HASH_SIZE, (position + 1) * HASH_SIZE);
  }
}
