/**
 * The fingerprint phrase: eight words that two people compare aloud (docs/spec/bindings.md).
 *
 * 88 bits of SHA-256(`volet/v1/fingerprint` LF user id), 11 bits a word. The words are made by rule, so there is no list to
 * ship twice or to swap: two syllables, each an onset and a vowel that a French reader says in one way. Precedent: proquints;
 * deviation: fewer letters, because these are said on the telephone and not typed.
 */
import { fromHex, isHash } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { labelledHash } from "./hashing.ts";

const WORDS = 8;
const BITS = 11;
// No c, g, h, s between vowels, no e, no y: their sound depends on the next letter or is silent in French.
const FIRST = ["b", "ch", "d", "f", "j", "k", "l", "m", "n", "p", "r", "s", "t", "tr", "v", "z"];
const SECOND = ["b", "ch", "k", "l", "m", "r", "t", "v"];
const VOWELS = ["a", "i", "o", "u"];

/** The word of 0..2047: 4 bits first onset, 2 its vowel, 3 second onset, 2 its vowel. */
export function fingerprintWord(number: number): string {
  if (number < 0 || number >= 1 << BITS) throw new ProtocolError("malformed", "word number");
  return [FIRST[number >> 7], VOWELS[(number >> 5) & 3], SECOND[(number >> 2) & 7], VOWELS[number & 3]].join("");
}

/** The eight words of a user id (64 hex characters), separated by blanks. */
export function fingerprintPhrase(user: string): string {
  if (!isHash(user)) throw new ProtocolError("malformed", "user id");
  const bytes = labelledHash("fingerprint", fromHex(user)).subarray(0, (WORDS * BITS) / 8);
  const bits = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return Array.from({ length: WORDS }, (_, place) =>
    fingerprintWord(Number(BigInt.asUintN(BITS, bits >> BigInt(BITS * (WORDS - 1 - place))))),
  ).join(" ");
}

/** Refuse a phrase that is not this user's: wrong-subject. Case, accents, hyphens and blanks do not count. */
export function checkPhrase(typed: string, user: string): void {
  const letters = typed.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  if (letters.trim().replace(/[\s-]+/g, " ") !== fingerprintPhrase(user)) {
    throw new ProtocolError("wrong-subject", "fingerprint phrase");
  }
}
