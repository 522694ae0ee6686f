/**
 * What the screens say, by area (`fr/<area>.ts`, `en/<area>.ts`). A message is a text or a function of what it names; English has
 * every key that French has, or it does not compile. Data never becomes a message: names and titles stand beside, as text nodes.
 *
 * A page speaks one language: its words come in a file of their own (`french.ts`, `english.ts`), and nobody fetches the other's.
 */
import type { french } from "./french.ts";
import type { Said } from "./said.ts";

/** Every group of every area. */
export type Messages = Said<typeof french>;

export const LANGUAGES = ["fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language that these messages are in. */
export function languageOf(messages: Messages): Language {
  return LANGUAGES.find((language) => language === messages.said.language) ?? "fr";
}

/** The first language of the browser that the product speaks, else French. */
export function chosenLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "fr";
}
