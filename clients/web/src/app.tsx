/** The screens in their order, and the one place where a failure becomes a sentence. */
import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";

import { comparisonCode } from "./client/login.ts";
import type { Session, Step } from "./client/session.ts";
import { Home } from "./features/entry/home.tsx";
import { Login, Waiting } from "./features/entry/login.tsx";
import { Welcome } from "./features/entry/welcome.tsx";
import { failureText } from "./i18n/failures.ts";
import type { Messages } from "./i18n/messages.ts";
import { fingerprintPhrase } from "./protocol/fingerprint.ts";
import { Note } from "./ui/note.tsx";

interface AppProps {
  readonly messages: Messages;
  readonly session: Session;
  readonly first: Step;
  /** The bundle that came with the page. */
  readonly served: string;
  /** Leave the page for another address. */
  readonly onGo: (url: string) => void;
}

export function App({ messages, session, first, served, onGo }: AppProps): JSX.Element {
  const [step, setStep] = useState(first);
  const [failure, setFailure] = useState<unknown>();
  const attempt = useCallback(async (act: () => Promise<Step | undefined>): Promise<void> => {
    try {
      const next = await act();
      if (next !== undefined) setStep(next);
      setFailure(undefined);
    } catch (error) {
      setFailure(error);
    }
  }, []);
  const start = useCallback(
    () =>
      attempt(async () => {
        onGo(await session.start());
        return undefined;
      }),
    [attempt, session, onGo],
  );
  const look = useCallback(() => attempt(() => session.finish()), [attempt, session]);
  return (
    <>
      {failure !== undefined && (
        <Note kind="danger">
          <strong>{messages.problem.title}</strong>
          <span>{failureText(failure, messages)}</span>
        </Note>
      )}
      {screen()}
    </>
  );

  function screen(): JSX.Element {
    switch (step.kind) {
      case "first-visit":
        return (
          <Welcome
            messages={messages}
            offered={step.offered}
            onAccept={() =>
              attempt(async () => {
                await session.pin(served);
                return session.step();
              })
            }
          />
        );
      case "signed-out":
        return <Login messages={messages} code={comparisonCode(session.identity.user)} onStart={start} />;
      case "waiting":
        return <Waiting messages={messages} onLook={look} onStart={start} />;
      case "signed-in":
        return (
          <Home
            messages={messages}
            phrase={fingerprintPhrase(session.identity.user)}
            onLeave={() =>
              attempt(async () => {
                await session.close();
                return session.step();
              })
            }
          />
        );
    }
  }
}
