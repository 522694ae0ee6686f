/** What a colleague needs in order to let somebody into a case: handed over as people do, never through the hub. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Qr } from "../../app/qr.tsx";
import { fingerprintPhrase } from "../../protocol/fingerprint.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";

/** What cards are, as every client reads them. */
const CARD = "volet-contact";

export function ContactCard(): JSX.Element {
  const { messages, session, tell } = useApp();
  const { user, device } = session.identity;
  const card = JSON.stringify({
    type: CARD,
    hub: session.bundle.hub,
    user,
    device,
    fingerprint: fingerprintPhrase(user),
    ...(session.capacity === undefined ? {} : { capacity: session.capacity }),
  });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(card);
      tell(messages.home.copied);
    } catch {
      tell(messages.home.notCopied);
    }
  };
  return (
    <Card title={messages.home.card}>
      <p class="soft">{messages.home.cardHelp}</p>
      <div class="row">
        <Button onPress={copy}>{messages.home.copyCard}</Button>
      </div>
      <Disclosure summary={messages.home.cardText}>
        <p class="card-text">{card}</p>
        <Qr text={card} label={messages.home.cardQr} />
      </Disclosure>
    </Card>
  );
}
