/** Logging in: leave for the identity provider, come back, and what to do when nothing came. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { useWords } from "../../i18n/words.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import type { Way } from "./way-back.tsx";

interface LoginProps {
  readonly code: string;
  /** What just happened to this device, before its first sign-in. */
  readonly told: string | undefined;
  readonly onStart: () => Promise<void>;
  /** Whoever has an account already joins it, or brings it back. */
  readonly onWay: (way: Way) => void;
}

export function Login({ code, told, onStart, onWay }: LoginProps): JSX.Element {
  const { messages } = useWords();
  return (
    <Page title={messages.login.title} lead={messages.login.body}>
      {told !== undefined && <Note kind="good">{told}</Note>}
      <Card>
        <p>{messages.login.code(code)}</p>
      </Card>
      <div class="row">
        <Button kind="main" onPress={onStart}>
          {messages.login.go}
        </Button>
      </div>
      {told === undefined && (
        <div class="row">
          <Button
            kind="quiet"
            onPress={() => {
              onWay("join");
            }}
          >
            {messages.join.offer}
          </Button>
          <Button
            kind="quiet"
            onPress={() => {
              onWay("recover");
            }}
          >
            {messages.recover.offer}
          </Button>
        </div>
      )}
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
