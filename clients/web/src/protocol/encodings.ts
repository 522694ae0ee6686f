/** Bytes, hashes and decimals as text, each with one spelling (docs/spec/encoding.md, docs/spec/log.md). */
import type { Bytes } from "./bytes.ts";
import { MAX_INTEGER } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";

const HASH = /^[0-9a-f]{64}$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += HEX[byte] ?? "";
  return text;
}

/** The bytes of lower-case hex of even length; callers have checked the spelling. */
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new ProtocolError("malformed", "not lower-case hex");
  const data = new Uint8Array(text.length / 2);
  for (let i = 0; i < data.length; i++) data[i] = digit(text, 2 * i) * 16 + digit(text, 2 * i + 1);
  return data;
}

/** The value of a lower-case hex digit: 0-9 from 48 on, a-f from 97 on. */
function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

export function isHash(text: string): boolean {
  return HASH.test(text);
}

/** RFC 4648 section 4 base64 with padding: the alphabet of signed notes, not of statements. */
export function toBase64(data: Uint8Array): string {
  let binary = "";
  // In slices: an argument list of a whole document would overflow the stack.
  for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(binary);
}

function decoded(text: string): Bytes {
  const binary = atob(text);
  const data = new Uint8Array(binary.length);
  for (let i = 0; i < data.length; i++) data[i] = binary.charCodeAt(i);
  return data;
}

/** The bytes; refuses missing padding, other alphabets and non-zero trailing bits. */
export function fromBase64(text: string): Bytes {
  // The library alone takes "AB==" for "AA==" and skips blanks.
  if (!BASE64.test(text) || text.length % 4 !== 0) throw new ProtocolError("malformed", "not base64");
  const data = decoded(text);
  if (toBase64(data) !== text) throw new ProtocolError("not-canonical", "base64 with non-zero trailing bits");
  return data;
}

/** Base64url without padding. */
export function toBase64url(data: Uint8Array): string {
  return toBase64(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes; refuses padding, other alphabets and non-zero trailing bits. */
export function fromBase64url(text: string): Bytes {
  if (!BASE64URL.test(text) || text.length % 4 === 1) throw new ProtocolError("malformed", "not base64url without padding");
  const data = decoded(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (toBase64url(data) !== text) throw new ProtocolError("not-canonical", "base64url with non-zero trailing bits");
  return data;
}

/** An integer 0..2^53-1 spelled `0` or `[1-9][0-9]*` in ASCII digits. */
export function fromDecimal(text: string): number {
  if (!DECIMAL.test(text)) throw new ProtocolError("malformed", "not a decimal integer");
  const number = Number(text);
  if (number > MAX_INTEGER) throw new ProtocolError("too-large", "integer above 2^53-1");
  return number;
}
