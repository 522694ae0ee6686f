/**
 * The Merkle tree of the access log (docs/spec/log.md; RFC 6962 section 2.1, RFC 9162 sections 2.1.3.2 and 2.1.4.2).
 *
 * Verifiers answer true or false on any input and never throw. Provers say first which perfect subtrees they need (a plan),
 * then fold them. A consistency proof from size 0 is always refused. Sizes are safe integers: the shifts of the language stop
 * at 32 bits, so halving is a division.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { MAX_INTEGER } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { sha256 } from "./hashing.ts";

export const HASH_SIZE = 32;
export const MAX_PROOF = 63;
export const EMPTY_ROOT: Bytes = sha256();

/** A perfect subtree: leaves [number * 2^level, (number + 1) * 2^level). */
export interface Node {
  readonly level: number;
  readonly number: number;
}

export type Plan = readonly (readonly Node[])[];

const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

/** SHA-256(0x00 || data). */
export function leafHash(data: Uint8Array): Bytes {
  return sha256(LEAF, data);
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(INNER, left, right);
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function ones(number: number): number {
  let count = 0;
  for (let rest = number; rest > 0; rest = half(rest)) count += rest % 2;
  return count;
}

/**
 * The roots of the perfect subtrees of a growing tree, largest first: one for each 1 bit of the size. Refuses (`bad-proof`) a
 * size and hashes that do not belong together.
 */
export class CompactRange {
  #size: number;
  readonly #hashes: Uint8Array[];

  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    if (!isSize(size) || hashes.length !== ones(size) || hashes.some((hash) => hash.length !== HASH_SIZE)) {
      throw new ProtocolError("bad-proof", "compact range");
    }
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** The subtree roots, largest first: what a store keeps to go on later. */
  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes];
  }

  /** Add the hash of a leaf; returns the perfect subtrees above it that this completed, lowest first. */
  append(leaf: Uint8Array): { readonly node: Node; readonly hash: Uint8Array }[] {
    if (this.#size >= MAX_INTEGER || leaf.length !== HASH_SIZE) throw new ProtocolError("bad-proof", "leaf hash");
    const completed = [];
    let [level, carry, hash, number] = [0, this.#size, leaf, this.#size];
    for (; isOdd(carry); carry = half(carry)) {
      const left = this.#hashes.pop();
      if (left === undefined) throw new ProtocolError("bad-proof", "compact range");
      hash = nodeHash(left, hash);
      level += 1;
      number = half(number);
      completed.push({ node: { level, number }, hash });
    }
    this.#hashes.push(hash);
    this.#size += 1;
    return completed;
  }

  /** MTH of all leaves so far. */
  root(): Uint8Array {
    return fold(this.#hashes);
  }
}

/** MTH over the hashes of the leaves. */
export function rootOf(leaves: Iterable<Uint8Array>): Uint8Array {
  const tree = new CompactRange();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** Whether the leaf hash `leaf` stands at `index` in the tree of `size` leaves with this root. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let [position, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(position) && position > 0) [position, last] = [half(position), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && same(hash, root);
}

/** Whether the tree of `old` leaves is a prefix of the tree of `size` leaves. Size 0 proves nothing. */
export function verifyConsistency(
  old: number,
  size: number,
  oldRoot: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(old) || !isSize(size) || old === 0 || old > size || !areHashes([oldRoot, root, ...proof])) return false;
  if (old === size) return proof.length === 0 && same(oldRoot, root);
  if (proof.length === 0) return false;
  const [start, ...path] = ones(old) === 1 ? [oldRoot, ...proof] : proof;
  if (start === undefined) return false;
  let [position, last] = [old - 1, size - 1];
  while (isOdd(position)) [position, last] = [half(position), half(last)];
  let [first, second] = [start, start];
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(position) || position === last) {
      [first, second] = [nodeHash(sibling, first), nodeHash(sibling, second)];
      while (!isOdd(position) && position > 0) [position, last] = [half(position), half(last)];
    } else {
      second = nodeHash(second, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && same(first, oldRoot) && same(second, root);
}

/** Sibling by sibling from the leaf up, the perfect subtrees that fold into it. */
export function inclusionPlan(index: number, size: number): Plan {
  if (!isSize(index) || !isSize(size) || index >= size) throw new ProtocolError("bad-proof", "index outside the tree");
  const plan: Node[][] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      plan.push(cover(middle, end));
      end = middle;
    } else {
      plan.push(cover(start, middle));
      start = middle;
    }
  }
  return plan.reverse();
}

/** The plan of the proof that `old` leaves are a prefix of `size` leaves (RFC 6962 section 2.1.2). */
export function consistencyPlan(old: number, size: number): Plan {
  if (!isSize(old) || !isSize(size) || old === 0 || old > size) {
    throw new ProtocolError("bad-proof", "sizes of a consistency proof");
  }
  const plan: Node[][] = [];
  let [start, end] = [0, size];
  while (end !== old) {
    const middle = start + split(end - start);
    if (old <= middle) {
      plan.push(cover(middle, end));
      end = middle;
    } else {
      plan.push(cover(start, middle));
      start = middle;
    }
  }
  if (start > 0) plan.push(cover(start, end));
  return plan.reverse();
}

/** Fold a plan into the hashes of a proof. */
export function resolve(plan: Plan, getNode: (node: Node) => Uint8Array): Uint8Array[] {
  return plan.map((nodes) => fold(nodes.map(getNode)));
}

/** The largest power of two below `width`, which is at least 2. */
function split(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}

/** The perfect subtrees of [start, end), largest first; `start` is aligned to their sizes. */
function cover(start: number, end: number): Node[] {
  const nodes: Node[] = [];
  for (let at = start; at < end;) {
    let [level, width] = [0, 1];
    while (width * 2 <= end - at) [level, width] = [level + 1, width * 2];
    nodes.push({ level, number: at / width });
    at += width;
  }
  return nodes;
}

function fold(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.length <= 2 * MAX_PROOF + 3 && values.every((value) => value.length === HASH_SIZE);
}
