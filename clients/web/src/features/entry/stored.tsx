/** Whether this browser keeps what it holds, and how to have it kept (F35). */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { lasting } from "../../client/installed.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";

export function Stored(): JSX.Element {
  const { messages, tell } = useApp();
  const words = messages.stored;
  const found = useLoad(() => lasting(false), []);
  const ask = async (): Promise<void> => {
    tell((await lasting(true)) ? words.yes : words.stillNo);
    found.again();
  };
  return (
    <Card title={words.title}>
      <Loaded from={found} lines={2}>
        {(kept) => (
          <>
            <p>{kept ? words.yes : words.no}</p>
            {!kept && (
              <div class="row">
                <Button onPress={ask}>{words.ask}</Button>
              </div>
            )}
          </>
        )}
      </Loaded>
      <p class="soft">{words.install}</p>
    </Card>
  );
}
