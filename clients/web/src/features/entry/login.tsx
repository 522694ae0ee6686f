/** Logging in: leave for the identity provider, come back, and what to do when nothing came. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

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
  /** Whether an invitation brought them here: as a professional. */
  readonly isInvited: boolean;
  /** The addresses of registrars, who attest what a professional is. */
  readonly registrars: () => Promise<readonly string[]>;
  readonly onStart: () => Promise<void>;
  /** Have one's function attested there, then sign in with it. */
  readonly onAttest: (address: string) => Promise<void>;
  /** Whoever has an account already joins it, or brings it back. */
  readonly onWay: (way: Way) => void;
}

export function Login({ code, told, isInvited, registrars, onStart, onAttest, onWay }: LoginProps): JSX.Element {
  const { messages } = useWords();
  const [several, setSeveral] = useState<readonly string[]>([]);
  const asProfessional = async (): Promise<void> => {
    const found = await registrars();
    const [only, second] = found;
    if (only === undefined) return onStart();
    if (second === undefined) return onAttest(only);
    setSeveral(found);
  };
  return (
    <Page title={messages.login.title} lead={messages.login.body}>
      {told !== undefined && <Note kind="good">{told}</Note>}
      <Card>
        <p>{messages.login.code(code)}</p>
      </Card>
      <div class="row">
        {!isInvited && (
          <Button kind="main" onPress={onStart}>
            {messages.login.go}
          </Button>
        )}
        {told === undefined && (
          <Button {...(isInvited ? { kind: "main" } : {})} onPress={asProfessional}>
            {messages.login.professional}
          </Button>
        )}
      </div>
      {told === undefined && <p class="soft">{messages.login.professionalHelp}</p>}
      {several.length > 0 && (
        <Card title={messages.login.which}>
          <div class="row">
            {several.map((address) => (
              <Button onPress={() => onAttest(address)} key={address}>
                {new URL(address).host}
              </Button>
            ))}
          </div>
        </Card>
      )}
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
  /** What the provider shows too, if it shows any: who was invited sees no other screen before this one. */
  readonly code: string;
  readonly onLook: () => Promise<void>;
  readonly onStart: () => Promise<void>;
  readonly onForget: () => Promise<void>;
}

/** The browser came back: the hub or the registrar is asked until it has the provider's answer. */
export function Waiting({ code, onLook, onStart, onForget }: WaitingProps): JSX.Element {
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
      <Card>
        <p>{messages.login.code(code)}</p>
      </Card>
      <div class="row">
        <Button onPress={onStart}>{messages.login.again}</Button>
        <Button kind="quiet" onPress={onForget}>
          {messages.common.cancel}
        </Button>
      </div>
    </Page>
  );
}
