/** Signed in: who this device is, for others to recognise, and in which capacity its user acts. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { href } from "../../app/router.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Device } from "./device.tsx";

export function HomeScreen(): JSX.Element {
  const { messages, acting } = useApp();
  return (
    <Page title={messages.home.title} lead={messages.home.signedIn}>
      {acting === undefined && (
        <div class="row">
          <ButtonLink href={href({ name: "capacity" })}>{messages.welcome.professional}</ButtonLink>
        </div>
      )}
      <Device />
    </Page>
  );
}
