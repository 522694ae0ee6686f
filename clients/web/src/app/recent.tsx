/** Acts that give rights to others, add a key or take a copy out ask that one identified oneself a short while ago (F28). */
import type { ComponentChildren, JSX } from "preact";

import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { useApp } from "./context.ts";

/** What such an act takes to be filled in, at leisure. */
const FILLED_IN_MS = 5 * 60_000;

/** The screen of such an act, once it is sure that the act will be taken: nobody fills in what is refused at the end. */
export function Recent({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { session } = useApp();
  return session.isRecent(FILLED_IN_MS) ? <>{children}</> : <Again />;
}

/** « Confirmez que c'est vous »: to the identity provider, and back to this address. */
export function Again(): JSX.Element {
  const { messages, session, leave } = useApp();
  const words = messages.again;
  return (
    <Card title={words.title} tone="accent">
      <p>{words.body}</p>
      <div class="row">
        <Button
          kind="main"
          onPress={async () => {
            leave(await session.start(location.hash));
          }}
        >
          {words.go}
        </Button>
      </div>
    </Card>
  );
}
