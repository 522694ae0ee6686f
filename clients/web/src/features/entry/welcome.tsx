/** The first visit of a device: which hub this is, by whose word, and its fingerprint to compare. */
import type { JSX } from "preact";

import { useWords } from "../../i18n/words.ts";
import type { TrustBundle } from "../../protocol/trust-bundle.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";

interface WelcomeProps {
  readonly offered: TrustBundle;
  readonly onAccept: () => Promise<void>;
}

export function Welcome({ offered, onAccept }: WelcomeProps): JSX.Element {
  const { messages } = useWords();
  return (
    <Page title={messages.welcome.title} lead={messages.welcome.body}>
      <Card title={messages.welcome.trust}>
        <p>
          <strong>{new URL(offered.hub).host}</strong>
        </p>
        <dl class="stack">
          <dt class="soft">{messages.welcome.fingerprint}</dt>
          <dd class="code">{grouped(offered.hash)}</dd>
        </dl>
        <p class="soft">{messages.welcome.trustHelp}</p>
      </Card>
      <div class="row">
        <Button kind="main" onPress={onAccept}>
          {messages.common.next}
        </Button>
      </div>
    </Page>
  );
}

/** The first 32 digits in groups of four: 128 bits, which nobody makes another bundle fit. */
export function grouped(hash: string): string {
  return (hash.slice(0, 32).match(/.{4}/g) ?? []).join(" ");
}
