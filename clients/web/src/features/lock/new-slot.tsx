/** A further way to unlock: a passkey made by the browser, or a secret phrase typed twice. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Locked } from "../../client/errors.ts";
import type { Slot } from "../../client/lock.ts";
import type { Opener } from "../../client/lock-slots.ts";
import { hasPasskeys, makePasskey } from "../../client/passkeys.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { SecretField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { lockText } from "./unlock.tsx";

const SHORTEST = 12;

interface NewSlotProps {
  readonly kinds: readonly Slot["kind"][];
  readonly onMade: (opener: Opener) => Promise<void>;
}

export function NewSlot({ kinds, onMade }: NewSlotProps): JSX.Element {
  const { messages } = useApp();
  const words = messages.lock;
  const [failure, setFailure] = useState<unknown>();
  const make = async (opener: () => Promise<Opener>): Promise<void> => {
    setFailure(undefined);
    try {
      await onMade(await opener());
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <>
      {kinds.includes("passkey") && (
        <Card title={words.passkey}>
          <p>{hasPasskeys() ? words.passkeyHelp : words.noPasskey}</p>
          {hasPasskeys() && (
            <div class="row">
              <Button kind="main" onPress={() => make(() => makePasskey(messages.common.product))}>
                {words.usePasskey}
              </Button>
            </div>
          )}
        </Card>
      )}
      {kinds.includes("phrase") && <NewPhrase onMade={(typed) => make(() => Promise.resolve({ kind: "phrase", typed }))} />}
      {failure !== undefined && <Note kind="danger">{failure instanceof Locked ? words.busy : lockText(failure, messages)}</Note>}
    </>
  );
}

function NewPhrase({ onMade }: { readonly onMade: (typed: string) => Promise<void> }): JSX.Element {
  const words = useApp().messages.lock;
  const [typed, setTyped] = useState("");
  const [again, setAgain] = useState("");
  const [isAsked, setAsked] = useState(false);
  const isShort = typed.length < SHORTEST;
  return (
    <Card title={words.phrase}>
      <SecretField
        label={words.phraseOne}
        hint={words.phraseHelp}
        error={isAsked && isShort ? words.tooShort : undefined}
        value={typed}
        onInput={setTyped}
        isNew
      />
      <SecretField
        label={words.phraseAgain}
        error={isAsked && !isShort && typed !== again ? words.notSame : undefined}
        value={again}
        onInput={setAgain}
        isNew
      />
      <div class="row">
        <Button
          onPress={async () => {
            setAsked(true);
            if (!isShort && typed === again) await onMade(typed);
          }}
        >
          {words.usePhrase}
        </Button>
      </div>
    </Card>
  );
}
