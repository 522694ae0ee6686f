/** « Me prévenir »: off until turned on here; what a notification says and does not say (F9). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { notifyAnew, permission } from "../../app/notifications.ts";
import { notifies, setNotifies } from "../../client/notifying.ts";
import { Card } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";

export function Notify(): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.notify;
  const found = useLoad(() => notifies(client.vault), [client]);
  const [state, setState] = useState(permission);
  const turn = async (on: boolean): Promise<void> => {
    const answer = on && state === "default" ? await Notification.requestPermission() : state;
    setState(answer);
    if (!on || answer === "granted") await setNotifies(client.vault, on);
    notifyAnew();
    found.again();
  };
  return (
    <Card title={words.title}>
      <p class="soft">{words.help}</p>
      {state === "absent" && <p>{words.absent}</p>}
      {state === "denied" && <Note kind="warn">{words.denied}</Note>}
      {(state === "granted" || state === "default") && (
        <Loaded from={found} lines={1}>
          {(on) => (
            <Check
              label={words.on}
              checked={on && state === "granted"}
              onChange={(wanted) => {
                void turn(wanted);
              }}
            />
          )}
        </Loaded>
      )}
    </Card>
  );
}
