/**
 * « À lire » (F6): what is new over all cases in one list, urgent first, then oldest. Nothing is opened before somebody asks; from
 * then on each gesture (« Vu », « Plus tard », …) opens the next one, under one thumb.
 */
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { standsInFor } from "../../client/absences.ts";
import type { Client } from "../../client/client.ts";
import { isFailure } from "../../client/errors.ts";
import type { Received } from "../../client/desk.ts";
import type { Asked } from "../../client/follow-ups.ts";
import { isUrgent, toDo, toRead } from "../../client/inbox.ts";
import type { InboxMarks } from "../../client/inbox.ts";
import type { Names } from "../../client/names.ts";
import type { RelationName } from "../../protocol/kinds.ts";
import { date, midnight } from "../../i18n/times.ts";
import type { ProtocolError } from "../../protocol/errors.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty } from "../../ui/card.tsx";
import { DateField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { answerable, Reply } from "../compose/reply.tsx";
import { DemandsHint } from "./demands-hint.tsx";
import { Unanswered } from "./unanswered.tsx";
import { PhraseReminder } from "../own/reminder.tsx";
import { Mistrusted } from "../reading/mistrusted.tsx";
import { CaseName } from "../reading/words.tsx";
import { EntrySheet } from "../thread/sheet.tsx";
import { Line } from "../thread/thread.tsx";

const DAY_MS = 86_400_000;
const LIST_FIRST = 50;

export interface Desk {
  readonly received: readonly Received[];
  readonly names: Names;
  readonly marks: InboxMarks;
  readonly mistrusted: readonly ProtocolError[];
  /** What this user asked somebody to take over, and nobody has yet. */
  readonly asked: readonly Asked[];
}

/** Whether somebody of a case is this user, or whom they stand in for while they are away (F13). */
async function standingInFor(
  client: Client,
  received: readonly Received[],
  atMs: number,
): Promise<(of: string, author: string) => boolean> {
  const me = client.author.user;
  const away = new Map<string, ReadonlySet<string>>();
  for (const of of new Set(received.map((one) => one.case))) {
    try {
      const { main } = await client.casebook.view(of, { refresh: false });
      away.set(of, standsInFor(main.facts, me, atMs));
    } catch (error) {
      // A case that cannot be verified is told of where it stands; the list of all others opens.
      if (!isFailure(error)) throw error;
    }
  }
  return (of, author) => author === me || (away.get(of)?.has(author) ?? false);
}

export function InboxScreen(): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const found = useLoad(async (): Promise<Desk> => {
    const { desk } = client;
    const [received, names, marks] = await Promise.all([desk.all(), desk.names, desk.marks]);
    const ours = await standingInFor(client, received, nowMs());
    const asked = await client.followUps.asked(received, ({ case: of, author }) => ours(of, author), nowMs());
    return { received, names, marks, mistrusted: desk.mistrusted(), asked };
  }, [client]);
  const { again } = found;
  useLookAgain(again);
  return (
    <Page title={messages.inbox.title} lead={messages.inbox.lead}>
      <PhraseReminder />
      <DemandsHint />
      <Loaded from={found} lines={8}>
        {(desk) => (
          <>
            <Mistrusted errors={desk.mistrusted} />
            <Unanswered desk={desk} again={again} />
            <Inbox desk={desk} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Inbox({ desk }: { readonly desk: Desk }): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const { received, names, marks } = desk;
  const [reading, setReading] = useState<Received>();
  const [, setRound] = useState(0);
  const waiting = toRead(received, marks, client.author.user, nowMs());
  // What is being read stays in front although opening it has already marked it.
  const others = waiting.filter(({ entry }) => entry !== reading?.entry);
  const todo = toDo(received, marks);
  const next = useCallback(() => {
    const left = toRead(received, marks, client.author.user, nowMs()).filter(({ entry }) => entry !== reading?.entry);
    setReading(left[0]);
    setRound((count) => count + 1);
  }, [received, marks, client, nowMs, reading]);
  const start = others[0];
  return (
    <>
      {reading === undefined && (
        <div class="row">
          <ButtonLink href={href({ name: "actions" })}>{messages.actions.title}</ButtonLink>
        </div>
      )}
      {reading !== undefined && <Reading key={reading.entry} one={reading} names={names} marks={marks} onNext={next} />}
      {reading === undefined && start === undefined && (
        <Empty title={messages.inbox.empty}>
          <p>{messages.inbox.emptyBody}</p>
        </Empty>
      )}
      {reading === undefined && start !== undefined && (
        <div class="row">
          <Button
            kind="main"
            wide
            onPress={() => {
              setReading(start);
            }}
          >
            {`${messages.inbox.start} (${waiting.length})`}
          </Button>
        </div>
      )}
      {others.length > 0 && (
        <Card title={reading === undefined ? messages.inbox.count(String(others.length)) : messages.inbox.next}>
          <ul class="lines" aria-label={messages.inbox.list}>
            {others.slice(0, LIST_FIRST).map((one) => (
              <li key={one.entry}>
                <Line one={one} names={names} marks={marks} inCase />
              </li>
            ))}
          </ul>
        </Card>
      )}
      {todo.length > 0 && (
        <Card title={messages.inbox.done}>
          <ul class="lines" aria-label={messages.inbox.done}>
            {todo.map((one) => (
              <li key={one.entry}>
                <Line one={one} names={names} marks={marks} inCase />
                <p class="soft">{messages.inbox.due(date(marks.aside(one.entry)?.untilMs ?? 0, language))}</p>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

interface ReadingProps {
  readonly one: Received;
  readonly names: Names;
  readonly marks: InboxMarks;
  readonly onNext: () => void;
}

/** The entry in front, and the gestures under the thumb. */
function Reading({ one, names, marks, onNext }: ReadingProps): JSX.Element {
  const app = useApp();
  const { messages, client, nowMs } = app;
  const canAnswer = useLoad(() => answerable(app, one), [client, one.entry]);
  const may = canAnswer.state === "ready" && canAnswer.value;
  const place = useRef<HTMLElement>(null);
  const [dated, setDated] = useState(false);
  useEffect(() => {
    // Who listens, and the eye, are taken to what comes next.
    place.current?.focus();
  }, []);
  const marked = async (relation: RelationName, title: string): Promise<void> => {
    const { case: of, placed, entry } = one;
    const mark = { kind: "mark", title, fields: {}, relations: [{ relation, entry }], files: [] };
    await client.outgoing.leave({ case: of, place: placed, where: `mark ${entry}`, ...mark }, true);
  };
  const aside = async (what: "todo" | "later", untilMs: number): Promise<void> => {
    await marks.putAside(one.entry, what, untilMs);
    onNext();
  };
  return (
    <section class="reading" ref={place} tabIndex={-1} aria-label={messages.inbox.start}>
      <p class="soft reading-case">
        <CaseName names={names} of={one.case} /> {isUrgent(one.kind) && <Badge tone="danger">{messages.inbox.urgent}</Badge>}
      </p>
      <EntrySheet one={one} names={names} marks={marks} undecided />
      <div class="row gestures">
        <Button
          kind="main"
          onPress={async () => {
            if (may) await marked("acknowledges", messages.follow.seen);
            await marks.read(one);
            onNext();
          }}
        >
          {messages.inbox.seen}
        </Button>
        {may && (
          <Button
            onPress={async () => {
              await marked("takes_charge", messages.follow.taken);
              await marks.read(one);
              onNext();
            }}
          >
            {messages.follow.take}
          </Button>
        )}
        <Button onPress={() => aside("later", nowMs())}>{messages.inbox.later}</Button>
        <Button
          onPress={() => {
            setDated(!dated);
          }}
        >
          {messages.inbox.todo}
        </Button>
      </div>
      <Reply
        one={one}
        onSent={async () => {
          await marks.read(one);
          onNext();
        }}
      />
      {dated && <When onKeep={(untilMs) => aside("todo", untilMs)} />}
    </section>
  );
}

function When({ onKeep }: { readonly onKeep: (untilMs: number) => Promise<void> }): JSX.Element {
  const { messages, nowMs } = useApp();
  const [day, setDay] = useState(isoDay(nowMs() + DAY_MS));
  return (
    <div class="stack">
      <DateField label={messages.inbox.todoWhen} value={day} onInput={setDay} />
      <div class="row">
        <Button onPress={() => onKeep(midnight(new Date(`${day}T12:00`).getTime()))}>{messages.inbox.keep}</Button>
      </div>
    </div>
  );
}

/** A local day as the browser's calendar writes it. */
function isoDay(ms: number): string {
  const day = new Date(ms);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
