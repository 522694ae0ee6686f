/** « Mes actions » (F30): what is late, what has a date, and what this user took over, over all cases. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import { toDo } from "../../client/inbox.ts";
import type { InboxMarks } from "../../client/inbox.ts";
import type { Names } from "../../client/names.ts";
import { date, midnight } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Empty, Name } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { Line } from "../thread/thread.tsx";

interface Due {
  readonly one: Received;
  readonly who: string | undefined;
  readonly dueMs: number | undefined;
  /** Set aside on this device alone: done when its owner says so. */
  readonly isMine: boolean;
}

interface Actions {
  readonly due: readonly Due[];
  readonly taken: readonly Received[];
  readonly names: Names;
  readonly marks: InboxMarks;
}

export function ActionsScreen(): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const found = useLoad(async (): Promise<Actions> => {
    const { desk, followUps } = client;
    const [received, names, marks] = await Promise.all([desk.all(), desk.names, desk.marks]);
    const [actions, taken] = await Promise.all([followUps.actions(received), followUps.taken(received, client.author.user)]);
    const open = actions.filter(({ state }) => state === "to_do" || state === "doing");
    const due: readonly Due[] = [
      ...toDo(received, marks).map((one) => ({ one, who: undefined, dueMs: marks.aside(one.entry)?.untilMs, isMine: true })),
      ...open.map(({ one, who, dueMs }) => ({ one, who, dueMs, isMine: false })),
    ];
    return { due: [...due].sort((a, b) => (a.dueMs ?? Infinity) - (b.dueMs ?? Infinity)), taken, names, marks };
  }, [client]);
  // What is due today is late tomorrow.
  const today = midnight(nowMs());
  return (
    <Page
      title={messages.actions.title}
      lead={messages.actions.lead}
      back={{ href: href({ name: "home" }), label: messages.inbox.title }}
    >
      <Loaded from={found} lines={6}>
        {({ due, taken, names, marks }) => {
          const isLate = ({ dueMs }: Due): boolean => dueMs !== undefined && dueMs < today;
          const lists = [
            [messages.actions.late, due.filter(isLate)],
            [messages.actions.due, due.filter((one) => !isLate(one))],
          ] as const;
          return (
            <>
              {due.length === 0 && taken.length === 0 && <Empty title={messages.actions.none} />}
              {lists.map(
                ([title, items]) =>
                  items.length > 0 && (
                    <Card title={title} key={title}>
                      <ul class="lines" aria-label={title}>
                        {items.map((item) => (
                          <Dated key={item.one.entry} item={item} names={names} marks={marks} onDone={found.again} />
                        ))}
                      </ul>
                    </Card>
                  ),
              )}
              {taken.length > 0 && (
                <Card title={messages.actions.taken}>
                  <ul class="lines" aria-label={messages.actions.taken}>
                    {taken.map((one) => (
                      <li key={one.entry}>
                        <Line one={one} names={names} marks={marks} inCase />
                      </li>
                    ))}
                  </ul>
                </Card>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface DatedProps {
  readonly item: Due;
  readonly names: Names;
  readonly marks: InboxMarks;
  readonly onDone: () => void;
}

function Dated({ item: { one, who, dueMs, isMine }, names, marks, onDone }: DatedProps): JSX.Element {
  const { messages, language } = useApp();
  return (
    <li>
      <Line one={one} names={names} marks={marks} inCase />
      <div class="row">
        <span class="soft">
          {who !== undefined && <Name>{who}</Name>} {dueMs !== undefined && messages.inbox.due(date(dueMs, language))}
        </span>
        {isMine ? (
          <Button
            label={messages.actions.doneOf(one.title.title)}
            onPress={async () => {
              await marks.read(one);
              onDone();
            }}
          >
            {messages.actions.done}
          </Button>
        ) : (
          <Badge>{messages.actions.shared}</Badge>
        )}
      </div>
    </li>
  );
}
