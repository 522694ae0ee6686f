/** Signed in: who this device is, for others to recognise. */
import type { JSX } from "preact";

import type { Messages } from "../../i18n/messages.ts";
import { Button } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";

interface HomeProps {
  readonly messages: Messages;
  readonly phrase: string;
  readonly onLeave: () => Promise<void>;
}

export function Home({ messages, phrase, onLeave }: HomeProps): JSX.Element {
  return (
    <Page title={messages.home.title} skip={messages.common.skip}>
      <p>{messages.home.signedIn}</p>
      <section class="card" aria-labelledby="device">
        <h2 id="device">{messages.home.device}</h2>
        <p class="code">{phrase}</p>
        <p class="soft">{messages.home.fingerprintHelp}</p>
      </section>
      <Button onPress={onLeave}>{messages.home.signOut}</Button>
    </Page>
  );
}
