/** The page: the way in, then the screens; the one place where a failure on the way in becomes a sentence. */
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { lasting } from "../client/installed.ts";
import { comparisonCode } from "../client/login.ts";
import { JOINING } from "../client/session.ts";
import type { Session, Step } from "../client/session.ts";
import { Login, Waiting } from "../features/entry/login.tsx";
import type { Way } from "../features/entry/way-back.tsx";
import { Welcome } from "../features/entry/welcome.tsx";
import { spaceOf } from "./context.ts";
import { Frame } from "./frame.tsx";
import { soon } from "./late.ts";
import { lateScreen } from "./late-screen.tsx";
import { Failure } from "./load.tsx";

// What reads and writes comes once somebody is signed in: the way in is there at once.
const Inside = lateScreen("app/inside.tsx", async () => (await import("./inside.tsx")).Inside);

const WayBack = lateScreen("app/inside.tsx", async () => (await import("./inside.tsx")).WayBack);

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
  const [way, setWay] = useState<Way>();
  const [told, setTold] = useState<string>();
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
  const look = useCallback(
    () =>
      attempt(async () => {
        const next = await session.finish();
        // What the sign-in is worth here ends with this browser's store: it is asked to keep it.
        if (next.kind === "signed-in") void lasting(true);
        return next;
      }),
    [attempt, session],
  );
  const restart = useCallback(() => attempt(() => session.step()), [attempt, session]);
  const leave = useCallback(() => {
    setWay(undefined);
  }, []);
  useEffect(() => {
    if (step.kind !== "signed-out") return;
    void session.vault.load(JOINING).then((kept) => {
      if (kept !== undefined) setWay("join");
    });
  }, [step.kind, session]);
  const found = useCallback((next: Step, said: string) => {
    setStep(next);
    setWay(undefined);
    setTold(said);
  }, []);
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
          {way === undefined ? (
            <Login code={comparisonCode(session.identity.user)} told={told} onStart={start} onWay={setWay} />
          ) : (
            <WayBack way={way} session={session} onStep={found} onCancel={leave} />
          )}
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
      soon(`app/spaces/${spaceOf(step.acting)}.tsx`);
      return (
        <>
          {failed}
          <Inside session={session} step={step} leave={onGo} restart={restart} />
        </>
      );
  }
}
