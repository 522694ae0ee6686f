/** This device: the phrase by which others recognise its user, and the way out. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { href } from "../../app/router.ts";
import { fingerprintPhrase } from "../../protocol/fingerprint.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { ContactCard } from "./contact-card.tsx";
import { Notify } from "./notify.tsx";
import { Sessions } from "./sessions.tsx";
import { Stored } from "./stored.tsx";

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
  const { messages, session, space, leave, restart } = useApp();
  return (
    <>
      <Card title={messages.home.device}>
        <p class="code">{fingerprintPhrase(session.identity.user)}</p>
        <p class="soft">{messages.home.fingerprintHelp}</p>
      </Card>
      <div class="row">
        <ButtonLink href={href({ name: "devices" })}>{messages.devices.title}</ButtonLink>
        <ButtonLink href={href({ name: "lock" })}>{messages.lock.title}</ButtonLink>
        {space !== "person" && <ButtonLink href={href({ name: "phrase" })}>{messages.phrase.title}</ButtonLink>}
      </div>
      <ContactCard />
      {space === "professional" && <Notify />}
      <Stored />
      <Sessions />
      {space === "professional" && (
        <div class="row">
          <ButtonLink href={href({ name: "consulted" })}>{messages.consulted.title}</ButtonLink>
          <ButtonLink href={href({ name: "traces" })}>{messages.traces.title}</ButtonLink>
        </div>
      )}
      <div class="row">
        <Button
          onPress={async () => {
            const there = await session.close();
            // Who comes after at this browser is not to be taken for who leaves.
            if (there === undefined) await restart();
            else leave(there);
          }}
        >
          {messages.home.signOut}
        </Button>
      </div>
    </>
  );
}
