/**
 * Is any act of a case missing from what the hub showed? Judged with the keys of its tags (docs/spec/log.md, T1-T12).
 *
 * 1. Each leaf shown bears the tag of the number that its view claims; one whose content was erased, of some number.
 * 2. No number has two leaves, neither among those shown nor in the log.
 * 3. Each number below the highest was shown.
 * 4. None of the next 64 numbers stands in the log: an act at the end was not left out either. Where a key was re-drawn, this
 *    holds for the end of its period too.
 * 5. An act without content was erased: a leaf of the log says so.
 *
 * Pure: keys, shown leaves and the log's own leaves in, findings out. Who found something keeps it.
 */
import { same } from "../protocol/bytes.ts";
import { BEYOND, checkTags } from "../protocol/completeness.ts";
import type { LogKey } from "../protocol/completeness.ts";
import { toHex } from "../protocol/encodings.ts";
import { Tombstones } from "../protocol/erasures.ts";
import { sha256 } from "../protocol/hashing.ts";
import { tag } from "../protocol/leaf.ts";
import type { Leaf } from "../protocol/leaf.ts";
import type { VisibilityClass } from "../protocol/places.ts";

export type Flaw = "no-key" | "wrong-key" | "false-tag" | "twice" | "withheld" | "no-tombstone";

/** One flaw: in which class, of which number of an act, at which indexes of the log, as far as known. */
export interface Finding {
  readonly flaw: Flaw;
  readonly class?: VisibilityClass;
  readonly number?: number;
  readonly indexes: readonly number[];
}

/** A verified leaf that was shown: class and number as its view says, undefined where its content was erased. */
export interface ShownLeaf {
  readonly index: number;
  readonly leaf: Leaf;
  readonly class: VisibilityClass | undefined;
  readonly number: number | undefined;
}

export type Keys = ReadonlyMap<VisibilityClass, readonly LogKey[]>;

/** Compare the first key of `main` with the hash signed in the case's creation; no other key has one signed. */
export function checkKey(keys: Keys, logKeyHash: string): readonly Finding[] {
  const first = keys.get("main")?.find((one) => one.first === 0)?.key;
  const wrong = first !== undefined && toHex(sha256(first)) !== logKeyHash;
  return wrong ? [{ flaw: "wrong-key", class: "main", indexes: [] }] : [];
}

/**
 * Refuse periods out of order, and to the person herself (`whole`) a count that does not begin at 0. Who represents her is handed
 * the periods of their own mandate only: what was before is not theirs to count.
 */
export function checkPeriods(keys: Keys, whole: boolean): readonly Finding[] {
  return [...keys].sort(byName).flatMap(([class_, periods]): readonly Finding[] => {
    const firsts = periods.map((one) => one.first);
    const ordered = firsts.every((first, at) => at === 0 || first > (firsts[at - 1] ?? -1));
    const fine = firsts.length > 0 && ordered && (!whole || firsts[0] === 0) && periods.at(-1)?.key !== undefined;
    return fine ? [] : [{ flaw: "no-key", class: class_, indexes: [] }];
  });
}

/** What is wrong with the leaves shown, against the leaves of the log up to the last one shown. */
export function checkShown(keys: Keys, shown: readonly ShownLeaf[], log: ReadonlyMap<number, Leaf>): readonly Finding[] {
  const tombstones = new Tombstones(log.values());
  const named = new Set(shown.flatMap((one) => one.class ?? []));
  const erased = new Set(shown.filter((one) => one.class === undefined));
  const found: Finding[] = [
    ...[...named]
      .filter((class_) => !keys.has(class_))
      .sort()
      .map((class_) => ({ flaw: "no-key", class: class_, indexes: [] }) as const),
    ...[...erased]
      .filter((one) => !tombstones.covers(one.index, one.leaf.type))
      .map((one) => ({ flaw: "no-tombstone", indexes: [one.index] }) as const),
  ];
  let over = 0;
  for (const [class_, periods] of [...keys].sort(byName)) {
    const mine = shown.filter((one) => one.class === class_ && (one.number ?? 0) >= (periods[0]?.first ?? 0));
    const highest = Math.max(-1, ...mine.map((one) => one.number ?? 0));
    for (const [at, { key, first }] of periods.entries()) {
      const next = periods[at + 1]?.first;
      const end = next ?? highest + 1;
      const held = mine.filter((one) => (one.number ?? 0) >= first && (next === undefined || (one.number ?? 0) < end));
      if (key === undefined) over += end - first - new Set(held.map((one) => one.number)).size;
      else found.push(...judged({ class: class_, key, first, end: next }, held, erased, log));
    }
  }
  if ([...keys.values()].every((periods) => periods[0]?.first === 0) && erased.size !== over) {
    // A leaf without content and without a tag of this case is not of this case, or its tag is false.
    const places = [...erased].map((one) => ({ flaw: "false-tag", indexes: [one.index] }) as const);
    found.push(...(places.length > 0 ? places : [{ flaw: "withheld", indexes: [] } as const]));
  }
  return found;
}

/** What one key tags: the numbers of a class from `first` on, to `end` (excluded) where the next key begins. */
interface Period {
  readonly class: VisibilityClass;
  readonly key: Uint8Array;
  readonly first: number;
  readonly end: number | undefined;
}

/** Judge the leaves of one period; those of `erased` that bear one of its tags are taken out of the set. */
function judged(
  period: Period,
  held: readonly ShownLeaf[],
  erased: Set<ShownLeaf>,
  log: ReadonlyMap<number, Leaf>,
): readonly Finding[] {
  const { class: class_, key, first } = period;
  const found: Finding[] = [];
  const numbers = new Map<number, Set<number>>();
  const stands = (number: number, index: number): void => {
    numbers.set(number, (numbers.get(number) ?? new Set()).add(index));
  };
  for (const { number = 0, index, leaf } of held) {
    stands(number, index);
    if (!same(tag(key, number), leaf.tag)) found.push({ flaw: "false-tag", class: class_, number, indexes: [index] });
  }
  const highest = Math.max(first - 1, ...numbers.keys());
  const end = period.end ?? highest + 1 + BEYOND + erased.size;
  const known = new Map<string, number>();
  for (let number = first; number < end; number++) known.set(toHex(tag(key, number)), number);
  for (const one of [...erased]) {
    const number = known.get(toHex(one.leaf.tag));
    if (number === undefined) continue;
    stands(number, one.index);
    erased.delete(one);
  }
  return [...found, ...counted(period, numbers, log)];
}

function counted(
  period: Period,
  numbers: ReadonlyMap<number, ReadonlySet<number>>,
  log: ReadonlyMap<number, Leaf>,
): readonly Finding[] {
  const { class: class_, key, first } = period;
  const count = period.end ?? Math.max(first - 1, ...numbers.keys()) + 1;
  const tags = [...log].map(([index, leaf]) => [index, toHex(leaf.tag)] as const);
  const inLog = checkTags(
    key,
    count,
    [...log.values()].map((leaf) => leaf.tag),
    first,
  );
  const twice = new Set([...[...numbers].filter(([, indexes]) => indexes.size > 1).map(([number]) => number), ...inLog.repeated]);
  const withheld = new Set(inLog.untold);
  for (let number = first; number < count; number++) if (!numbers.has(number)) withheld.add(number);
  const at = (number: number): readonly number[] => {
    const wanted = toHex(tag(key, number));
    const inTree = tags.filter(([, one]) => one === wanted).map(([index]) => index);
    return [...new Set([...(numbers.get(number) ?? []), ...inTree])].sort((left, right) => left - right);
  };
  const told = (flaw: Flaw, which: ReadonlySet<number>): readonly Finding[] =>
    [...which].sort((left, right) => left - right).map((number) => ({ flaw, class: class_, number, indexes: at(number) }));
  return [...told("twice", twice), ...told("withheld", withheld)];
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}
