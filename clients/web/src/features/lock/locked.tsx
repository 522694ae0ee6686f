/** The page while this browser is locked: nothing of anybody stands on it. */
import type { JSX } from "preact";

import { Frame } from "../../app/frame.tsx";
import { eraseStore } from "../../client/lock.ts";
import type { Lock } from "../../client/lock.ts";
import { unlock } from "../../client/lock-slots.ts";
import { useWords } from "../../i18n/words.ts";
import { Button } from "../../ui/button.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Page } from "../../ui/page.tsx";
import { Unlock } from "./unlock.tsx";

interface LockedProps {
  readonly lock: Lock;
  /** Load the page anew: at the address where it was locked. */
  readonly onOpen: () => void;
}

export function LockedScreen({ lock, onOpen }: LockedProps): JSX.Element {
  const { messages } = useWords();
  const words = messages.locked;
  return (
    <Frame>
      <Page title={words.title} lead={words.lead}>
        <Unlock
          lock={lock}
          onOpen={async (seal) => {
            await unlock(seal, Date.now());
            onOpen();
          }}
        />
        <Disclosure summary={words.stuck}>
          {words.stuckBody.split("\n").map((line) => (
            <p key={line}>{line}</p>
          ))}
          <div class="row">
            <Button
              kind="danger"
              onPress={async () => {
                await eraseStore();
                onOpen();
              }}
            >
              {words.erase}
            </Button>
          </div>
        </Disclosure>
      </Page>
    </Frame>
  );
}
