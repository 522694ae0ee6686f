/** Taking back what one wrote (F19), in two taps: nobody who had not opened it ever will; who said to have read it is named. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import type { Received } from "../../client/desk.ts";
import type { Names } from "../../client/names.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Name } from "../../ui/card.tsx";
import { writerName } from "../reading/words.tsx";

interface TakeBackProps {
  readonly one: Received;
  readonly names: Names;
  readonly onTaken: () => void;
}

export function TakeBack({ one, names, onTaken }: TakeBackProps): JSX.Element {
  const app = useApp();
  const { messages, client } = app;
  const [asked, setAsked] = useState(false);
  const readers = useLoad(async () => {
    const { readBy, takenBy } = await client.followUps.of(one.entry, await client.desk.of(one.case));
    return [...new Map([...readBy, ...takenBy].map((said) => [said.author, said])).values()];
  }, [client, one.entry]);
  const take = useAct(async () => {
    const { item } = await client.entries.find(one.case, one.placed, one.entry);
    if (item.entry === undefined) return;
    await client.writing.posting.takeBack(item.entry);
    client.desk.forget();
    onTaken();
  });
  if (!asked) {
    return (
      <div class="row">
        <Button
          kind="quiet"
          onPress={() => {
            setAsked(true);
          }}
        >
          {messages.takeBack.ask}
        </Button>
      </div>
    );
  }
  const named = readers.state === "ready" ? readers.value : [];
  return (
    <Card title={messages.takeBack.title} tone="danger">
      <p>{messages.takeBack.what}</p>
      {named.length > 0 && (
        <p>
          {messages.takeBack.readBy}{" "}
          {named.map((said, at) => (
            <span key={said.author}>
              {at > 0 && ", "}
              <Name>{writerName(app, names, said)}</Name>
            </span>
          ))}
        </p>
      )}
      <p class="soft">{messages.takeBack.opened}</p>
      <div class="row">
        <Button kind="danger" onPress={() => take.run()}>
          {messages.takeBack.now}
        </Button>
        <Button
          onPress={() => {
            setAsked(false);
          }}
        >
          {messages.takeBack.keep}
        </Button>
      </div>
      {take.state !== "idle" && <ActNote act={take} />}
    </Card>
  );
}
