/** The text that comes before a consent, in easy-to-read French: its words, its blanks filled here, and the hash that a consent names. */
import { utf8 } from "../../protocol/bytes.ts";
import { toHex } from "../../protocol/encodings.ts";
import { sha256 } from "../../protocol/hashing.ts";
import words from "./consent-text.json" with { type: "json" };

// The file of policies/notices, word for word: a test compares them.
const file = words.text;

/** Blanks are filled afterwards: nobody's name goes into a hash that the hub sees. */
export const CONSENT_TEXT_HASH = toHex(sha256(utf8(file)));
const BLANK = "…";

export interface Paragraph {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The paragraphs, without the front matter; a blank that nothing fills stays one. */
export function consentText(blanks: ReadonlyMap<string, string>): readonly Paragraph[] {
  const body = file.replace(/^---\n[\s\S]*?\n---\n/, "");
  return body
    .split(/^##? /m)
    .slice(1)
    .map((part) => {
      const [heading = "", ...lines] = part.split("\n");
      const filled = lines.map((line) => line.replace(/\{([a-z_]+)\}/g, (_, name: string) => blanks.get(name) ?? BLANK));
      return { title: heading.replace(/ \{#.*\}$/, ""), lines: filled.filter((line) => line !== "") };
    });
}
