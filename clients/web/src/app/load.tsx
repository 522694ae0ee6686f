/** Loading what a screen shows: a place that keeps its size, then the content, or a sentence and a button. */
import type { ComponentChildren, JSX } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";

import { Refused } from "../client/errors.ts";
import { failureText } from "../i18n/failures.ts";
import { useWords } from "../i18n/words.ts";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { AppContext } from "./context.ts";
import { Again } from "./recent.tsx";

export type Loading<T> =
  | { readonly state: "loading"; readonly again: () => void }
  | { readonly state: "failed"; readonly error: unknown; readonly again: () => void }
  | { readonly state: "ready"; readonly value: T; readonly again: () => void };

/** What is loaded while a screen is there: how often it was asked for, and the newest question whose answer is shown. */
interface Life {
  asked: number;
  shown: number;
  readonly left: AbortController;
}

/**
 * Load by `ask`, anew whenever one of `on` changes or `again` is called. What was shown stays until the next answer, an answer to an
 * older question counts until a newer one is there, and one that comes after the screen was left is dropped: `signal` tells `ask` to
 * stop. `show` shows what is there before the rest, at the first question only: what somebody sees never becomes less.
 */
export function useLoad<T>(
  ask: (signal: AbortSignal, show: (value: T) => void) => Promise<T>,
  on: readonly unknown[],
): Loading<T> {
  const [round, setRound] = useState(0);
  const [found, setFound] = useState<{ readonly value: T } | { readonly error: unknown }>();
  const life = useRef<Life | undefined>(undefined);
  const again = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  useEffect(() => {
    const left = new AbortController();
    life.current = { asked: 0, shown: 0, left };
    return () => {
      left.abort();
    };
  }, on);
  useEffect(() => {
    const here = life.current;
    if (here === undefined) return;
    const { signal } = here.left;
    const mine = ++here.asked;
    const answer = (what: NonNullable<typeof found>): void => {
      if (signal.aborted || mine < here.shown) return;
      here.shown = mine;
      setFound(what);
    };
    const show = (value: T): void => {
      if (!signal.aborted && mine === 1 && here.shown === 0) setFound({ value });
    };
    ask(signal, show).then(
      (value) => {
        answer({ value });
      },
      (error: unknown) => {
        if (mine === here.asked) answer({ error });
      },
    );
  }, [round, ...on]);
  if (found === undefined) return { state: "loading", again };
  return "value" in found ? { state: "ready", value: found.value, again } : { state: "failed", error: found.error, again };
}

interface LoadedProps<T> {
  readonly from: Loading<T>;
  /** How many lines the content will about have: their room is kept. */
  readonly lines?: number;
  readonly children: (value: T) => ComponentChildren;
}

/** What was loaded, its room while it is not there, or why it is not and a button to ask again. */
export function Loaded<T>({ from, lines, children }: LoadedProps<T>): JSX.Element {
  const { messages } = useWords();
  switch (from.state) {
    case "loading":
      return <Skeleton lines={lines ?? 4} label={messages.common.loading} />;
    case "failed":
      return (
        <div class="stack">
          <Failure error={from.error} />
          <div class="row">
            <Button onPress={from.again}>{messages.common.retry}</Button>
          </div>
        </div>
      );
    case "ready":
      return <>{children(from.value)}</>;
  }
}

/** A failure in words, told at once; with the way on, where somebody only has to say again who they are. */
export function Failure({ error }: { readonly error: unknown }): JSX.Element {
  const { messages } = useWords();
  const app = useContext(AppContext);
  if (app !== undefined && error instanceof Refused && error.problem === "step-up-required") return <Again />;
  return (
    <Note kind="danger">
      <strong>{messages.problem.title}</strong>
      <span>{failureText(error, messages)}</span>
    </Note>
  );
}
