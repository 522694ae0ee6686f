/** What somebody signed in sees: the shell, and in it the screen of the address. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Attending } from "../client/attending.ts";
import { Client } from "../client/client.ts";
import { startWorker } from "../client/installed.ts";
import type { Session, Step } from "../client/session.ts";
import { readTraces, tracesRead } from "../client/traces.ts";
import { useWords } from "../i18n/words.ts";
import { Alarms } from "./alarms.tsx";
import { Arrival } from "./arrival.tsx";
import { AppContext, spaceOf } from "./context.ts";
import type { App as Context } from "./context.ts";
import { Frame } from "./frame.tsx";
import { HeldNote } from "./held-note.tsx";
import { useLoad } from "./load.tsx";
import { useNotifications } from "./notifications.ts";
import { routeOf, useFragment } from "./router.ts";
import { OwnNewsNote } from "./own-news.tsx";
import { Screen, TracesScreen } from "./screens.tsx";
import { Shell } from "./shell.tsx";

// Who comes to a new device needs what stands inside: one file, which they load either way.
export { WayBack } from "../features/entry/way-back.tsx";
export * as arriving from "../client/arriving.ts";

interface InsideProps {
  readonly session: Session;
  readonly step: Extract<Step, { readonly kind: "signed-in" }>;
  readonly leave: (url: string) => void;
  readonly restart: () => Promise<void>;
}

/** How long what was done stays said. */
const TOLD_MS = 6_000;

/** The screens of somebody signed in, with what every one of them has. */
export function Inside({ session, step, leave, restart }: InsideProps): JSX.Element {
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
  const { live } = client;
  useEffect(() => {
    const hurry = (): void => {
      live.hurry();
    };
    live.start(() => void session.drop().then(restart));
    addEventListener("online", hurry);
    return () => {
      removeEventListener("online", hurry);
      live.stop();
    };
  }, [live, session, restart]);
  useEffect(() => {
    void startWorker();
  }, []);
  const { space } = context;
  useEffect(() => {
    if (space === "auditor") return undefined;
    const attending = new Attending({
      cases: () => client.casebook.cases(),
      sync: (case_) => client.writing.syncing.sync(case_),
      listen: (listener) => live.listen(listener),
    });
    attending.start();
    return () => {
      attending.stop();
    };
  }, [client, live, space]);
  useEffect(() => {
    // What was taken along for a day does not stay because nobody looks at it again.
    void client.rounds.all();
  }, [client]);
  useNotifications(context);
  const route = routeOf(fragment);
  const traced = useLoad(() => tracesRead(client.vault), [client]);
  // While the vault is asked, nothing of a case is shown; a vault that cannot be read shows the text again.
  if (space === "professional" && (traced.state !== "ready" || traced.value === undefined)) {
    return (
      <AppContext.Provider value={context}>
        <Frame>
          {traced.state !== "loading" && (
            <TracesScreen
              onRead={async () => {
                await readTraces(client.vault, context.nowMs());
                traced.again();
              }}
            />
          )}
        </Frame>
      </AppContext.Provider>
    );
  }
  return (
    <AppContext.Provider value={context}>
      <Shell route={route} told={told}>
        <Alarms />
        <HeldNote />
        <Arrival />
        <OwnNewsNote />
        <Screen key={fragment} route={route} />
      </Shell>
    </AppContext.Provider>
  );
}
