/**
 * What the screens say. A message is a text or a function of what it names; English has every key that French has, or it does not
 * compile. Data never becomes a message: names and titles stand beside, as text nodes.
 */
import { en } from "./en.ts";
import { fr } from "./fr.ts";

/** The shape of every language: the keys of French, each of the same kind. */
export type Messages = {
  readonly [Group in keyof typeof fr]: { readonly [Key in keyof (typeof fr)[Group]]: Same<(typeof fr)[Group][Key]> };
};

type Same<T> = T extends (...given: infer Given) => string ? (...given: Given) => string : string;

export const LANGUAGES = ["fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const ALL: Readonly<Record<Language, Messages>> = { fr, en };

export function messagesOf(language: Language): Messages {
  return ALL[language];
}

/** The first language of the browser that the product speaks, else French. */
export function chosenLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "fr";
}
