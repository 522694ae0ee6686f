/** The facts of a case for the screens of team and consent: the newest, or without network those that this device verified last. */
import { useEffect } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import type { Loading } from "../../app/load.tsx";
import { isFailure } from "../../client/errors.ts";
import type { Names } from "../../client/names.ts";
import type { OutboxItem } from "../../client/outbox.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import type { PolicyTable } from "../../protocol/policy-table.ts";
import { useLookAgain } from "../reading/hooks.ts";

/** What these screens show. `waiting` is what this device holds and the hub does not yet. */
export interface Known {
  readonly facts: CaseFacts;
  readonly table: PolicyTable;
  readonly names: Names;
  readonly waiting: readonly OutboxItem[];
  readonly nowMs: number;
}

/** Look at a case now, after every return of the network, and whenever the hub hints that it moved; what waits is sent meanwhile. */
export function useKnown(of: string): Loading<Known> {
  const { client, nowMs } = useApp();
  const found = useLoad(async (): Promise<Known> => {
    const { facts, outbox } = client.writing;
    const [known, table, names, waiting] = await Promise.all([
      facts.facts(of),
      client.rules.table(),
      client.desk.names,
      outbox.items(of),
    ]);
    await client.writing.invitations.nameGuests(known, names);
    return { facts: known, table, names, waiting, nowMs: nowMs() };
  }, [client, of]);
  const { again } = found;
  useLookAgain(again, of);
  useEffect(() => {
    let left = false;
    const send = async (): Promise<void> => {
      try {
        await client.writing.syncing.sync(of);
        await client.save();
      } catch (error) {
        // Without network everything stays where it is; what the hub refused is shown with its reason by the screen itself.
        if (!isFailure(error)) throw error;
      }
      if (!left) again();
    };
    const follow = (): void => void send();
    follow();
    addEventListener("online", follow);
    return () => {
      left = true;
      removeEventListener("online", follow);
    };
  }, [client, of, again]);
  return found;
}
