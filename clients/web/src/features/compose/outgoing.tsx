/**
 * What was sent and has not left: one line over every screen while it can be undone (F19) or waits for a network, and a screen of all
 * with where each stands. This is also what makes them leave, as long as the page is open.
 */
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { hear } from "../../app/heard.tsx";
import { Failure, Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import type { Route } from "../../app/router.ts";
import type { Names } from "../../client/names.ts";
import type { Leaving } from "../../client/outgoing-items.ts";
import { refusalText } from "../../i18n/failures.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, List, Name, Row } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { Progress } from "../../ui/progress.tsx";
import { caseName } from "../reading/words.tsx";
import { addressOf } from "../thread/address.ts";

const SECOND_MS = 1000;
/** Without an answer, how long until the next try. */
const AGAIN_MS = 4_000;

/** What has not left, followed; looked at again every second while something waits. */
export function useOutgoing(): readonly Leaving[] {
  const { client } = useApp();
  const [, setRound] = useState(0);
  const again = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  useEffect(() => {
    // What waited when the page was closed is there again.
    void client.outgoing.items().then(again);
    return client.outgoing.follow(again);
  }, [client, again]);
  const { shown } = client.outgoing;
  const counting = shown.length > 0;
  useEffect(() => {
    if (!counting) return;
    const timer = setInterval(again, SECOND_MS);
    return () => {
      clearInterval(timer);
    };
  }, [counting, again]);
  return shown;
}

/** Where a message belongs: where it is read, and written again when it is given back. */
function placeOf({ case: of, place, relations }: Leaving): Route {
  const answered = relations.find(({ relation }) => relation === "replies_to");
  if (answered !== undefined) return addressOf({ case: of, placed: place, entry: answered.entry });
  if (place.kind === "exchange") return { name: "exchange", case: of, exchange: place.name };
  return { name: "thread", case: of, part: place.name.split("/")[0] ?? "" };
}

/** « Lu » and « pris en charge » leave by themselves; one is told of when it could not. */
function isTold({ kind, why }: Leaving): boolean {
  return kind !== "mark" || why !== undefined;
}

/** Hold a message back and go where it is a draft again. */
async function undone({ client, messages, tell }: App, item: Leaving): Promise<void> {
  const taken = await client.outgoing.undo(item.id);
  if (taken === undefined) {
    tell(messages.sending.tooLate);
    return;
  }
  tell(messages.sending.undone);
  go(placeOf(taken));
}

/** Seconds until a message leaves; 0 for one that would have left with a network. */
function secondsLeft({ nowMs }: App, { leavesMs }: Leaving): number {
  return Math.max(0, Math.ceil((leavesMs - nowMs()) / SECOND_MS));
}

/** Makes messages leave when they are due, and tells when each is logged. */
function useLeaving(): void {
  const { client, messages, tell } = useApp();
  useEffect(() => {
    const { outgoing } = client;
    let [last, sends] = [0, false];
    const look = (): void => {
      if (sends) return;
      const due = outgoing.shown.filter(({ why, leavesMs }) => why === undefined && leavesMs <= client.nowMs());
      const tried = due.some((one) => outgoing.standing(one).error !== undefined);
      if (due.length === 0 || !navigator.onLine || (tried && performance.now() - last < AGAIN_MS)) return;
      last = performance.now();
      sends = true;
      void outgoing.flush().finally(() => {
        sends = false;
      });
    };
    const unfollow = outgoing.follow((ended) => {
      if (ended?.how === "logged" && ended.item.kind !== "mark") tell(messages.act.logged);
      // What somebody hastened leaves at once.
      look();
    });
    void outgoing.items().then(look);
    const timer = setInterval(look, SECOND_MS / 4);
    return () => {
      clearInterval(timer);
      unfollow();
    };
  }, [client, messages, tell]);
}

/** The line over every screen. It holds what left last: that is what somebody wants back. */
export function OutgoingBar({ route }: { readonly route: Route }): JSX.Element | null {
  const app = useApp();
  const { messages } = app;
  useLeaving();
  const items = useOutgoing().filter(isTold);
  const last = items.at(-1);
  const failed = items.filter(({ why }) => why !== undefined).length;
  const told = failed > 0 ? messages.sending.failed(String(failed)) : last && standingOf(app, last);
  useEffect(() => {
    if (told !== undefined) hear(told);
  }, [told]);
  if (last === undefined || route.name === "outgoing") return null;
  const waits = last.why === undefined && !last.sending;
  return (
    <section class="outgoing" aria-label={messages.sending.bar}>
      <p class="outgoing-words">
        {failed > 0 ? messages.sending.failed(String(failed)) : <State item={last} />}
        {items.length > 1 && ` · ${messages.sending.others(String(items.length - 1))}`}
      </p>
      {waits && <Button onPress={() => undone(app, last)}>{messages.sending.undo}</Button>}
      <a class="button button-quiet" href={href({ name: "outgoing" })}>
        {messages.sending.see}
      </a>
    </section>
  );
}

/** Where a message stands, in words that do not change every second: who listens hears each once. */
function standingOf(app: App, item: Leaving): string {
  const { messages, client } = app;
  const { state, error } = client.outgoing.standing(item);
  if (state !== "waiting") return messages.act[state];
  const seconds = secondsLeft(app, item);
  if (!navigator.onLine || (seconds === 0 && error !== undefined)) return messages.sending.offline;
  return seconds === 0 ? messages.act.sending : messages.sending.bar;
}

/** Where a message stands, with the seconds in which it can be held back. */
function State({ item }: { readonly item: Leaving }): JSX.Element {
  const app = useApp();
  const { messages } = app;
  const standing = standingOf(app, item);
  return <>{standing === messages.sending.bar ? messages.sending.leaves(String(secondsLeft(app, item))) : standing}</>;
}

/** Every message that has not left. */
export function OutgoingScreen(): JSX.Element {
  const { messages, client } = useApp();
  const items = useOutgoing().filter(isTold);
  // Until the vault was looked at, nothing is known to have left.
  const found = useLoad(async () => {
    const [names] = await Promise.all([client.desk.names, client.outgoing.items()]);
    return names;
  }, [client]);
  return (
    <Page
      title={messages.sending.title}
      lead={messages.sending.lead}
      back={{ href: href({ name: "home" }), label: messages.inbox.title }}
    >
      <Loaded from={found} lines={3}>
        {(names) =>
          items.length === 0 ? (
            <Empty title={messages.sending.none} />
          ) : (
            <List label={messages.sending.title}>
              {items.map((item) => (
                <Waiting key={item.id} item={item} names={names} />
              ))}
            </List>
          )
        }
      </Loaded>
    </Page>
  );
}

function Waiting({ item, names }: { readonly item: Leaving; readonly names: Names }): JSX.Element {
  const app = useApp();
  const { messages, client, tell } = app;
  const { error, upload } = client.outgoing.standing(item);
  const isRefused = item.why !== undefined;
  return (
    <Row
      title={<Name>{item.title}</Name>}
      detail={
        <>
          <Name>{caseName(names, item.case, messages)}</Name> · <State item={item} />
        </>
      }
    >
      {upload !== undefined && !isRefused && (
        <Progress label={messages.sending.file(upload.file)} value={upload.sent} max={upload.size} />
      )}
      {isRefused &&
        (error === undefined ? (
          <Note kind="danger">
            <span>{refusalText(item.why, messages)}</span>
          </Note>
        ) : (
          <Failure error={error} />
        ))}
      {isRefused && <Button onPress={() => client.outgoing.hasten(item.id)}>{messages.common.retry}</Button>}
      {item.kind !== "mark" && (isRefused ? item.posted === undefined : !item.sending) && (
        <Button onPress={() => undone(app, item)}>{isRefused ? messages.sending.change : messages.sending.undo}</Button>
      )}
      {!isRefused && !item.sending && (
        <Button kind="main" onPress={() => client.outgoing.hasten(item.id)}>
          {messages.sending.now}
        </Button>
      )}
      {isRefused && (
        <Button
          kind="quiet"
          onPress={async () => {
            await client.outgoing.drop(item.id);
            tell(messages.sending.dropped);
          }}
        >
          {messages.sending.drop}
        </Button>
      )}
    </Row>
  );
}

interface PendingProps {
  readonly of: string;
  /** Which places of the case are shown. */
  readonly shows: (item: Leaving) => boolean;
}

/** In a thread, what is on its way there, before anybody else has it. */
export function Pending({ of, shows }: PendingProps): JSX.Element {
  const { messages } = useApp();
  const items = useOutgoing().filter((item) => item.case === of && item.kind !== "mark" && shows(item));
  if (items.length === 0) return <></>;
  return (
    <ul class="lines" aria-label={messages.sending.title}>
      {items.map((item) => (
        <li key={item.id}>
          <a class="entry-line entry-leaving" href={href({ name: "outgoing" })}>
            <span class="entry-title">
              <Name>{item.title}</Name>
            </span>
            <span class="soft entry-about">
              {messages.thread.me} · <State item={item} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
