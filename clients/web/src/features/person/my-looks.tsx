/** « Qui a regardé mon dossier ? »: few lines, the odd ones first, each with a verified mark that opens its proof (F8, F17). */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { reading } from "../../client/accesses.ts";
import type { Access, Group, Odd, Reading } from "../../client/accesses.ts";
import type { Accesses } from "../../client/own-accesses.ts";
import type { Names } from "../../client/names.ts";
import { date, instant } from "../../i18n/times.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import { Badge, Card, Empty, List, Row } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { deedOf, howOf, purposeOf, readerOf, titleOf, whereOf } from "./words.ts";

interface Shown {
  readonly case: string;
  readonly found: Accesses;
  readonly read: Reading;
  readonly facts: CaseFacts;
  readonly names: Names;
}

export function MyLooks({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const shown = useLoad(async (): Promise<Shown> => {
    const found = await client.ownAccesses.accesses(case_);
    const { facts } = (await client.casebook.view(case_, { refresh: false })).main;
    return { case: case_, found, read: reading(found.acts, nowMs()), facts, names: await client.desk.names };
  }, [client, case_]);
  return (
    <Page
      title={messages.myLooks.title}
      lead={messages.myLooks.lead}
      back={{ href: href({ name: "home" }), label: messages.mine.back }}
    >
      <Loaded from={shown} lines={6}>
        {(value) => <Looks {...value} />}
      </Loaded>
    </Page>
  );
}

function Looks({ case: case_, found, read, facts, names }: Shown): JSX.Element {
  const { messages } = useApp();
  const count = String(found.acts.length);
  const counts = [
    [messages.myLooks.opened, read.opened],
    [messages.myLooks.delivered, read.delivered],
    [messages.myLooks.takenOut, read.takenOut],
    [messages.myLooks.refused, read.refused],
  ] as const;
  return (
    <>
      {found.findings.length > 0 ? (
        <Note kind="danger">{messages.myLooks.missing}</Note>
      ) : (
        <Note kind="good">{found.partial ? messages.myLooks.partial(count) : messages.myLooks.complete(count)}</Note>
      )}
      <dl class="counts">
        {counts.map(([label, times]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{messages.myLooks.times(times)}</dd>
          </div>
        ))}
      </dl>
      {read.odd.length > 0 && (
        <Card title={messages.myLooks.first}>
          <List label={messages.myLooks.first}>
            {read.odd.slice(0, ODD_SHOWN).map(({ act, why }) => (
              <Line case_={case_} act={act} facts={facts} names={names} odd={why} key={act.index} />
            ))}
          </List>
          {read.odd.length > ODD_SHOWN && (
            <Disclosure summary={messages.myLooks.all}>
              <List label={messages.myLooks.all}>
                {read.odd.slice(ODD_SHOWN).map(({ act, why }) => (
                  <Line case_={case_} act={act} facts={facts} names={names} odd={why} key={act.index} />
                ))}
              </List>
            </Disclosure>
          )}
        </Card>
      )}
      {read.groups.length === 0 ? (
        <Empty title={messages.myLooks.nobody} />
      ) : (
        <Card title={messages.myLooks.weeks}>
          {read.groups.map((group) => (
            <Week case_={case_} group={group} facts={facts} names={names} key={`${group.mondayMs} ${group.last.index}`} />
          ))}
        </Card>
      )}
      <Disclosure summary={messages.myLooks.all}>
        <List label={messages.myLooks.all}>
          {[...found.acts].reverse().map((act) => (
            <Line case_={case_} act={act} facts={facts} names={names} odd={[]} key={act.index} />
          ))}
        </List>
      </Disclosure>
    </>
  );
}

const ODD_SHOWN = 5;

function Week({
  case_,
  group,
  facts,
  names,
}: {
  readonly case_: string;
  readonly group: Group;
  readonly facts: CaseFacts;
  readonly names: Names;
}): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const times = group.opened + group.delivered + group.takenOut;
  const purposes = group.purposes.map((one) => purposeOf(one, app)).filter((one) => one !== undefined);
  return (
    <div class="week">
      <p>
        <strong>{readerOf(group.last, facts, app, names)}</strong>
      </p>
      <p class="soft">
        {[messages.myLooks.week(date(group.mondayMs, language)), messages.myLooks.times(times), ...purposes].join(" · ")}
      </p>
      <Disclosure summary={messages.myLooks.detail}>
        <List label={messages.myLooks.detail}>
          {[...group.acts].reverse().map((act) => (
            <Line case_={case_} act={act} facts={facts} names={names} odd={[]} key={act.index} />
          ))}
        </List>
      </Disclosure>
    </div>
  );
}

interface LineProps {
  readonly case_: string;
  readonly act: Access;
  readonly facts: CaseFacts;
  readonly names: Names;
  readonly odd: readonly Odd[];
}

function Line({ case_, act, facts, names, odd }: LineProps): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const { view } = act;
  const what = [whereOf(view, app), howOf(view, app), purposeOf(view?.purpose, app), titleOf(view?.rules ?? [], app)];
  return (
    <Row
      href={href({ name: "myLook", case: case_, index: String(act.index) })}
      title={`${readerOf(act, facts, app, names)} ${deedOf(view, app)}`.trim()}
      detail={
        <>
          <span>{[instant(act.timeMs, language), ...what].filter((one) => one !== undefined).join(" · ")}</span>
          <span class="row">
            <Badge tone="good">✓ {messages.myLooks.verified}</Badge>
            {odd.map((one) => (
              <Badge tone="warn" key={one}>
                {messages.deedOdd[one]}
              </Badge>
            ))}
          </span>
        </>
      }
    />
  );
}
