/** SHA-256 and HKDF-SHA256 with the protocol's labels (docs/spec/encoding.md; RFC 5869), without waiting. */
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as digest } from "@noble/hashes/sha2.js";

import { concat, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { toHex } from "./encodings.ts";

export const LABEL = "volet/v1/";

/** SHA-256 over the concatenation of `parts`. */
export function sha256(...parts: readonly Uint8Array[]): Bytes {
  const state = digest.create();
  for (const part of parts) state.update(part);
  return state.digest();
}

export function sha256Hex(...parts: readonly Uint8Array[]): string {
  return toHex(sha256(...parts));
}

/** SHA-256(`volet/v1/` name LF parts). */
export function labelledHash(name: string, ...parts: readonly Uint8Array[]): Bytes {
  return sha256(utf8(`${LABEL}${name}\n`), ...parts);
}

export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes {
  return hmac(digest, key, concat(...parts));
}

/** The 32-byte pseudorandom key (RFC 5869 section 2.2). */
export function hkdfExtract(salt: Uint8Array, secret: Uint8Array): Bytes {
  return extract(digest, secret, salt);
}

/** `size` bytes (at most 255 blocks) under info = `volet/v1/` name LF context (RFC 5869 section 2.3). */
export function hkdfExpand(key: Uint8Array, name: string, context: Uint8Array = new Uint8Array(), size = 32): Bytes {
  return expand(digest, key, concat(utf8(`${LABEL}${name}\n`), context), size);
}
