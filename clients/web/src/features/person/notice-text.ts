/**
 * Texts handed to the person, in easy-to-read French: the one before a consent, the hash of which the consent names; and the papers
 * left with her afterwards. The files of policies/notices, word for word: a test compares them. Blanks are filled here.
 */
import { utf8 } from "../../protocol/bytes.ts";
import { toHex } from "../../protocol/encodings.ts";
import { sha256 } from "../../protocol/hashing.ts";
import words from "./consent-text.json" with { type: "json" };

/** Blanks are filled afterwards: nobody's name goes into a hash that the hub sees. */
export const CONSENT_TEXT_HASH = toHex(sha256(utf8(words.text)));
const BLANK = "…";

export interface Paragraph {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The paragraphs of the text before a consent. */
export function consentText(blanks: ReadonlyMap<string, string>): readonly Paragraph[] {
  return filledText(words.text, blanks);
}

/** The paragraphs of a text, without the front matter; a blank that nothing fills stays one. */
export function filledText(text: string, blanks: ReadonlyMap<string, string>): readonly Paragraph[] {
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, "");
  return body
    .split(/^##? /m)
    .slice(1)
    .map((part) => {
      const [heading = "", ...lines] = part.split("\n");
      const filled = lines.map((line) => line.replace(/\{([a-z_]+)\}/g, (_, name: string) => blanks.get(name) ?? BLANK));
      return { title: heading.replace(/ \{#.*\}$/, ""), lines: filled.filter((line) => line !== "") };
    });
}
