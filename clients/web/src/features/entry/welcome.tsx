/** The first visit of a device: which hub this is, by whose word, and its fingerprint to compare; for who was invited, the code. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Invited } from "../../client/invited.ts";
import { useWords } from "../../i18n/words.ts";
import { readSpoken } from "../../protocol/invitation-codes.ts";
import type { TrustBundle } from "../../protocol/trust-bundle.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";

interface WelcomeProps {
  readonly offered: TrustBundle;
  /** What the link was that brought them here. */
  readonly invited: Invited | undefined;
  /** They accept; with the code of the invitation, if they were invited. */
  readonly onAccept: (invited: Invited | undefined) => Promise<void>;
}

const LONGEST_CODE = 60;

export function Welcome({ offered, invited, onAccept }: WelcomeProps): JSX.Element {
  const { messages } = useWords();
  const words = messages.invited;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const asks = invited !== undefined && invited.code === undefined;
  const accept = async (): Promise<void> => {
    if (!asks) return onAccept(invited);
    let code;
    try {
      code = readSpoken(typed).secret;
    } catch {
      setWrong(words.wrong);
      return;
    }
    await onAccept({ ...invited, code });
  };
  return (
    <Page
      title={invited === undefined ? messages.welcome.title : words.title}
      lead={invited === undefined ? messages.welcome.body : words.lead}
    >
      {asks && (
        <TextField
          label={words.code}
          hint={words.codeHint}
          error={wrong}
          value={typed}
          onInput={setTyped}
          maxLength={LONGEST_CODE}
        />
      )}
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
        <Button kind="main" onPress={accept}>
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
