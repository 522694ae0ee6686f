/** On « À lire », from a week on: the recovery phrase that nobody has made yet, and a week more. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { isDue, putOff } from "../../client/recovery.ts";
import { date } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";

export function PhraseReminder(): JSX.Element {
  const { messages, language, session, client, nowMs, tell } = useApp();
  const words = messages.phrase;
  const due = useLoad(() => isDue(client.vault, session.identity, nowMs()), [client]);
  if (due.state !== "ready" || !due.value) return <></>;
  return (
    <Card title={words.remind} tone="warn">
      <p>{words.neverBody}</p>
      <div class="row">
        <ButtonLink href={href({ name: "phrase" })}>{words.make}</ButtonLink>
        <Button
          kind="quiet"
          onPress={async () => {
            tell(words.laterTold(date(await putOff(client.vault, nowMs()), language)));
            due.again();
          }}
        >
          {words.later}
        </Button>
      </div>
    </Card>
  );
}
