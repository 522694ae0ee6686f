/**
 * Padding inside the AEAD: 0x80, then zeros up to a size bucket (docs/spec/entries.md, protocol rule 1.6).
 *
 * Up to 64 KiB the padded size is 256 bytes, 1, 4, 16 or 64 KiB; above, Padmé (Nikitin and others, PETS 2019): at most 12 %
 * more, and only O(log log n) bits of the length remain. The size is a function of the length alone, so unpadding has one
 * accepted spelling for each plaintext.
 */
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";

export const BUCKETS = [256, 1024, 4096, 16 * 1024, 64 * 1024] as const;
/** Nonces count 64 KiB chunks; 2^42 bytes is far above any document and far below every counter in use. */
export const MAX_PLAINTEXT = 2 ** 42;
const MARK = 0x80;
const BLOCK = 64 * 1024;
const ZEROS = new Uint8Array(BLOCK);

/** The padded size in bytes of a plaintext of `size` bytes; throws too-large from 4 TiB. */
export function paddedSize(size: number): number {
  if (size < 0 || size >= MAX_PLAINTEXT) throw new ProtocolError("too-large", `plaintext of ${size} bytes`);
  const least = size + 1;
  return BUCKETS.find((bucket) => least <= bucket) ?? padme(least);
}

/** Whether `size` bytes can be what `paddedSize` gave for some plaintext. */
export function isPaddedSize(size: number): boolean {
  if (size <= BLOCK) return BUCKETS.some((bucket) => bucket === size);
  return size <= MAX_PLAINTEXT && padme(size) === size;
}

/** Divisions, not bit operators, which know 32 bits only. */
function padme(size: number): number {
  const exponent = bitLength(size) - 1;
  const unit = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(size / unit) * unit;
}

function bitLength(number: number): number {
  return number.toString(2).length;
}

/** The plaintext, 0x80, and zeros up to its bucket. */
export function pad(plaintext: Uint8Array): Bytes {
  const padded = new Uint8Array(paddedSize(plaintext.length));
  padded.set(plaintext);
  padded[plaintext.length] = MARK;
  return padded;
}

/** The plaintext; throws bad-padding for any bytes that `pad` does not give. */
export function unpad(padded: Uint8Array): Uint8Array {
  const size = contentSize(padded) - 1;
  if (padded[size] !== MARK || paddedSize(size) !== padded.length) {
    throw new ProtocolError("bad-padding", `${padded.length} bytes`);
  }
  return padded.subarray(0, size);
}

/** How many bytes are left of `data` without its last zeros. */
function contentSize(data: Uint8Array): number {
  let size = data.length;
  while (size > 0 && data[size - 1] === 0) size--;
  return size;
}

/** Takes plaintext; what it is given is overwritten once its promise is kept: it stores or copies. */
export type Write = (data: Uint8Array) => void | Promise<void>;

/**
 * Unpadding of a stream in constant memory. A run of 0x80 and zeros may be content or padding: it is held back as a count
 * until the next byte tells.
 */
export class Unpadder {
  readonly #write: Write;
  #total = 0;
  #held = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  /** Take the next padded bytes; pass on those that are certainly plaintext. */
  async feed(block: Uint8Array): Promise<void> {
    this.#total += block.length;
    if (block.length === 0) return;
    const size = contentSize(block);
    if (size === 0 && this.#held > 0) {
      this.#held += block.length;
      return;
    }
    await this.#release();
    if (block[size - 1] !== MARK) {
      await this.#write(block);
      return;
    }
    this.#held = block.length - size + 1;
    await this.#write(block.subarray(0, size - 1));
  }

  /** The plaintext's size; throws bad-padding when the end is not the one padding of that size. */
  finish(): number {
    const size = this.#total - this.#held;
    if (this.#held === 0 || paddedSize(size) !== this.#total) throw new ProtocolError("bad-padding", `${this.#total} bytes`);
    return size;
  }

  async #release(): Promise<void> {
    if (this.#held === 0) return;
    let zeros = this.#held - 1;
    this.#held = 0;
    await this.#write(Uint8Array.of(MARK));
    for (; zeros > 0; zeros -= Math.min(zeros, BLOCK)) await this.#write(ZEROS.subarray(0, Math.min(zeros, BLOCK)));
  }
}
