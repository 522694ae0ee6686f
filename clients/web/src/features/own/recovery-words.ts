/** The words of the recovery phrase (BIP-39): each language in a file of its own, fetched when somebody needs it. */
import { later } from "../../app/late.ts";
import { readPhrase, UnknownWord, WordList } from "../../protocol/recovery-phrase.ts";
import type { Language } from "../../i18n/messages.ts";

const lists = new Map<Language, WordList>();

/** The list of a language. Throws `AlteredFile` when it is not the one that was built. */
export async function recoveryList(language: Language): Promise<WordList> {
  const known = lists.get(language);
  if (known !== undefined) return known;
  const packed =
    language === "fr"
      ? await later("features/own/recovery-fr.json", async () => (await import("./recovery-fr.json")).words)
      : await later("features/own/recovery-en.json", async () => (await import("./recovery-en.json")).words);
  const list = new WordList(language, unpacked(packed));
  lists.set(language, list);
  return list;
}

/** What a typed phrase holds: in the language of the page, or in the other one where it does not read in that. */
export async function readTyped(typed: string, language: Language): Promise<Uint8Array> {
  const mine = await recoveryList(language);
  try {
    return readPhrase(typed, [mine]).entropy;
  } catch (error) {
    if (!(error instanceof UnknownWord)) throw error;
    return readPhrase(typed, [mine, await recoveryList(language === "fr" ? "en" : "fr")]).entropy;
  }
}

/** The words of a packed list: each begins with how many letters it shares with the one before. */
function unpacked(packed: string): readonly string[] {
  let before = "";
  return packed.split(/(?=\d)/u).map((one) => (before = before.slice(0, Number(one[0])) + one.slice(1)));
}
