/** What is traced of a professional, who sees it, how long (F29): before anything else on a new device, and at any time after. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { loggedMonths } from "../../client/platform.ts";
import { tracesRead } from "../../client/traces.ts";
import { instant } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";

interface TracesProps {
  /** Where it was not read yet: that it is now. */
  readonly onRead?: () => Promise<void>;
}

export function TracesScreen({ onRead }: TracesProps): JSX.Element {
  const { messages, language, client } = useApp();
  const words = messages.traces;
  const found = useLoad(
    async () => ({ months: await loggedMonths(client.hub.transport), readMs: await tracesRead(client.vault) }),
    [client],
  );
  const back = onRead === undefined ? { back: { href: href({ name: "device" }), label: messages.nav.device } } : {};
  return (
    <Page title={words.title} lead={words.lead} {...back}>
      <Loaded from={found} lines={8}>
        {({ months, readMs }) => (
          <>
            {readMs !== undefined && <Note kind="good">{words.readOn(instant(readMs, language))}</Note>}
            <Part title={words.what} text={words.whatBody} />
            <Part title={words.who} text={words.whoBody} />
            <Part title={words.howLong} text={words.months(months)} />
            <Part title={words.yours} text={words.yoursBody} />
            {onRead !== undefined && (
              <div class="row">
                <Button kind="main" onPress={onRead}>
                  {words.read}
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** A part of the page; each line of its text is a paragraph. */
function Part({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <Card title={title}>
      {text.split("\n").map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Card>
  );
}
