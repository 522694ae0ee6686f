/** Byte strings: joining, comparing, UTF-8. Nothing here knows a format. */

const encoder = new TextEncoder();
// ignoreBOM: a leading U+FEFF is content; dropping it would give a second spelling of a text.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes over a buffer of their own, as WebCrypto asks for. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The text that `data` spells; throws `TypeError` on what is not UTF-8. */
export function fromUtf8(data: Uint8Array): string {
  return decoder.decode(data);
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Compare in a time that depends on the lengths alone. */
export function same(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= (left[i] ?? 0) ^ (right[i] ?? 0);
  return difference === 0;
}

/** `number` as `size` bytes, big endian; safe integers only. */
export function bigEndian(number: number, size: number): Bytes {
  const data = new Uint8Array(size);
  let rest = number;
  for (let i = size - 1; i >= 0; i--) {
    data[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return data;
}
