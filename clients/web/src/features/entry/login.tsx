/** Logging in: leave for the identity provider, come back, and what to do when nothing came. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { Messages } from "../../i18n/messages.ts";
import { Button } from "../../ui/button.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";

interface LoginProps {
  readonly messages: Messages;
  readonly code: string;
  readonly onStart: () => Promise<void>;
}

export function Login({ messages, code, onStart }: LoginProps): JSX.Element {
  return (
    <Page title={messages.login.title} skip={messages.common.skip}>
      <p>{messages.login.body}</p>
      <p class="card">{messages.login.code(code)}</p>
      <Button kind="main" onPress={onStart}>
        {messages.login.go}
      </Button>
    </Page>
  );
}

const LOOK_AGAIN_MS = 2_000;

interface WaitingProps {
  readonly messages: Messages;
  readonly onLook: () => Promise<void>;
  readonly onStart: () => Promise<void>;
}

/** The browser came back: the hub is asked until it has the provider's answer. */
export function Waiting({ messages, onLook, onStart }: WaitingProps): JSX.Element {
  useEffect(() => {
    void onLook();
    const timer = setInterval(() => void onLook(), LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, [onLook]);
  return (
    <Page title={messages.login.title} skip={messages.common.skip}>
      <Note kind="plain">{messages.login.waiting}</Note>
      <Button onPress={onStart}>{messages.login.again}</Button>
    </Page>
  );
}
