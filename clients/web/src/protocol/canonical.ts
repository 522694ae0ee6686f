/**
 * Canonical JSON of statements (docs/spec/encoding.md): RFC 8785 cut down to what two languages encode alike. Objects only
 * at the top, at most 16 objects and lists inside one another, integers 0..2^53-1, no float, no null, keys `[a-z0-9_]+`,
 * strings in NFC without control characters but LF. Every reader caps the size, parses, encodes again and compares.
 *
 * Objects that come out have no prototype, so that `__proto__` is a key like any other.
 */
import { fromUtf8, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";

export type JsonValue = boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export const MAX_DEPTH = 16;
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;
export const DEFAULT_LIMIT = 1024 * 1024;

const KEY = /^[a-z0-9_]+$/;
// C0 but LF, DEL, C1.
// eslint-disable-next-line no-control-regex -- refusing them is the point
const FORBIDDEN = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

/** The canonical bytes of an object; throws `ProtocolError(malformed)` on what the rules exclude. */
export function encode(value: JsonObject): Bytes {
  return utf8(write(value, 1));
}

/**
 * The object that `data` spells canonically. Throws `ProtocolError`: too-large above `limit` bytes, malformed when it is
 * not such JSON, not-canonical when it is a second spelling of its value.
 */
export function decode(data: Uint8Array, limit: number = DEFAULT_LIMIT): JsonObject {
  if (data.length > limit) throw new ProtocolError("too-large", `object of ${data.length} bytes, at most ${limit}`);
  const value = parsed(data);
  if (!isObject(value)) throw new ProtocolError("malformed", "top level is not an object");
  if (!same(encode(value), data)) throw secondSpelling(data);
  return value;
}

/** The parser forgets that 1.0 was spelled as a float, for which there is no canonical form at all. */
function secondSpelling(data: Uint8Array): ProtocolError {
  const withoutStrings = fromUtf8(data).replace(/"(?:[^"\\]|\\.)*"/g, '""');
  if (/[0-9][.eE]/.test(withoutStrings)) return new ProtocolError("malformed", "a float has no canonical form");
  return new ProtocolError("not-canonical", "a second spelling of the same object");
}

/** The object without its undefined entries: an absent value is an absent key. */
export function present(value: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const result = Object.create(null) as Record<string, JsonValue>;
  for (const [key, item] of Object.entries(value)) if (item !== undefined) result[key] = item;
  return result;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuse a string that the two languages might not encode alike. */
export function checkText(text: string): void {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) {
    throw new ProtocolError("malformed", "control character or lone surrogate in a string");
  }
  if (text.normalize("NFC") !== text) throw new ProtocolError("malformed", "string is not in NFC");
}

function parsed(data: Uint8Array): unknown {
  try {
    // What JSON.parse sets as own key `__proto__` would act as a prototype once copied: own keys alone are kept.
    return JSON.parse(fromUtf8(data), (_, item: unknown) => (isObject(item) ? bare(item) : item));
  } catch (error) {
    // RangeError: deep nesting overflows the parser's stack before the depth check sees it.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
      throw new ProtocolError("malformed", "not a JSON object of the protocol");
    }
    throw error;
  }
}

function bare(value: JsonObject): JsonObject {
  const result = Object.create(null) as Record<string, JsonValue>;
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item !== undefined) result[key] = item;
  }
  return result;
}

function write(value: unknown, depth: number): string {
  if (typeof value === "string") {
    checkText(value);
    return JSON.stringify(value);
  }
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new ProtocolError("malformed", "number is not an integer 0..2^53-1");
    }
    return String(value);
  }
  if (typeof value !== "object" || value === null) throw new ProtocolError("malformed", "a value without canonical form");
  if (depth > MAX_DEPTH) throw new ProtocolError("malformed", `nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  return `{${Object.keys(value)
    .sort()
    .map((key) => {
      if (!KEY.test(key)) throw new ProtocolError("malformed", "key outside [a-z0-9_]+");
      return `"${key}":${write((value as Record<string, unknown>)[key], depth + 1)}`;
    })
    .join(",")}}`;
}
