/**
 * Texts handed to the person in the language of her screens, French easy to read: the one before a consent, the hash of which the
 * consent names; and the papers left with her afterwards. The files of policies/notices, word for word: a test compares them. Blanks
 * are filled here.
 */
import type { Language } from "../../i18n/messages.ts";
import { utf8 } from "../../protocol/bytes.ts";
import { toHex } from "../../protocol/encodings.ts";
import { sha256 } from "../../protocol/hashing.ts";
import words from "./consent-text.json" with { type: "json" };

const BLANK = "…";

export interface Paragraph {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The hash of the text before a consent. Blanks are filled afterwards: nobody's name goes into a hash that the hub sees. */
export function consentTextHash(language: Language): string {
  return toHex(sha256(utf8(words[language])));
}

/** The paragraphs of the text before a consent. */
export function consentText(language: Language, blanks: ReadonlyMap<string, string>): readonly Paragraph[] {
  return filledText(words[language], blanks);
}

/** The paragraphs of a text, without the front matter; a blank that nothing fills stays one, and a person nobody names is not called. */
export function filledText(text: string, blanks: ReadonlyMap<string, string>): readonly Paragraph[] {
  const body = text.replace(/^---\n[\s\S]*?\n---\n/, "");
  // Easy French has a sentence a line; elsewhere a line ends where the file is full.
  const between = /^lang: falc$/m.test(text) ? /\n+/ : /\n{2,}/;
  return body
    .split(/^##? /m)
    .slice(1)
    .map((part) => {
      const [heading = "", ...rest] = part.split("\n");
      const lines = rest
        .join("\n")
        .split(between)
        .map((line) => filled(line.trim().replaceAll("\n", " "), blanks).trim());
      return { title: heading.replace(/ \{#.*\}$/, ""), lines: lines.filter((line) => line !== "") };
    });
}

function filled(line: string, blanks: ReadonlyMap<string, string>): string {
  const named = blanks.get("person") === "" ? line.replace(" {person}", "").replace(/^\{person\}, (.)/u, unnamed) : line;
  return named.replace(/\{([a-z_]+)\}/g, (_, name: string) => blanks.get(name) ?? BLANK);
}

function unnamed(_: string, first: string): string {
  return first.toUpperCase();
}
