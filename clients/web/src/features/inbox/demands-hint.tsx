/** On the first screen of a professional: how many wait for an answer of theirs, and the way there. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { toAnswer } from "../../client/to-answer.ts";
import { ButtonLink } from "../../ui/button.tsx";

export function DemandsHint(): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(() => toAnswer(client), [client]);
  // Nothing waits, or it could not be asked: the list itself says why.
  if (found.state !== "ready" || found.value.length === 0) return <></>;
  return (
    <div class="row">
      <ButtonLink href={href({ name: "demands" })}>{messages.demands.inInbox(String(found.value.length))}</ButtonLink>
    </div>
  );
}
