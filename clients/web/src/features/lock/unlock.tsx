/** What opens the lock: the passkey by one press, the secret phrase typed. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { Locked } from "../../client/errors.ts";
import type { Lock } from "../../client/lock.ts";
import { openSlot } from "../../client/lock-slots.ts";
import type { Opener } from "../../client/lock-slots.ts";
import { askPasskey, PasskeyCancelled, PasskeyUnfit } from "../../client/passkeys.ts";
import { failureText } from "../../i18n/failures.ts";
import type { Messages } from "../../i18n/messages.ts";
import { useWords } from "../../i18n/words.ts";
import type { Bytes } from "../../protocol/bytes.ts";
import { Button } from "../../ui/button.tsx";
import { SecretField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";

interface UnlockProps {
  readonly lock: Lock;
  /** Told the key that the slot holds. */
  readonly onOpen: (seal: Bytes) => Promise<void>;
}

export function Unlock({ lock, onOpen }: UnlockProps): JSX.Element {
  const { messages } = useWords();
  const words = messages.unlock;
  const [typed, setTyped] = useState("");
  const [isWorking, setWorking] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const passkeys = lock.slots.filter((slot) => slot.kind === "passkey");
  const open = async (ask: () => Promise<Opener>): Promise<void> => {
    if (isWorking) return;
    setFailure(undefined);
    setWorking(true);
    try {
      await onOpen(await openSlot(lock, await ask()));
    } catch (error) {
      setFailure(error);
    } finally {
      setWorking(false);
    }
  };
  const openTyped = (): Promise<void> => open(() => Promise.resolve({ kind: "phrase", typed }));
  return (
    <>
      {passkeys.length > 0 && (
        <div class="row">
          <Button kind="main" onPress={() => open(() => askPasskey(passkeys))}>
            {words.passkey}
          </Button>
        </div>
      )}
      {passkeys.length < lock.slots.length && (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void openTyped();
          }}
        >
          <SecretField label={words.phrase} value={typed} onInput={setTyped} isNew={false} />
          <div class="row">
            <button type="submit" class={passkeys.length > 0 ? "button" : "button button-main"} aria-disabled={isWorking}>
              {words.open}
            </button>
          </div>
        </form>
      )}
      <p class="soft" role="status">
        {isWorking ? words.working : ""}
      </p>
      {failure !== undefined && <Note kind="danger">{lockText(failure, messages)}</Note>}
    </>
  );
}

/** Why the lock did not open or change, in a sentence. */
export function lockText(error: unknown, messages: Messages): string {
  const words = messages.unlock;
  if (error instanceof PasskeyCancelled) return words.cancelled;
  if (error instanceof PasskeyUnfit) return words.unfit;
  return error instanceof Locked ? words.wrong : failureText(error, messages);
}
