/**
 * Search over what this device already received (F8): in memory, gone with the page. The hub learns nothing of a search.
 *
 * Neither case nor accents count; each word of the question has to begin a word of the text. Bounded: past the limit the texts put
 * in first leave, and `dropped` says how many, so that nobody takes an empty answer for « there is none ».
 */

const LIMIT = 8 * 1024 * 1024;
const EXCERPT = 60;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

export interface Hit<T> {
  readonly item: T;
  /** The words around the first one that matched, as they were written. */
  readonly excerpt: string;
}

interface Kept<T> {
  readonly item: T;
  readonly text: string;
  /** The folded words, each after one blank. */
  readonly folded: string;
}

export class SearchIndex<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #limit: number;
  #size = 0;
  #dropped = 0;

  /** `limit` is in characters of text, all texts together. */
  constructor(limit: number = LIMIT) {
    this.#limit = limit;
  }

  /** How many texts left to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Put in a text under an id, in place of what that id had. */
  put(id: string, text: string, item: T): void {
    this.remove(id);
    const kept = { item, text, folded: words(text).map(folded).join("") };
    this.#kept.set(id, kept);
    this.#size += sizeOf(kept);
    for (const [oldest] of this.#kept) {
      if (this.#size <= this.#limit || oldest === id) break;
      this.remove(oldest);
      this.#dropped += 1;
    }
  }

  remove(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#size -= sizeOf(kept);
  }

  /** The texts that hold every word of the question, those put in last first; nothing for a question without words. */
  find(question: string, most = 50): readonly Hit<T>[] {
    const asked = words(question).map(folded);
    const [first] = asked;
    if (first === undefined) return [];
    const found: Hit<T>[] = [];
    for (const { item, text, folded: whole } of [...this.#kept.values()].reverse()) {
      if (found.length === most) break;
      if (asked.every((word) => whole.includes(word))) found.push({ item, excerpt: excerpt(text, first) });
    }
    return found;
  }
}

function sizeOf<T>({ text, folded: whole }: Kept<T>): number {
  return text.length + whole.length;
}

function words(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

/** A word as it is compared, after one blank: `É` as ` e`, `œ` as ` oe`. */
function folded(word: string): string {
  const plain = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return ` ${plain.replaceAll("œ", "oe").replaceAll("æ", "ae").replaceAll("ß", "ss")}`;
}

function excerpt(text: string, asked: string): string {
  for (const match of text.matchAll(WORD)) {
    if (!folded(match[0]).startsWith(asked)) continue;
    const from = whole(text, Math.max(match.index - EXCERPT, 0));
    const to = whole(text, Math.min(match.index + match[0].length + EXCERPT, text.length));
    return `${from > 0 ? "… " : ""}${text.slice(from, to).trim()}${to < text.length ? " …" : ""}`;
  }
  return "";
}

/** An index that cuts no character of two halves. */
function whole(text: string, at: number): number {
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at;
}
