/**
 * The acts read last, kept as long as the page: going to an entry and back asks nothing of the log again. One period at a time, in
 * memory only.
 */
import { useCallback, useEffect, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import type { Loading } from "../../app/load.tsx";
import type { Client } from "../../client/client.ts";
import { LogWindow } from "../../client/log-window.ts";
import type { Held, Period } from "../../client/log-window.ts";

interface Kept {
  readonly key: string;
  readonly window: Promise<LogWindow>;
}

const KEPT = new WeakMap<Client, Kept>();

function windowOf(client: Client, key: string, period: Period): Promise<LogWindow> {
  const kept = KEPT.get(client);
  if (kept?.key === key) return kept.window;
  const window = LogWindow.open(client.audit, client.leaves, period);
  KEPT.set(client, { key, window });
  window.catch(() => KEPT.delete(client));
  return window;
}

/** What reading a period gives a screen: the acts as they come, and the rest on demand. */
export interface Reading {
  readonly loading: Loading<Held>;
  readonly held: Held | undefined;
  readonly next: () => Promise<void>;
}

export function useHeld(period: Period): Reading {
  const { client } = useApp();
  const key = JSON.stringify([period.sinceMs, period.untilMs, period.case, period.reason]);
  const [held, setHeld] = useState<Held>();
  const loading = useLoad(async () => {
    const window = await windowOf(client, key, period);
    const found = window.held.looks.length > 0 ? window.held : await window.fill(setHeld);
    setHeld(found);
    return found;
  }, [client, key]);
  useEffect(() => {
    if (loading.state === "failed") KEPT.delete(client);
  }, [client, loading.state]);
  const next = useCallback(async () => {
    const window = await windowOf(client, key, period);
    setHeld(await window.fill());
  }, [client, key]);
  return { loading, held, next };
}
