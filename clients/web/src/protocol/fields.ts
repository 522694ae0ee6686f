/**
 * Strict reading of a parsed object: every field typed and bounded, no field left over, so that an unknown field, a missing
 * one, or one of another type is refused in one way by every parser.
 */
import type { Bytes } from "./bytes.ts";
import { isObject, MAX_INTEGER } from "./canonical.ts";
import type { JsonObject, JsonValue } from "./canonical.ts";
import { fromBase64url, isHash } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";

export const MAX_CODE = 128;
export const MAX_TEXT = 64 * 1024;
// Marks that reorder what a reader sees: a name could then be displayed as another name.
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const CODE = /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/;

/** Characters as both languages count them: code points, not UTF-16 units. */
export function characters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}

export function isCode(text: string, limit: number = MAX_CODE): boolean {
  return text.length <= limit && CODE.test(text);
}

/** One object being read. Ask for each field once, then call `done`. */
export class Fields {
  readonly what: string;
  readonly #left: Map<string, JsonValue>;

  constructor(value: JsonObject, what: string) {
    this.#left = new Map(Object.entries(value));
    this.what = what;
  }

  /** What was not asked for yet. */
  get left(): JsonObject {
    const rest = Object.create(null) as Record<string, JsonValue>;
    for (const [key, value] of this.#left) rest[key] = value;
    return rest;
  }

  /** Whether an optional field is present and not yet taken. */
  has(name: string): boolean {
    return this.#left.has(name);
  }

  /** Refuse whatever was not asked for. */
  done(): void {
    const [first] = [...this.#left.keys()].sort();
    if (first !== undefined) throw new ProtocolError("unknown-field", `${this.what}: ${first}`);
  }

  /** The error for a field of the wrong shape. */
  refuse(name: string, why = ""): ProtocolError {
    return new ProtocolError("malformed", `${this.what}: ${name} ${why}`.trimEnd());
  }

  #take(name: string): JsonValue {
    const value = this.#left.get(name);
    if (value === undefined) throw new ProtocolError("missing-field", `${this.what}: ${name}`);
    this.#left.delete(name);
    return value;
  }

  #string(name: string): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw this.refuse(name);
    return value;
  }

  /** A string of at most `limit` characters. */
  text(name: string, limit: number = MAX_TEXT): string {
    const value = this.#string(name);
    if (value.length > limit && characters(value) > limit) throw this.refuse(name);
    return value;
  }

  /** A non-empty single-line string without marks that reorder text: names shown to people. */
  label(name: string, limit = 255): string {
    const value = this.text(name, limit);
    if (value === "" || value.includes("\n") || BIDI.test(value)) throw this.refuse(name);
    return value;
  }

  /** An ASCII code: letters, digits and `_ . : -`. */
  code(name: string, limit: number = MAX_CODE): string {
    const value = this.#string(name);
    if (!isCode(value, limit)) throw this.refuse(name);
    return value;
  }

  /** One of a closed list. */
  choice<T extends string>(name: string, allowed: readonly T[] | ReadonlySet<T>): T {
    const value = this.#string(name);
    for (const item of allowed) if (item === value) return item;
    throw this.refuse(name, `is not one of ${[...allowed].sort().join(", ")}`);
  }

  /** An integer within bounds. */
  integer(name: string, least = 0, most: number = MAX_INTEGER): number {
    const value = this.#take(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) throw this.refuse(name);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") throw this.refuse(name);
    return value;
  }

  /** A SHA-256 in lower-case hex. */
  hash(name: string): string {
    const value = this.#string(name);
    if (!isHash(value)) throw this.refuse(name);
    return value;
  }

  /** Bytes given as base64url, of exactly `size` when it is given. */
  data(name: string, size?: number, limit: number = 1024 * 1024): Bytes {
    const data = fromBase64url(this.text(name, Math.floor((limit * 4) / 3) + 4));
    if ((size !== undefined && data.length !== size) || data.length > limit) throw this.refuse(name);
    return data;
  }

  /** A list of byte strings given as base64url, each of exactly `size`. */
  datas(name: string, size: number, limit = 4096): Bytes[] {
    return this.items(name, limit).map((item) => {
      if (typeof item !== "string" || item.length > size * 2) throw this.refuse(name);
      const data = fromBase64url(item);
      if (data.length !== size) throw this.refuse(name);
      return data;
    });
  }

  /** A nested object to be read in the same way. */
  nested(name: string): Fields {
    return new Fields(this.raw(name), `${this.what}.${name}`);
  }

  /** A nested object unread, for a reader of its own. */
  raw(name: string): JsonObject {
    const value = this.#take(name);
    if (!isObject(value)) throw this.refuse(name);
    return value;
  }

  /** A list of at most `limit` items. */
  items(name: string, limit = 4096): readonly JsonValue[] {
    const value = this.#take(name);
    if (!isList(value) || value.length > limit) throw this.refuse(name);
    return value;
  }

  /** A list of nested objects to be read in the same way. */
  objects(name: string, limit = 4096): Fields[] {
    return this.items(name, limit).map((item, position) => {
      if (!isObject(item)) throw this.refuse(name);
      return new Fields(item, `${this.what}.${name}[${position}]`);
    });
  }

  /** A list of ASCII codes without duplicate. */
  codes(name: string, limit = 4096): string[] {
    return this.#strings(name, limit, (text) => isCode(text));
  }

  /** A list of SHA-256 in hex without duplicate. */
  hashes(name: string, limit = 4096): string[] {
    return this.#strings(name, limit, isHash);
  }

  #strings(name: string, limit: number, valid: (text: string) => boolean): string[] {
    const result = this.items(name, limit).map((item) => {
      if (typeof item !== "string" || !valid(item)) throw this.refuse(name);
      return item;
    });
    if (new Set(result).size !== result.length) throw this.refuse(name, "holds a duplicate");
    return result;
  }

  /** `read(name)` when the field is present, else undefined. An absent value is an absent key. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.#left.has(name) ? read(name) : undefined;
  }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
