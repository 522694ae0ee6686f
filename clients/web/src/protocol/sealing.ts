/**
 * How one part of an entry is sealed: two shares, a key commitment, 64 KiB chunks (docs/spec/entries.md, rule 8.3).
 *
 *     prk = HKDF-Extract(salt = entry id, client_share || server_share)
 *     key = HKDF-Expand(prk, `volet/v1/entry-key` LF part)      kc = HKDF-Expand(prk, `volet/v1/entry-commit` LF part)
 *     chunk i = AES-256-GCM(key, nonce = u88 i || last flag, AAD empty, 64 KiB of padded plaintext)
 *
 * The chunk layout is the STREAM construction of age v1. Deviation: a key commitment beside it, because AES-GCM does not
 * commit to its key and one ciphertext can be made to open under several.
 *
 * A key never encrypts one position twice: the same bytes are never sealed anew after a failure. Resuming sends the stored
 * ciphertext, or a new entry with another salt is made; two ciphertexts of one position leak their XOR.
 */
import { bigEndian, concat, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { fromHex, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { hkdfExpand, hkdfExtract, labelledHash, sha256 } from "./hashing.ts";
import { isPaddedSize } from "./padding.ts";

export const PARTS = ["title", "body"] as const;
export type Part = (typeof PARTS)[number];

/** One thing for each part. */
export type ByPart<T> = Readonly<Record<Part, T>>;

export const SHARE_SIZE = 32;
export const CHUNK_SIZE = 64 * 1024;
export const TAG_SIZE = 16;
const COUNTER_SIZE = 11;
const LEAF = Uint8Array.of(0);
const LF = Uint8Array.of(10);

/** The part of that name; throws wrong-part. */
export function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new ProtocolError("wrong-part", `part ${name}`);
  return part;
}

/** The content key of one part and its commitment. Never stored, never sent. */
export interface PartSecret {
  readonly key: Bytes;
  readonly commitment: Bytes;
}

/** SHA-256(`volet/v1/share` LF server_share) in hex: what the author signs about a server share. */
export function shareHash(serverShare: Uint8Array): string {
  checkShare(serverShare, "server share");
  return toHex(labelledHash("share", serverShare));
}

/** The client share of a part of an entry under a step key S(e,i); an exchange key gives it alike. */
export function clientShareFromSection(key: Uint8Array, entryId: string, part: Part): Bytes {
  return hkdfExpand(key, "client-share", concat(fromHex(entryId), LF, utf8(part)));
}

/** The content key and commitment of one part; neither share alone gives anything. */
export function derivePartSecret(entryId: string, part: Part, clientShare: Uint8Array, serverShare: Uint8Array): PartSecret {
  checkShare(clientShare, "client share");
  checkShare(serverShare, "server share");
  const prk = hkdfExtract(fromHex(entryId), concat(clientShare, serverShare));
  const name = utf8(part);
  return { key: hkdfExpand(prk, "entry-key", name), commitment: hkdfExpand(prk, "entry-commit", name) };
}

/** Refuse a key that is not the one the author committed to: the author's fault, or the opener's. */
export function checkCommitment(secret: PartSecret, commitment: Uint8Array): void {
  if (!same(secret.commitment, commitment)) throw new ProtocolError("bad-commitment", "key commitment of a part");
}

/** How many chunks a padded plaintext of that size has; throws bad-padding for a size that no padding gives. */
export function chunkCount(padded: number): number {
  if (!isPaddedSize(padded)) throw new ProtocolError("bad-padding", `padded size ${padded}`);
  return Math.ceil(padded / CHUNK_SIZE);
}

/** SHA-256(0x00 || ciphertext chunk with its tag): RFC 6962's leaf hash. */
export function chunkLeaf(chunk: Uint8Array): Bytes {
  return sha256(LEAF, chunk);
}

/** The plaintext length in bytes of the chunk at `position`. */
export function chunkLength(padded: number, position: number): number {
  return Math.min(CHUNK_SIZE, padded - position * CHUNK_SIZE);
}

/** Encrypts each position of one part once, in order, and nothing after the last. */
export class ChunkSealer {
  readonly #key: Promise<CryptoKey>;
  readonly #padded: number;
  readonly #count: number;
  #position = 0;

  constructor(secret: PartSecret, padded: number) {
    this.#count = chunkCount(padded);
    this.#padded = padded;
    this.#key = crypto.subtle.importKey("raw", secret.key, "AES-GCM", false, ["encrypt"]);
  }

  /** Whether the last chunk was sealed. */
  get done(): boolean {
    return this.#position === this.#count;
  }

  /** The next chunk's ciphertext and tag. */
  async seal(plaintext: Uint8Array): Promise<Bytes> {
    if (this.done) throw new ProtocolError("already", "every position of the part is sealed");
    const expected = chunkLength(this.#padded, this.#position);
    if (plaintext.length !== expected) {
      throw new ProtocolError("malformed", `chunk ${this.#position} of ${plaintext.length} bytes, not ${expected}`);
    }
    const iv = nonce(this.#position, this.#count);
    // Counted before the cipher runs: after an exception the position is lost, not used a second time.
    this.#position += 1;
    // The copy is taken before the first wait: the caller may overwrite what it gave.
    const copy = Uint8Array.from(plaintext);
    return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#key, copy));
  }
}

/** Decrypts the chunks of one part in order; a chunk opens at its own position only, the last one only as last. */
export class ChunkOpener {
  readonly #key: Promise<CryptoKey>;
  readonly #padded: number;
  readonly #count: number;
  #position = 0;

  constructor(secret: PartSecret, padded: number) {
    this.#count = chunkCount(padded);
    this.#padded = padded;
    this.#key = crypto.subtle.importKey("raw", secret.key, "AES-GCM", false, ["decrypt"]);
  }

  /** Whether the last chunk was opened. */
  get done(): boolean {
    return this.#position === this.#count;
  }

  /** The next chunk's plaintext; throws bad-ciphertext. Wait for it before the next one. */
  async open(chunk: Uint8Array): Promise<Bytes> {
    const what = `chunk ${this.#position} of ${this.#count}`;
    if (this.done || chunk.length !== chunkLength(this.#padded, this.#position) + TAG_SIZE) {
      throw new ProtocolError("bad-ciphertext", what);
    }
    const iv = nonce(this.#position, this.#count);
    const key = await this.#key;
    let plaintext: ArrayBuffer;
    try {
      plaintext = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, Uint8Array.from(chunk));
    } catch {
      throw new ProtocolError("bad-ciphertext", what);
    }
    this.#position += 1;
    return new Uint8Array(plaintext);
  }
}

function nonce(position: number, count: number): Bytes {
  return concat(bigEndian(position, COUNTER_SIZE), Uint8Array.of(position === count - 1 ? 1 : 0));
}

function checkShare(share: Uint8Array, what: string): void {
  if (share.length !== SHARE_SIZE) throw new ProtocolError("bad-share", what);
}
