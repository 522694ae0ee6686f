/** Somebody known comes to a browser without their keys: what happened, what it costs, and the way back (F35). */
import type { JSX } from "preact";

import { Button, ButtonLink } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { useApp } from "./context.ts";
import { useLoad } from "./load.tsx";
import { href } from "./router.ts";

/** Said above every screen until they say that they know; nothing on most days. */
export function Arrival(): JSX.Element | null {
  const { messages, session } = useApp();
  const words = messages.arrival;
  const anew = useLoad(() => session.arrivedAnew(), [session]);
  if (anew.state !== "ready" || !anew.value) return null;
  return (
    <div class="alarms">
      <Note kind="warn">
        <p>
          <strong>{words.title}</strong>
        </p>
        <p>{words.why}</p>
        <p>{words.cost}</p>
        <p>{words.back}</p>
        <div class="row">
          <ButtonLink href={href({ name: "device" })}>{words.card}</ButtonLink>
          <Button
            onPress={async () => {
              await session.arrivalSeen();
              anew.again();
            }}
          >
            {words.seen}
          </Button>
        </div>
      </Note>
    </div>
  );
}
