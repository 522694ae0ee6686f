/** This device: the phrase by which others recognise its user, and the way out. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { fingerprintPhrase } from "../../protocol/fingerprint.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { ContactCard } from "./contact-card.tsx";

export function DeviceScreen(): JSX.Element {
  const { messages } = useApp();
  return (
    <Page title={messages.nav.device}>
      <Device />
    </Page>
  );
}

/** The phrase and the button to leave. */
export function Device(): JSX.Element {
  const { messages, session, restart } = useApp();
  return (
    <>
      <Card title={messages.home.device}>
        <p class="code">{fingerprintPhrase(session.identity.user)}</p>
        <p class="soft">{messages.home.fingerprintHelp}</p>
      </Card>
      <ContactCard />
      <div class="row">
        <Button
          onPress={async () => {
            await session.close();
            await restart();
          }}
        >
          {messages.home.signOut}
        </Button>
      </div>
    </>
  );
}
