/** Before the sign-in, on a new device of somebody who has an account: join it with a code, or bring it back with the phrase. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Failure, useLoad } from "../../app/load.tsx";
import { Joining } from "../../client/device-codes.ts";
import { Unreachable } from "../../client/errors.ts";
import { beginRecovery } from "../../client/recovering.ts";
import type { Session, Step } from "../../client/session.ts";
import { useWords } from "../../i18n/words.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { PhraseField } from "../own/phrase-field.tsx";

const LOOK_AGAIN_MS = 1_000;
const LONGEST_CODE = 60;

/** Which way back. */
export type Way = "join" | "recover";

interface WayBackProps {
  readonly way: Way;
  readonly session: Session;
  /** This device is of the account: what is left is to sign in; `told` says so. */
  readonly onStep: (step: Step, told: string) => void;
  readonly onCancel: () => void;
}

/** What is replaced where this browser has an account already: said before anything is. */
function Replaces({ session }: { readonly session: Session }): JSX.Element {
  const { messages } = useWords();
  const served = useLoad(() => session.hasServed(), [session]);
  return <>{served.state === "ready" && served.value && <Note kind="warn">{messages.join.replaces}</Note>}</>;
}

export function WayBack({ way, ...props }: WayBackProps): JSX.Element {
  return way === "join" ? <Join {...props} /> : <Recover {...props} />;
}

type WayProps = Omit<WayBackProps, "way">;

function Join({ session, onStep, onCancel }: WayProps): JSX.Element {
  const { messages } = useWords();
  const words = messages.join;
  const [typed, setTyped] = useState("");
  const [joining, setJoining] = useState<Joining>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    // What was asked for before the page was loaded anew waits still.
    void Joining.resume(session).then(setJoining, setFailure);
  }, [session]);
  useEffect(() => {
    if (joining === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    const look = async (): Promise<void> => {
      try {
        const identity = await joining.answer();
        if (isLeft) return;
        if (identity !== undefined) {
          const step = await session.become(identity);
          await joining.forget();
          onStep(step, words.joined);
          return;
        }
      } catch (error) {
        if (!(error instanceof Unreachable)) {
          await joining.forget();
          setFailure(error);
          setJoining(undefined);
          return;
        }
      }
      timer = setTimeout(() => void look(), LOOK_AGAIN_MS);
    };
    void look();
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [joining, session, onStep, words]);
  if (joining !== undefined) {
    return (
      <Page title={words.compare} lead={words.waiting}>
        <Card>
          <p class="code">{joining.phrase}</p>
        </Card>
        <Cancel onCancel={() => void joining.forget().then(onCancel)} />
      </Page>
    );
  }
  const ask = async (): Promise<void> => {
    setFailure(undefined);
    try {
      setJoining(await Joining.ask(session, typed));
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Page title={words.title} lead={words.lead}>
      {failure !== undefined && <Failure error={failure} />}
      <Replaces session={session} />
      <TextField label={words.label} hint={words.hint} value={typed} onInput={setTyped} maxLength={LONGEST_CODE} />
      <div class="row">
        <Button kind="main" onPress={ask}>
          {words.next}
        </Button>
      </div>
      <Cancel onCancel={onCancel} />
    </Page>
  );
}

function Recover({ session, onStep, onCancel }: WayProps): JSX.Element {
  const { messages } = useWords();
  const words = messages.recover;
  return (
    <Page title={words.title} lead={words.lead}>
      <Note kind="warn">{words.what}</Note>
      <Replaces session={session} />
      <PhraseField
        label={words.label}
        action={words.next}
        onRead={async (phrase) => {
          onStep(await session.become(await beginRecovery(session, phrase)), words.found);
        }}
      />
      <p class="soft">{words.without}</p>
      <Cancel onCancel={onCancel} />
    </Page>
  );
}

function Cancel({ onCancel }: { readonly onCancel: () => void }): JSX.Element {
  const { messages } = useWords();
  return (
    <div class="row">
      <Button kind="quiet" onPress={onCancel}>
        {messages.common.cancel}
      </Button>
    </div>
  );
}
