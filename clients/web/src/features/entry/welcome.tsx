/** The first visit of a device: which hub this is, by whose word, and its fingerprint to compare. */
import type { JSX } from "preact";

import type { Messages } from "../../i18n/messages.ts";
import type { TrustBundle } from "../../protocol/trust-bundle.ts";
import { Button } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";

interface WelcomeProps {
  readonly messages: Messages;
  readonly offered: TrustBundle;
  readonly onAccept: () => Promise<void>;
}

export function Welcome({ messages, offered, onAccept }: WelcomeProps): JSX.Element {
  return (
    <Page title={messages.welcome.title} skip={messages.common.skip}>
      <p>{messages.welcome.body}</p>
      <section class="card" aria-labelledby="trust">
        <h2 id="trust">{messages.welcome.trust}</h2>
        <p>
          <strong>{new URL(offered.hub).host}</strong>
        </p>
        <dl class="stack">
          <dt class="soft">{messages.welcome.fingerprint}</dt>
          <dd class="code">{grouped(offered.hash)}</dd>
        </dl>
        <p class="soft">{messages.welcome.trustHelp}</p>
      </section>
      <Button kind="main" onPress={onAccept}>
        {messages.common.next}
      </Button>
    </Page>
  );
}

/** The first 32 digits in groups of four: 128 bits, which nobody makes another bundle fit. */
export function grouped(hash: string): string {
  return (hash.slice(0, 32).match(/.{4}/g) ?? []).join(" ");
}
