/** One's devices were stopped by telephone: by whom, when, that this sign-in ended it, and what to do (F26). Nothing on most days. */
import type { JSX } from "preact";

import { heldSeen, readHeld } from "../client/held.ts";
import { instant } from "../i18n/times.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { useApp } from "./context.ts";
import { useLoad } from "./load.tsx";
import { href } from "./router.ts";

export function HeldNote(): JSX.Element | null {
  const { messages, language, session, client } = useApp();
  const words = messages.held;
  const found = useLoad(() => readHeld(client.vault, session.bundle), [client]);
  if (found.state !== "ready" || found.value === undefined) return null;
  const { sinceMs, by } = found.value;
  const when = instant(sinceMs, language);
  return (
    <div class="alarms">
      <Note kind="warn">
        <p>
          <strong>{words.title}</strong>
        </p>
        <p>{by === undefined ? words.byNumber(when) : words.byRegistrar(by, when)}</p>
        <p>{words.ended}</p>
        <p>{words.lost}</p>
        <p>{words.nobody}</p>
        <div class="row">
          <ButtonLink href={href({ name: "devices" })}>{messages.devices.title}</ButtonLink>
          <Button
            onPress={async () => {
              await heldSeen(client.vault);
              found.again();
            }}
          >
            {messages.arrival.seen}
          </Button>
        </div>
      </Note>
    </div>
  );
}
