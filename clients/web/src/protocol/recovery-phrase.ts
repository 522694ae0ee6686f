/**
 * The recovery phrase: 24 words that hold the 256 bits of a recovery slot (docs/spec/recovery.md).
 *
 * Entropy, then the first byte of its SHA-256, 11 bits a word: the encoding of BIP-39 without its key derivation, because 256
 * random bits need no stretching. The lists of words are the caller's.
 */
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { hkdfExpand, sha256 } from "./hashing.ts";

export const ENTROPY_SIZE = 32;
export const WORDS = 24;
const BITS = 11;
const LIST_SIZE = 1 << BITS;
const SHORTEST_PREFIX = 4;
// Longer than any phrase that a person types, in either language.
const TYPED_LIMIT = 1000;
// Blanks, and every hyphen and dash that a keyboard or a word processor makes of one.
const BETWEEN = /[ \t\r\n\f\v\u2010-\u2015-]+/u;

/** The 2048 words of a language, in the order of their numbers. */
export class WordList {
  readonly language: string;
  readonly words: readonly string[];
  private readonly numbers: ReadonlyMap<string, number>;

  /** Refuse a list in which two words would be typed alike: malformed. */
  constructor(language: string, words: readonly string[]) {
    this.language = language;
    this.words = words;
    this.numbers = new Map(words.map((word, number) => [plain(word), number]));
    if (this.numbers.size !== LIST_SIZE || words.length !== LIST_SIZE) throw new ProtocolError("malformed", "list of words");
  }

  /** The number of a plain word, or of the one word that begins with these four letters or more. */
  number(typed: string): number | undefined {
    const exact = this.numbers.get(typed);
    if (exact !== undefined || typed.length < SHORTEST_PREFIX) return exact;
    const begun = [...this.numbers].filter(([form]) => form.startsWith(typed));
    return begun.length === 1 ? begun[0]?.[1] : undefined;
  }
}

/** A word that is on no list: its place from 1, and never the word itself. */
export class UnknownWord extends ProtocolError {
  readonly place: number;

  constructor(place: number) {
    super("unknown-reference", `word ${String(place)} of a recovery phrase`);
    this.place = place;
  }
}

/** What a phrase holds: 32 bytes, and the language that it is written in. */
export interface RecoveryPhrase {
  readonly entropy: Bytes;
  readonly language: string;
}

/** The seeds of the slot: Ed25519 and X-Wing. */
export function recoverySeeds(entropy: Uint8Array): { readonly sign: Bytes; readonly box: Bytes } {
  return { sign: hkdfExpand(entropy, "recovery-sign"), box: hkdfExpand(entropy, "recovery-box") };
}

/** NFKD, without marks, in lower case. */
export function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The 24 words of 32 bytes. */
export function composePhrase(entropy: Uint8Array, list: WordList): string[] {
  if (entropy.length !== ENTROPY_SIZE) throw new ProtocolError("malformed", "entropy of a recovery phrase");
  const bits = [...entropy, ...sha256(entropy).subarray(0, 1)].reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return Array.from({ length: WORDS }, (_, place) => {
    const number = Number(BigInt.asUintN(BITS, bits >> BigInt(BITS * (WORDS - 1 - place))));
    return (list.words[number] ?? "").normalize("NFC");
  });
}

/**
 * What a typed phrase holds, in the one language of `lists` in which all of it reads. Refused: too-large, malformed for another
 * number of words or a phrase of two languages at once; unknown-reference for a word of no list, named by its place and never by
 * itself; wrong-hash where the check fails.
 */
export function readPhrase(typed: string, lists: readonly WordList[]): RecoveryPhrase {
  if (Array.from(typed).length > TYPED_LIMIT) throw new ProtocolError("too-large", "recovery phrase");
  const words = plain(typed)
    .split(BETWEEN)
    .filter((word) => word !== "");
  if (words.length !== WORDS) throw new ProtocolError("malformed", `recovery phrase of ${String(words.length)} words`);
  const read: RecoveryPhrase[] = [];
  // How far each language leads: the furthest is the one meant, and says which word is wrong.
  let furthest = 0;
  let checked = false;
  for (const list of lists) {
    const numbers = known(words, list);
    furthest = Math.max(furthest, numbers.length);
    if (numbers.length < WORDS) continue;
    checked = true;
    const held = entropyOf(numbers);
    if (held !== undefined) read.push({ entropy: held, language: list.language });
  }
  const [found] = read;
  if (read.length > 1) throw new ProtocolError("malformed", "recovery phrase that reads in two languages");
  if (found !== undefined) return found;
  if (checked) throw new ProtocolError("wrong-hash", "check of a recovery phrase");
  throw new UnknownWord(furthest + 1);
}

function known(words: readonly string[], list: WordList): number[] {
  const numbers: number[] = [];
  for (const word of words) {
    const number = list.number(word);
    if (number === undefined) break;
    numbers.push(number);
  }
  return numbers;
}

function entropyOf(numbers: readonly number[]): Bytes | undefined {
  const bits = numbers.reduce((sum, number) => (sum << BigInt(BITS)) | BigInt(number), 0n);
  const bytes = Uint8Array.from({ length: ENTROPY_SIZE + 1 }, (_, place) =>
    Number(BigInt.asUintN(8, bits >> BigInt(8 * (ENTROPY_SIZE - place)))),
  );
  const entropy = bytes.slice(0, ENTROPY_SIZE);
  return sha256(entropy)[0] === bytes[ENTROPY_SIZE] ? entropy : undefined;
}
