/**
 * The list of a section or an exchange: order, gaps, and which epoch owns an index (docs/spec/entries.md, rule 8.4).
 *
 *     list id = SHA-256(`volet/v1/list` LF case || place)     h(0) = list id
 *     h(n) = SHA-256(h(n-1) || hash of the n-th entry statement)
 *
 * Entries count from 1. An epoch owns the indexes after the list position in its claim or rotation, up to the position in the
 * next one. The heads map holds (n, h(n)) under the label `list`.
 */
import { utf8 } from "./bytes.ts";
import { fromHex, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { labelledHash, sha256Hex } from "./hashing.ts";

/** The id of the list at `place` of a case, both as in the entry's header. */
export function listId(case_: string, place: string): string {
  return toHex(labelledHash("list", fromHex(case_), utf8(place)));
}

/** How many entries a list has, and the hash over all of them in order. */
export interface EntryListHead {
  readonly n: number;
  readonly h: string;
}

/** The head of a list without entries. */
export function emptyList(list: string): EntryListHead {
  return { n: 0, h: list };
}

/** Read the wire form `{n, h}`. */
export function readListHead(fields: Fields): EntryListHead {
  const head = { n: fields.integer("n"), h: fields.hash("h") };
  fields.done();
  return head;
}

/** The head after one more entry, given the hash of its statement. */
export function appended(head: EntryListHead, entryHash: string): EntryListHead {
  return { n: head.n + 1, h: sha256Hex(fromHex(head.h), fromHex(entryHash)) };
}

/** One index of a list: the hash of its entry, and whether its statement was not served. */
export interface Listed {
  readonly n: number;
  readonly entryHash: string;
  readonly gap: boolean;
}

/**
 * The heads from `start` to `end`, both included, that the served indexes give one after the other. A gap is an index whose
 * hash alone was served: it keeps its place and is shown as a gap. An index left out, put twice or out of order is refused
 * (wrong-sequence), and so is a page that does not lead to `end` (wrong-list).
 */
export function checkPage(start: EntryListHead, items: readonly Listed[], end: EntryListHead): EntryListHead[] {
  const heads = [start];
  let last = start;
  for (const item of items) {
    if (item.n !== last.n + 1) throw new ProtocolError("wrong-sequence", `index ${item.n} after ${last.n} in a list`);
    last = appended(last, item.entryHash);
    heads.push(last);
  }
  if (last.n !== end.n || last.h !== end.h) throw new ProtocolError("wrong-list", `list of ${end.n} entries`);
  return heads;
}

/**
 * Refuse an entry at index `n` that says it saw another list than the one it stands in. `known` maps indexes to h: a `seen`
 * at or after its own index is impossible, one with another h is a fork.
 */
export function checkSeen(seen: EntryListHead, n: number, known: ReadonlyMap<number, string>): void {
  if (seen.n >= n) throw new ProtocolError("wrong-sequence", `entry ${n} saw index ${seen.n} of its list`);
  const h = known.get(seen.n);
  if (h !== undefined && h !== seen.h) throw new ProtocolError("forked", `entry ${n} saw another list at ${seen.n}`);
}

/**
 * Refuse an entry at index `n` outside the range of its epoch. `starts` maps each epoch to the n of the list position its
 * claim or rotation carries; the epoch owns the indexes after it, up to and with the next epoch's position.
 */
export function checkEpoch(epoch: number, n: number, starts: ReadonlyMap<number, number>): void {
  const start = starts.get(epoch);
  if (start === undefined || n <= start) throw new ProtocolError("wrong-epoch", `entry ${n} under epoch ${epoch}`);
  for (const [later, end] of starts) {
    if (later > epoch && n > end) {
      throw new ProtocolError("wrong-epoch", `entry ${n} under epoch ${epoch}, which ended at ${end}`);
    }
  }
}

/** Refuse an entry after the list position at which its author was revoked or ended (`ends`: user to n). */
export function checkAuthor(author: string, n: number, ends: ReadonlyMap<string, number>): void {
  const end = ends.get(author);
  if (end !== undefined && n > end) throw new ProtocolError("not-entitled", `entry ${n} after its author's end at ${end}`);
}
