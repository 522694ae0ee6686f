/**
 * How the body of a fact is read and written: one declared shape a type, strict both ways.
 *
 * Absent optional fields are absent keys; an empty list is refused, because absence already says it. A field is spelt in
 * snake_case on the wire, but where a name is given.
 */
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject, JsonValue } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { CATEGORIES, COMPARTMENTS, ROWS } from "./vocabulary.ts";

/** How one field is taken off a strict reader, and its wire form. */
export interface Codec<T> {
  readonly read: (fields: Fields, name: string) => T;
  readonly write: (value: T) => JsonValue;
}

/** A field of a shape: `ifAbsent` makes what stands for an absent key; without it the key has to be there. */
interface Part<T> extends Codec<T> {
  readonly ifAbsent?: () => T | undefined;
}

type Parts<T> = { readonly [K in keyof T as K extends "type" ? never : K]-?: Part<Exclude<T[K], undefined>> };

/** What else a shape says: another wire name for a field, and the contradictions it refuses. */
interface Rules<T> {
  readonly names?: { readonly [K in keyof T]?: string };
  readonly check?: (value: T) => void;
}

/** The fields of a type in wire form. */
export class Shape<T extends object> {
  readonly #parts: readonly (readonly [name: string, wire: string, part: Part<unknown>])[];
  readonly #constant: Partial<T>;
  readonly #check: ((value: T) => void) | undefined;

  constructor(parts: Parts<T>, rules: Rules<T> = {}, constant: Partial<T> = {}) {
    const names: Readonly<Record<string, string | undefined>> = rules.names ?? {};
    this.#parts = Object.entries(parts as Readonly<Record<string, Part<unknown>>>).map(([name, part]) => {
      return [name, names[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), part];
    });
    this.#constant = constant;
    this.#check = rules.check;
  }

  /** Read all the fields and refuse any other; throws `ProtocolError`. */
  read(fields: Fields): T {
    const values: Record<string, unknown> = { ...this.#constant };
    for (const [name, wire, part] of this.#parts) {
      const value = part.ifAbsent !== undefined && !fields.has(wire) ? part.ifAbsent() : part.read(fields, wire);
      if (value !== undefined) values[name] = value;
    }
    fields.done();
    const value = values as T;
    this.#check?.(value);
    return value;
  }

  /** The wire form: what is absent or empty is an absent key. */
  toJson(value: T): JsonObject {
    const out = Object.create(null) as Record<string, JsonValue>;
    for (const [name, wire, part] of this.#parts) {
      const item = (value as Readonly<Record<string, unknown>>)[name];
      if (item !== undefined && !(Array.isArray(item) && item.length === 0)) out[wire] = part.write(item);
    }
    return out;
  }
}

/** The shape of a fact, which carries its type. */
export function factShape<T extends { readonly type: string }>(type: T["type"], parts: Parts<T>, rules?: Rules<T>): Shape<T> {
  return new Shape<T>(parts, rules, { type } as Partial<T>);
}

/** A field that may be absent. */
export function optional<T>(codec: Codec<T>): Part<T> {
  return { ...codec, ifAbsent: () => undefined };
}

/** A list that is empty when its key is absent. */
export function orNone<T>(codec: Codec<readonly T[]>): Part<readonly T[]> {
  return { ...codec, ifAbsent: () => [] };
}

/** One code of a closed list. */
export function choice<T extends string>(allowed: readonly T[]): Codec<T> {
  return { read: (fields, name) => fields.choice(name, allowed), write: (value) => value };
}

/** An integer within bounds. */
export function integer(least: number, most: number): Codec<number> {
  return { read: (fields, name) => fields.integer(name, least, most), write: (value) => value };
}

/** A non-empty list of codes of a closed list, without duplicate. */
export function choices<T extends string>(allowed: readonly T[]): Codec<readonly T[]> {
  const read = (fields: Fields, name: string): readonly T[] =>
    some(fields, name, fields.codes(name, allowed.length)).map((code) => {
      const known = allowed.find((one) => one === code);
      if (known === undefined) throw fields.refuse(name);
      return known;
    });
  return { read, write: (value) => value };
}

/** A byte string of one size. */
export function data(size: number): Codec<Bytes> {
  return { read: (fields, name) => fields.data(name, size), write: (value) => toBase64url(value) };
}

/** One nested object. */
export function nested<T extends object>(shape: Shape<T>): Codec<T> {
  return { read: (fields, name) => shape.read(fields.nested(name)), write: (value) => shape.toJson(value) };
}

/** A non-empty list of different nested objects. */
export function many<T extends object>(shape: Shape<T>, limit = 256): Codec<readonly T[]> {
  const read = (fields: Fields, name: string): readonly T[] => {
    const values = some(
      fields,
      name,
      fields.objects(name, limit).map((item) => shape.read(item)),
    );
    const spelt = values.map((value) => encode(shape.toJson(value)).join());
    if (new Set(spelt).size !== spelt.length) throw fields.refuse(name, "holds a duplicate");
    return values;
  };
  return { read, write: (values) => values.map((value) => shape.toJson(value)) };
}

function some<T>(fields: Fields, name: string, values: readonly T[]): readonly T[] {
  if (values.length === 0) throw fields.refuse(name, "is empty");
  return values;
}

function categories(fields: Fields, name: string): readonly number[] {
  const values = some(fields, name, fields.items(name, CATEGORIES.length)).map((item) => {
    const known = CATEGORIES.find((category) => category === item);
    if (known === undefined) throw fields.refuse(name);
    return known;
  });
  if (new Set(values).size !== values.length) throw fields.refuse(name, "holds a duplicate");
  return values;
}

/** The error for fields that contradict each other. */
export function refuse(what: string): ProtocolError {
  return new ProtocolError("malformed", what);
}

/** Whether a list is in order and names nothing twice. */
export function isSorted(values: readonly string[]): boolean {
  return values.every((value, place) => place === 0 || (values[place - 1] ?? "") < value);
}

export const HASH: Codec<string> = { read: (fields, name) => fields.hash(name), write: (value) => value };
export const HASHES: Codec<readonly string[]> = {
  read: (fields, name) => some(fields, name, fields.hashes(name)),
  write: (value) => value,
};
export const CODE: Codec<string> = { read: (fields, name) => fields.code(name), write: (value) => value };
export const CODES: Codec<readonly string[]> = {
  read: (fields, name) => some(fields, name, fields.codes(name)),
  write: (value) => value,
};
export const LABEL_TEXT: Codec<string> = { read: (fields, name) => fields.label(name), write: (value) => value };
export const MS: Codec<number> = { read: (fields, name) => fields.integer(name), write: (value) => value };
export const BOOL: Codec<boolean> = { read: (fields, name) => fields.boolean(name), write: (value) => value };
export const LEVEL = integer(1, 2);
export const CATEGORY = integer(1, 2);
export const CATEGORY_LIST: Codec<readonly number[]> = { read: categories, write: (value) => value };
export const ROW = choice<string>(ROWS);
export const ROW_LIST = choices<string>(ROWS);
export const COMPARTMENT = choice<string>(COMPARTMENTS);
export const COMPARTMENT_LIST = choices<string>(COMPARTMENTS);
/** Why what was collected is recorded more than 72 hours later (docs/spec/facts.md). */
export const LATE_REASONS = ["no_network", "device_down", "author_absent", "paper_received_late", "other"] as const;
export type LateReason = (typeof LATE_REASONS)[number];
export const LATE = choice(LATE_REASONS);

/** The person (no mandate), or the holder of a mandate named by its fact hash. */
export interface GivenBy {
  readonly mandate?: string;
}

function giver(fields: Fields, name: string): GivenBy {
  const inner = fields.nested(name);
  let given: GivenBy = {};
  if (!inner.has("person")) given = { mandate: inner.hash("mandate") };
  else if (!inner.boolean("person")) throw fields.refuse(name);
  inner.done();
  return given;
}

export const GIVER: Codec<GivenBy> = {
  read: giver,
  write: ({ mandate }) => (mandate === undefined ? { person: true } : { mandate }),
};
