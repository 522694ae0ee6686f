/**
 * What the screens say, by area (`fr/<area>.ts`, `en/<area>.ts`). A message is a text or a function of what it names; English has
 * every key that French has, or it does not compile. Data never becomes a message: names and titles stand beside, as text nodes.
 */
import { audit as auditEn } from "./en/audit.ts";
import { common as commonEn } from "./en/common.ts";
import { entry as entryEn } from "./en/entry.ts";
import { person as personEn } from "./en/person.ts";
import { refusals as refusalsEn } from "./en/refusals.ts";
import { reading as readingEn } from "./en/reading.ts";
import { shell as shellEn } from "./en/shell.ts";
import { audit as auditFr } from "./fr/audit.ts";
import { common as commonFr } from "./fr/common.ts";
import { entry as entryFr } from "./fr/entry.ts";
import { person as personFr } from "./fr/person.ts";
import { refusals as refusalsFr } from "./fr/refusals.ts";
import { reading as readingFr } from "./fr/reading.ts";
import { shell as shellFr } from "./fr/shell.ts";
import type { Said } from "./said.ts";

const fr = { ...auditFr, ...commonFr, ...entryFr, ...personFr, ...readingFr, ...refusalsFr, ...shellFr };
const en: Said<typeof fr> = { ...auditEn, ...commonEn, ...entryEn, ...personEn, ...readingEn, ...refusalsEn, ...shellEn };

/** Every group of every area. */
export type Messages = Said<typeof fr>;

export const LANGUAGES = ["fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const ALL: Readonly<Record<Language, Messages>> = { fr, en };

export function messagesOf(language: Language): Messages {
  return ALL[language];
}

/** The language that these messages are in. */
export function languageOf(messages: Messages): Language {
  return LANGUAGES.find((language) => ALL[language] === messages) ?? "fr";
}

/** The first language of the browser that the product speaks, else French. */
export function chosenLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "fr";
}
