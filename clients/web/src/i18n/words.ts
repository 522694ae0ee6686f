/** The language of the page, for every part that says something by itself. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Language, Messages } from "./messages.ts";

export interface Words {
  readonly messages: Messages;
  readonly language: Language;
}

export const WordsContext = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === undefined) throw new Error("a part outside of the page's words");
  return words;
}
