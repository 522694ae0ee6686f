/**
 * What concerns this account itself, said above every screen until somebody deals with it: another account in one's name, a hub
 * that contradicted itself, acts that a restored hub lost. Looked for once after each sign-in.
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { OwnAlarm } from "../client/author.ts";
import { Contradicted } from "../client/errors.ts";
import type { Lost } from "../client/restart.ts";
import { failureText } from "../i18n/failures.ts";
import type { Messages } from "../i18n/messages.ts";
import { Note } from "../ui/note.tsx";
import { useApp } from "./context.ts";

/** The sentences, none on most days. */
export function Alarms(): JSX.Element | null {
  const { messages, client } = useApp();
  const [said, setSaid] = useState<readonly string[]>([]);
  useEffect(() => {
    let left = false;
    const tell = (found: readonly string[]): void => {
      if (!left) setSaid(found);
    };
    client.author.alarms().then(
      (alarms) => {
        tell([...alarms.map((one) => alarmText(one, messages)), ...client.hub.trust.lost.map((one) => lostText(one, messages))]);
      },
      (error: unknown) => {
        // Without network there is nothing to compare: the next sign-in asks for every epoch since.
        if (error instanceof Contradicted) tell([failureText(error, messages)]);
      },
    );
    return () => {
      left = true;
    };
  }, [client, messages]);
  if (said.length === 0) return null;
  return (
    <div class="alarms">
      <Note kind="danger">
        {said.map((one) => (
          <p key={one}>{one}</p>
        ))}
      </Note>
    </div>
  );
}

function alarmText({ iss, user }: OwnAlarm, messages: Messages): string {
  return messages.alarms.another(iss ?? messages.alarms.somewhere, user.slice(0, 16));
}

function lostText(one: Lost, messages: Messages): string {
  return one.kind === "log" ? messages.alarms.logLost(one.held, one.seen) : messages.alarms.actsLost;
}
