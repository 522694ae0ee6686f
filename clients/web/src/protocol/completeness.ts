/**
 * Was anything withheld? Tags of a case's leaves, recomputed by whoever holds the log key (docs/spec/log.md, T1-T12).
 *
 * The view payload of each receipt holds (class, case_seq). For each class the tags 0..n occur once each in the log, and none
 * of the next 64 does. A monitor publishes a day's tags in 4,096 buckets by their first 12 bits, under one root: a client
 * fetches whole buckets, so that asking does not tell the monitor which tag is its own.
 */
import { bigEndian, concat, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { tag } from "./leaf.ts";
import type { Leaf } from "./leaf.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";

export const BEYOND = 64;
export const BUCKETS = 4096;
const TAG_SIZE = 32;
const BUCKET_LABEL = utf8("volet-tags/v1\n");

/** Numbers whose tag is missing, occurs more than once, or occurs although the hub never told of it. */
export interface TagFindings {
  readonly missing: readonly number[];
  readonly repeated: readonly number[];
  readonly untold: readonly number[];
}

/** Whether the log holds exactly what was shown. */
export function isComplete(found: TagFindings): boolean {
  return found.missing.length + found.repeated.length + found.untold.length === 0;
}

/** Refuse (`wrong-tag`) a leaf that does not bear the tag of the number its view payload claims. */
export function checkLeafTag(caseLogKey: Uint8Array, caseSeq: number, leaf: Leaf): void {
  if (!same(tag(caseLogKey, caseSeq), leaf.tag)) throw new ProtocolError("wrong-tag", `leaf number ${caseSeq} of a case`);
}

/**
 * Compare the tags found in the log with the numbers first..count-1 that were shown, and with the 64 after them. `first` is the
 * first number that this key tags (T9).
 */
export function checkTags(caseLogKey: Uint8Array, count: number, tags: Iterable<Uint8Array>, first = 0): TagFindings {
  const found = new Map<string, number>();
  for (const one of tags) found.set(toHex(one), (found.get(toHex(one)) ?? 0) + 1);
  const findings = { missing: [] as number[], repeated: [] as number[], untold: [] as number[] };
  for (let number = first; number < count + BEYOND; number++) {
    const times = found.get(toHex(tag(caseLogKey, number))) ?? 0;
    if (number >= count && times > 0) findings.untold.push(number);
    if (number < count && times === 0) findings.missing.push(number);
    if (number < count && times > 1) findings.repeated.push(number);
  }
  return findings;
}

/**
 * The key of the tags of one period of a case and class: from number `first` on, to where the next one begins. `key` is
 * undefined once the hub destroyed it, because every record of the period is over.
 */
export interface LogKey {
  readonly first: number;
  readonly key: Bytes | undefined;
}

/** Read the wire form. */
export function readLogKey(fields: Fields): LogKey {
  const key = { first: fields.integer("first"), key: fields.optional("key", (name) => fields.data(name, TAG_SIZE)) };
  fields.done();
  return key;
}

export function logKeyToJson({ first, key }: LogKey): JsonObject {
  return present({ first, key: key === undefined ? undefined : toBase64url(key) });
}

/** The leaves of one case and class that were shown so far: two leaves for one number are evidence. */
export class ShownLeaves {
  readonly #key: Uint8Array;
  readonly #indexes = new Map<number, number>();

  constructor(caseLogKey: Uint8Array) {
    this.#key = caseLogKey;
  }

  /** One more than the highest number shown. */
  get count(): number {
    let most = -1;
    for (const number of this.#indexes.keys()) most = Math.max(most, number);
    return most + 1;
  }

  /** Numbers below `count` of which no leaf was shown. */
  get gaps(): number[] {
    return Array.from({ length: this.count }, (_, number) => number).filter((number) => !this.#indexes.has(number));
  }

  /** Record the leaf at `index` of the log; throws wrong-tag, or forked for a second leaf of one number. */
  add(caseSeq: number, index: number, leaf: Leaf): void {
    checkLeafTag(this.#key, caseSeq, leaf);
    if ((this.#indexes.get(caseSeq) ?? index) !== index) {
      throw new ProtocolError("forked", `two leaves number ${caseSeq} of a case`);
    }
    this.#indexes.set(caseSeq, index);
  }
}

/** The bucket of a tag: its first 12 bits. */
export function tagBucket(one: Uint8Array): number {
  return ((one[0] ?? 0) << 4) | ((one[1] ?? 0) >> 4);
}

/** The leaf hash of one bucket; refuses (`bad-proof`) tags of another bucket, out of order or repeated. */
export function bucketHash(bucket: number, tags: readonly Uint8Array[]): Uint8Array {
  if (bucket < 0 || bucket >= BUCKETS || tags.some((one) => one.length !== TAG_SIZE || tagBucket(one) !== bucket)) {
    throw new ProtocolError("bad-proof", "bucket of tags");
  }
  const names = tags.map(toHex);
  if (names.some((name, i) => i > 0 && name <= (names[i - 1] ?? ""))) {
    throw new ProtocolError("bad-proof", "bucket of tags: order");
  }
  return leafHash(concat(BUCKET_LABEL, bigEndian(bucket, 2), ...tags));
}

/** Check that `tags` is the whole bucket under a day's root; throws bad-proof. */
export function verifyBucket(bucket: number, tags: readonly Uint8Array[], proof: readonly Uint8Array[], root: Uint8Array): void {
  if (!verifyInclusion(bucket, BUCKETS, bucketHash(bucket, tags), proof, root)) {
    throw new ProtocolError("bad-proof", "bucket of tags");
  }
}
