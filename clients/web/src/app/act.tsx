/**
 * An act of the user, honest about where it stands: sending, logged, or failed with a second try. What waits for a network on its way
 * stands in the bar of what goes out, with states of its own.
 */
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { useWords } from "../i18n/words.ts";
import { Button } from "../ui/button.tsx";
import { hear } from "./heard.tsx";
import { Failure } from "./load.tsx";

export type ActState = "idle" | "sending" | "logged" | "failed";

export interface Act<Given extends readonly unknown[]> {
  readonly state: ActState;
  readonly error: unknown;
  /** Do it; a second call while it runs does nothing. Never throws: what failed is in `error`. */
  readonly run: (...given: Given) => Promise<void>;
  /** Do it again with what it was given last. */
  readonly retry: () => Promise<void>;
  /** Forget how it ended: before another act in the same place. */
  readonly reset: () => void;
}

/** `act` resolves when its receipt was verified: only then is it « enregistré ». */
export function useAct<Given extends readonly unknown[]>(act: (...given: Given) => Promise<void>): Act<Given> {
  const [state, setState] = useState<ActState>("idle");
  const [error, setError] = useState<unknown>();
  const running = useRef(false);
  const last = useRef<Given | undefined>(undefined);
  const current = useRef(act);
  current.current = act;
  const run = useCallback(async (...given: Given): Promise<void> => {
    if (running.current) return;
    running.current = true;
    last.current = given;
    setError(undefined);
    setState("sending");
    try {
      await current.current(...given);
      setState("logged");
    } catch (reason) {
      setError(reason);
      setState("failed");
    } finally {
      running.current = false;
    }
  }, []);
  const retry = useCallback(async (): Promise<void> => {
    if (last.current !== undefined) await run(...last.current);
  }, [run]);
  const reset = useCallback(() => {
    setState("idle");
    setError(undefined);
  }, []);
  return { state, error, run, retry, reset };
}

/** Where an act stands, in one line that keeps its place and is told to who listens. */
export function ActNote({ act }: { readonly act: Pick<Act<readonly unknown[]>, "state" | "error" | "retry"> }): JSX.Element {
  const { messages } = useWords();
  const { state } = act;
  useEffect(() => {
    // What failed is an alert of its own.
    if (state !== "idle" && state !== "failed") hear(messages.act[state]);
  }, [state, messages]);
  if (state === "failed") {
    return (
      <div class="stack">
        <Failure error={act.error} />
        <div class="row">
          <Button onPress={act.retry}>{messages.common.retry}</Button>
        </div>
      </div>
    );
  }
  return <p class={`act act-${state}`}>{state === "idle" ? "" : messages.act[state]}</p>;
}
