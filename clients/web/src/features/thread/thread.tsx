/** The thread of a compartment, of a whole case or of an exchange: newest first, live, ten thousand lines as ten. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import type { InboxMarks } from "../../client/inbox.ts";
import type { Names } from "../../client/names.ts";
import { partName } from "../../i18n/codes.ts";
import { ago } from "../../i18n/times.ts";
import type { ProtocolError } from "../../protocol/errors.ts";
import { COMPARTMENTS } from "../../protocol/vocabulary.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Empty, Name } from "../../ui/card.tsx";
import { Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { Composer } from "../compose/composer.tsx";
import { Pending } from "../compose/outgoing.tsx";
import { Write } from "../compose/reply.tsx";
import { Mistrusted } from "../reading/mistrusted.tsx";
import { CaseName, exchangeName, kindName, placeName, writerName } from "../reading/words.tsx";
import { addressOf } from "./address.ts";
import { WhyClosed } from "./closed.tsx";

const ALL = "all";

interface Shown {
  readonly received: readonly Received[];
  readonly names: Names;
  readonly marks: InboxMarks;
}

interface Thread extends Shown {
  readonly mistrusted: readonly ProtocolError[];
  /** Whether more of it is on its way. */
  readonly comes: boolean;
}

function useThread(of: string, part?: string): ReturnType<typeof useLoad<Thread>> {
  const { client } = useApp();
  const found = useLoad<Thread>(
    async (_, show) => {
      const { desk } = client;
      const [names, marks] = await Promise.all([desk.names, desk.marks]);
      const thread = (received: readonly Received[], comes: boolean): Thread => {
        const newestFirst = [...received].sort((a, b) => b.writtenMs - a.writtenMs || b.n - a.n);
        return { received: newestFirst, names, marks, mistrusted: desk.mistrusted(of), comes };
      };
      const received = await desk.of(of, part, (some) => {
        show(thread(some, true));
      });
      return thread(received, false);
    },
    [client, of, part],
  );
  const { again } = found;
  useLookAgain(again, of);
  return found;
}

interface ThreadProps {
  readonly of: string;
  readonly part: string;
}

export function ThreadScreen({ of, part }: ThreadProps): JSX.Element {
  const { messages, language } = useApp();
  const found = useThread(of, part === ALL ? undefined : part);
  const [only, setOnly] = useState(ALL);
  return (
    <Page
      title={part === ALL ? messages.thread.all : partName(part, language)}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={10}>
        {({ received, mistrusted, comes, ...shown }) => {
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
              <Mistrusted errors={mistrusted} />
              <Pending of={of} shows={({ place }) => chosen === ALL || place.name.split("/")[0] === chosen} />
              <Entries received={received.filter(({ compartment }) => chosen === ALL || compartment === chosen)} {...shown} />
              {comes && <Coming />}
              {part !== ALL && !comes && !received.some(({ compartment }) => compartment === part) && (
                <WhyClosed of={of} part={part} />
              )}
              {part !== ALL && received.some(({ compartment }) => compartment === part) && (
                <div class="row">
                  <ButtonLink href={href({ name: "print-part", case: of, part })}>{messages.paper.printPart}</ButtonLink>
                </div>
              )}
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
        {({ received, mistrusted, comes, ...shown }) => (
          <>
            <Composer
              of={of}
              places={[{ kind: "exchange", name: exchange }]}
              label={messages.compose.write}
              kind="message"
              onSent={found.again}
            />
            <Mistrusted errors={mistrusted} />
            <Pending of={of} shows={({ place }) => place.kind === "exchange" && place.name === exchange} />
            <Entries
              received={received.filter(({ placed }) => placed.kind === "exchange" && placed.name === exchange)}
              {...shown}
            />
            {comes && <Coming />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Said under the lines that are there already. */
function Coming(): JSX.Element {
  const { messages } = useApp();
  return <p class="soft">{messages.common.loading}</p>;
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
