/** The thread of a compartment, of a whole case or of an exchange: newest first, live, ten thousand lines as ten. */
import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import type { InboxMarks } from "../../client/inbox.ts";
import type { Names } from "../../client/names.ts";
import { partName } from "../../i18n/codes.ts";
import { ago } from "../../i18n/times.ts";
import { COMPARTMENTS } from "../../protocol/vocabulary.ts";
import { Badge, Empty, Name } from "../../ui/card.tsx";
import { Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { Composer } from "../compose/composer.tsx";
import { Write } from "../compose/reply.tsx";
import { CaseName, exchangeName, kindName, placeName, writerName } from "../reading/words.tsx";
import { addressOf } from "./address.ts";

const LOOK_AGAIN_MS = 800;
const ALL = "all";

interface Shown {
  readonly received: readonly Received[];
  readonly names: Names;
  readonly marks: InboxMarks;
}

function useThread(of: string): ReturnType<typeof useLoad<Shown>> {
  const { client } = useApp();
  const found = useLoad(async (): Promise<Shown> => {
    const { desk } = client;
    const [received, names, marks] = await Promise.all([desk.of(of), desk.names, desk.marks]);
    return { received: [...received].sort((a, b) => b.writtenMs - a.writtenMs || b.n - a.n), names, marks };
  }, [client, of]);
  const { again } = found;
  useLookAgain(useCallback(again, [again]), LOOK_AGAIN_MS);
  return found;
}

interface ThreadProps {
  readonly of: string;
  readonly part: string;
}

export function ThreadScreen({ of, part }: ThreadProps): JSX.Element {
  const { messages, language } = useApp();
  const found = useThread(of);
  const [only, setOnly] = useState(ALL);
  return (
    <Page
      title={part === ALL ? messages.thread.all : partName(part, language)}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={10}>
        {({ received, ...shown }) => {
          const chosen = part === ALL ? only : part;
          const parts: readonly string[] = COMPARTMENTS.filter((one) => received.some(({ compartment }) => compartment === one));
          return (
            <>
              {part === ALL && parts.length > 1 && (
                <Select
                  label={messages.thread.filter}
                  value={only}
                  onChange={setOnly}
                  options={[
                    { value: ALL, label: messages.thread.everywhere },
                    ...parts.map((one) => ({ value: one, label: partName(one, language) })),
                  ]}
                />
              )}
              {part !== ALL && <Write of={of} part={part} onSent={found.again} />}
              <Entries received={received.filter(({ compartment }) => chosen === ALL || compartment === chosen)} {...shown} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

export function ExchangeScreen({ of, exchange }: { readonly of: string; readonly exchange: string }): JSX.Element {
  const { messages } = useApp();
  const found = useThread(of);
  return (
    <Page
      title={messages.thread.exchangeTitle}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <Name>{exchangeName(found.value.names, exchange, messages)}</Name>}
    >
      <Loaded from={found} lines={10}>
        {({ received, ...shown }) => (
          <>
            <Composer
              of={of}
              places={[{ kind: "exchange", name: exchange }]}
              label={messages.compose.write}
              kind="message"
              onSent={found.again}
            />
            <Entries
              received={received.filter(({ placed }) => placed.kind === "exchange" && placed.name === exchange)}
              {...shown}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** The lines of a thread; what is said about another entry is no line of its own. */
export function Entries({ received, names, marks }: Shown): JSX.Element {
  const { messages } = useApp();
  const lines = received.filter(({ kind }) => kind !== "mark" && kind !== "annex");
  if (lines.length === 0) return <Empty title={messages.thread.empty} />;
  return (
    <VirtualList label={messages.thread.list} items={lines} keyOf={({ entry }) => entry}>
      {(one) => <Line one={one} names={names} marks={marks} />}
    </VirtualList>
  );
}

interface LineProps {
  readonly one: Received;
  readonly names: Names;
  readonly marks: InboxMarks;
  /** Say of which case, where several stand together. */
  readonly inCase?: boolean;
}

export function Line({ one, names, marks, inCase }: LineProps): JSX.Element {
  const app = useApp();
  const { messages, language, client, nowMs } = app;
  const fresh = one.author !== client.author.user && !marks.isRead(one);
  return (
    <a class={fresh ? "entry-line entry-fresh" : "entry-line"} href={href(addressOf(one))}>
      <span class="entry-title">
        <Name>{one.title.title}</Name>
      </span>
      <span class="soft entry-about">
        <Name>{writerName(app, names, one)}</Name>
        {` · ${kindName(one.kind, messages)} · ${placeName(one.compartment, one.level, language)}`}
      </span>
      <span class="soft entry-when">
        {inCase === true && <CaseName names={names} of={one.case} />}
        {fresh && inCase !== true && <Badge tone="accent">{messages.thread.fresh}</Badge>}
        {ago(one.writtenMs, nowMs(), language)}
      </span>
    </a>
  );
}
