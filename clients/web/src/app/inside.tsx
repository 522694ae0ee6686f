/** What somebody signed in sees: the shell, and in it the screen of the address. */
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Client } from "../client/client.ts";
import type { Session, Step } from "../client/session.ts";
import { useWords } from "../i18n/words.ts";
import { AppContext, spaceOf } from "./context.ts";
import type { App as Context } from "./context.ts";
import { routeOf, useFragment } from "./router.ts";
import { Screen } from "./screens.tsx";
import { Shell } from "./shell.tsx";

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
  const route = routeOf(fragment);
  return (
    <AppContext.Provider value={context}>
      <Shell route={route} told={told}>
        <Screen key={fragment} route={route} />
      </Shell>
    </AppContext.Provider>
  );
}
