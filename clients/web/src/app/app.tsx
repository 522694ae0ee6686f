/** The page: the way in, then the screens; the one place where a failure on the way in becomes a sentence. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Client } from "../client/client.ts";
import { comparisonCode } from "../client/login.ts";
import type { Session, Step } from "../client/session.ts";
import { Login, Waiting } from "../features/entry/login.tsx";
import { Welcome } from "../features/entry/welcome.tsx";
import { useWords } from "../i18n/words.ts";
import { AppContext, spaceOf } from "./context.ts";
import type { App as Context } from "./context.ts";
import { Failure } from "./load.tsx";
import { routeOf, useFragment } from "./router.ts";
import { Screen } from "./screens.tsx";
import { Frame, Shell } from "./shell.tsx";

interface AppProps {
  readonly session: Session;
  readonly first: Step;
  /** The bundle that came with the page. */
  readonly served: string;
  /** Leave the page for another address. */
  readonly onGo: (url: string) => void;
}

export function App({ session, first, served, onGo }: AppProps): JSX.Element {
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
  const restart = useCallback(() => attempt(() => session.step()), [attempt, session]);
  const failed = failure === undefined ? undefined : <Failure error={failure} />;
  switch (step.kind) {
    case "first-visit":
      return (
        <Frame>
          {failed}
          <Welcome
            offered={step.offered}
            onAccept={() =>
              attempt(async () => {
                await session.pin(served);
                return session.step();
              })
            }
          />
        </Frame>
      );
    case "signed-out":
      return (
        <Frame>
          {failed}
          <Login code={comparisonCode(session.identity.user)} onStart={start} />
        </Frame>
      );
    case "waiting":
      return (
        <Frame>
          {failed}
          <Waiting onLook={look} onStart={start} onForget={() => attempt(() => session.forget())} />
        </Frame>
      );
    case "signed-in":
      return (
        <>
          {failed}
          <Inside session={session} step={step} leave={onGo} restart={restart} />
        </>
      );
  }
}

interface InsideProps {
  readonly session: Session;
  readonly step: Extract<Step, { readonly kind: "signed-in" }>;
  readonly leave: (url: string) => void;
  readonly restart: () => Promise<void>;
}

/** How long what was done stays said. */
const TOLD_MS = 6_000;

function Inside({ session, step, leave, restart }: InsideProps): JSX.Element {
  const words = useWords();
  const fragment = useFragment();
  const [told, setTold] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const tell = useCallback((text: string): void => {
    clearTimeout(timer.current);
    setTold(text);
    timer.current = setTimeout(() => {
      setTold(undefined);
    }, TOLD_MS);
  }, []);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const { acting } = step;
  const client = useMemo(() => new Client(session, session.vault, () => session.nowMs), [session]);
  const context = useMemo<Context>(
    () => ({ ...words, session, client, acting, space: spaceOf(acting), nowMs: () => session.nowMs, tell, leave, restart }),
    [words, session, client, acting, tell, leave, restart],
  );
  const route = routeOf(fragment);
  return (
    <AppContext.Provider value={context}>
      <Shell route={route} told={told}>
        <Screen key={fragment} route={route} />
      </Shell>
    </AppContext.Provider>
  );
}
