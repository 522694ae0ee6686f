/** The language of the page, for every part that says something by itself. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import { messagesOf } from "./messages.ts";
import type { Language, Messages } from "./messages.ts";

export interface Words {
  readonly messages: Messages;
  readonly language: Language;
}

export const WordsContext = createContext<Words>({ messages: messagesOf("fr"), language: "fr" });

export function useWords(): Words {
  return useContext(WordsContext);
}
