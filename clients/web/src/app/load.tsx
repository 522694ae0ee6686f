/** Loading what a screen shows: a place that keeps its size, then the content, or a sentence and a button. */
import type { ComponentChildren, JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { failureText } from "../i18n/failures.ts";
import { useWords } from "../i18n/words.ts";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { Skeleton } from "../ui/skeleton.tsx";

export type Loading<T> =
  | { readonly state: "loading"; readonly again: () => void }
  | { readonly state: "failed"; readonly error: unknown; readonly again: () => void }
  | { readonly state: "ready"; readonly value: T; readonly again: () => void };

/**
 * Load by `ask`, anew whenever one of `on` changes or `again` is called. What was shown stays until the next answer; an answer
 * that comes after the screen was left is dropped, and `signal` tells `ask` to stop.
 */
export function useLoad<T>(ask: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loading<T> {
  const [round, setRound] = useState(0);
  const [found, setFound] = useState<{ readonly value: T } | { readonly error: unknown }>();
  const again = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  useEffect(() => {
    const left = new AbortController();
    ask(left.signal).then(
      (value) => {
        if (!left.signal.aborted) setFound({ value });
      },
      (error: unknown) => {
        if (!left.signal.aborted) setFound({ error });
      },
    );
    return () => {
      left.abort();
    };
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

/** A failure in words, told at once. */
export function Failure({ error }: { readonly error: unknown }): JSX.Element {
  const { messages } = useWords();
  return (
    <Note kind="danger">
      <strong>{messages.problem.title}</strong>
      <span>{failureText(error, messages)}</span>
    </Note>
  );
}
