/**
 * Passages about a third party: cut out where they are written, kept apart, never given to the person (R66).
 *
 * The rest of the text stays readable by the person, with `MARK` where a passage was: CRPA L311-6 and L311-7 give only to a third
 * party what concerns them, and communicate the rest.
 */
import { Misuse } from "./errors.ts";

export const MARK = "[passage concernant un tiers]";
const LONGEST_TITLE = 120;

/** A text with each passage replaced by the mark. Throws `Misuse` for one not in it word for word: it would stay readable. */
export function cut(text: string, passages: readonly string[]): string {
  let left = text;
  for (const passage of passages) {
    if (passage.trim() === "" || !left.includes(passage)) throw new Misuse("passage");
    left = left.replaceAll(passage, MARK);
  }
  return left;
}

/** The title of the entry that holds one passage. */
export function passageTitle(number: number): string {
  return `Passage concernant un tiers (${number})`;
}

/** The sentences of a text, each word for word, in their order: what somebody picks passages from. */
export function sentencesOf(text: string): readonly string[] {
  const found = text.split(/(?<=[.!?…])\s+|\n+/).map((one) => one.trim());
  return [...new Set(found.filter((one) => one !== ""))];
}

/** A title without the passages: one taken from the first line of the text is taken from what is left of it. */
export function titleWithout(title: string, text: string, passages: readonly string[]): string {
  const [first = ""] = text.trim().split("\n");
  const begins = title.replace(/…$/, "");
  if (passages.length > 0 && begins !== "" && first.startsWith(begins)) {
    return (cut(text, passages).trim().split("\n")[0] ?? "").slice(0, LONGEST_TITLE);
  }
  return passages.reduce((left, passage) => left.replaceAll(passage, MARK), title);
}
