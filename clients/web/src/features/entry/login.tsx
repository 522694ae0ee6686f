/** Logging in: leave for the identity provider, come back, and what to do when nothing came. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { useWords } from "../../i18n/words.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";

interface LoginProps {
  readonly code: string;
  readonly onStart: () => Promise<void>;
}

export function Login({ code, onStart }: LoginProps): JSX.Element {
  const { messages } = useWords();
  return (
    <Page title={messages.login.title} lead={messages.login.body}>
      <Card>
        <p>{messages.login.code(code)}</p>
      </Card>
      <div class="row">
        <Button kind="main" onPress={onStart}>
          {messages.login.go}
        </Button>
      </div>
    </Page>
  );
}

const LOOK_AGAIN_MS = 2_000;

interface WaitingProps {
  readonly onLook: () => Promise<void>;
  readonly onStart: () => Promise<void>;
  readonly onForget: () => Promise<void>;
}

/** The browser came back: the hub or the registrar is asked until it has the provider's answer. */
export function Waiting({ onLook, onStart, onForget }: WaitingProps): JSX.Element {
  const { messages } = useWords();
  useEffect(() => {
    void onLook();
    const timer = setInterval(() => void onLook(), LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, [onLook]);
  return (
    <Page title={messages.login.title}>
      <Note kind="plain">{messages.login.waiting}</Note>
      <div class="row">
        <Button onPress={onStart}>{messages.login.again}</Button>
        <Button kind="quiet" onPress={onForget}>
          {messages.common.cancel}
        </Button>
      </div>
    </Page>
  );
}
