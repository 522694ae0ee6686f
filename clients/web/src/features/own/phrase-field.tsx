/** 24 words typed from paper: what is wrong with them is said by the place, never by the word. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { failureText } from "../../i18n/failures.ts";
import type { Messages } from "../../i18n/messages.ts";
import { readTyped } from "./recovery-words.ts";
import { useWords } from "../../i18n/words.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { UnknownWord } from "../../protocol/recovery-phrase.ts";
import { Button } from "../../ui/button.tsx";
import { TextArea } from "../../ui/field.tsx";

interface PhraseFieldProps {
  readonly label: string;
  readonly action: string;
  readonly onRead: (phrase: Uint8Array) => Promise<void>;
}

const LONGEST = 1000;

export function PhraseField({ label, action, onRead }: PhraseFieldProps): JSX.Element {
  const { messages, language } = useWords();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const read = async (): Promise<void> => {
    setWrong(undefined);
    try {
      await onRead(await readTyped(typed, language));
    } catch (error) {
      setWrong(wrongText(error, messages));
    }
  };
  return (
    <>
      <TextArea label={label} hint={messages.recover.hint} error={wrong} value={typed} onInput={setTyped} maxLength={LONGEST} />
      <div class="row">
        <Button kind="main" onPress={read}>
          {action}
        </Button>
      </div>
    </>
  );
}

function wrongText(error: unknown, messages: Messages): string {
  const words = messages.recover;
  if (error instanceof UnknownWord) return words.wordWrong(error.place);
  if (error instanceof ProtocolError && error.what.includes("phrase")) {
    return error.reason === "wrong-hash" ? words.sumWrong : words.countWrong;
  }
  return failureText(error, messages);
}
