/** A case as its compartments in five groups, those with something to read first; what is closed says why, and the next step. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { SectionShown } from "../../client/cases.ts";
import type { LinkShown } from "../../client/linked-cases.ts";
import type { Names } from "../../client/names.ts";
import type { Count } from "../../client/waiting.ts";
import { explain, groupName, levelName, partName } from "../../i18n/codes.ts";
import { isPermitted } from "../../protocol/questions.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, List, Name, Row } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { CaseName, caseName, exchangeName } from "../reading/words.tsx";
import { CASE_ACTS } from "./acts.ts";
import { grouped } from "./groups.ts";
import { Linked } from "./linked.tsx";

interface Shown {
  readonly sections: readonly SectionShown[];
  readonly counts: ReadonlyMap<string, Count>;
  readonly exchanges: readonly string[];
  readonly links: readonly LinkShown[];
  readonly names: Names;
}

export function CaseScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, language, client } = useApp();
  const found = useLoad<Shown>(
    async (_, show) => {
      const [view, counted, exchanges, names] = await Promise.all([
        client.casebook.view(of, { everyClass: true }),
        client.waiting.counts(of),
        client.exchanges.ids(of),
        client.desk.names,
      ]);
      const [sections, links] = await Promise.all([client.cases.sections(view), client.writing.links.linksIn(view)]);
      const counts = new Map(counted.map((count) => [`${count.place.kind} ${count.place.name}`, count]));
      const shown = { sections, counts, exchanges: exchanges.map(({ exchange }) => exchange), links, names };
      show(shown);
      // What somebody agrees to at home is noted without network: what it rests on is kept here while there is one.
      await client.writing.notebook.remember(view, await client.rules.named(), client.nowMs());
      return shown;
    },
    [client, of],
  );
  const { again } = found;
  useLookAgain(again, of);
  return (
    <Page
      title={messages.cases.title}
      back={{ href: href({ name: "cases" }), label: messages.cases.title }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={10}>
        {(shown) => {
          const isClosed = shown.links.some(({ role }) => role === "closed");
          return (
            <>
              <Linked
                links={shown.links}
                sentence={({ role, other }) => messages.links[role](caseName(shown.names, other, messages))}
                route={(other) => ({ name: "case", case: other })}
              />
              <div class="row">
                <ButtonLink kind="main" href={href({ name: "thread", case: of, part: "all" })}>
                  {messages.cases.everything}
                </ButtonLink>
              </div>
              {grouped(shown.sections, shown.counts).map(([group, parts]) => (
                <Card title={groupName(group, language)} key={group}>
                  <List label={groupName(group, language)}>
                    {parts.map(([part, sections]) => (
                      <Part key={part} of={of} part={part} sections={sections} counts={shown.counts} isClosed={isClosed} />
                    ))}
                  </List>
                </Card>
              ))}
              {shown.exchanges.length > 0 && (
                <Card title={messages.cases.exchanges}>
                  <List label={messages.cases.exchanges}>
                    {shown.exchanges.map((exchange) => (
                      <Row
                        key={exchange}
                        href={href({ name: "exchange", case: of, exchange })}
                        title={<Name>{exchangeName(shown.names, exchange, messages)}</Name>}
                        detail={<Elements count={shown.counts.get(`exchange ${exchange}`)} />}
                      />
                    ))}
                  </List>
                </Card>
              )}
              <Card title={messages.acts.title}>
                <List label={messages.acts.title}>
                  {CASE_ACTS.map(({ name, route, word }) => (
                    <Row key={name} href={href(route(of))} title={word(messages)} />
                  ))}
                </List>
              </Card>
              <Rename of={of} names={shown.names} onNamed={again} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface PartProps {
  readonly of: string;
  readonly part: string;
  readonly sections: readonly SectionShown[];
  readonly counts: ReadonlyMap<string, Count>;
  /** Another case continues this one: nothing is written in it any more. */
  readonly isClosed: boolean;
}

/** One compartment: one line where both levels are open, and a reason with the next step for what is not. */
function Part({ of, part, sections, counts, isClosed }: PartProps): JSX.Element {
  const { messages, language } = useApp();
  const open = sections.filter(({ section, read }) => isPermitted(read) || (counts.get(`section ${section}`)?.readable ?? 0) > 0);
  const closed = sections.filter(({ read }) => !isPermitted(read));
  const writes = !isClosed && sections.some(({ write }) => isPermitted(write));
  const title = partName(part, language);
  const readable = sections.reduce((sum, { section }) => sum + (counts.get(`section ${section}`)?.readable ?? 0), 0);
  const waits = open.some(({ epoch, holdsKey }) => epoch > 0 && !holdsKey) && readable === 0;
  const detail = [
    readable > 0 ? elements(readable, messages) : messages.cases.empty,
    ...(waits ? [messages.cases.noKey] : []),
    ...(writes ? [messages.cases.mayWrite] : []),
  ].join(" · ");
  return (
    <Row
      title={title}
      detail={open.length > 0 ? detail : messages.cases.closed}
      aside={
        open.length === 0 ? (
          <Badge tone="warn">{messages.cases.closed}</Badge>
        ) : (
          closed.length > 0 && <Badge>{levelName(open[0]?.question.level ?? 1, language)}</Badge>
        )
      }
      {...(open.length > 0 || writes ? { href: href({ name: "thread", case: of, part }) } : {})}
    >
      {closed.length > 0 && (
        <Disclosure
          summary={
            <>
              {closed.map(({ question }) => levelName(question.level, language)).join(", ")} : {messages.cases.why}
            </>
          }
        >
          {closed.map(({ section, question, read }) => (
            <p class="soft" key={section}>
              {explain(read, part, question.level, language)}
            </p>
          ))}
        </Disclosure>
      )}
    </Row>
  );
}

function elements(count: number, messages: ReturnType<typeof useApp>["messages"]): string {
  return messages.cases.elements(String(count));
}

function Elements({ count }: { readonly count: Count | undefined }): JSX.Element {
  const { messages } = useApp();
  const readable = count?.readable ?? 0;
  return <>{readable === 0 ? messages.cases.empty : elements(readable, messages)}</>;
}

interface RenameProps {
  readonly of: string;
  readonly names: Names;
  readonly onNamed: () => void;
}

/** What this device calls the case: the hub knows no name of anybody. */
function Rename({ of, names, onNamed }: RenameProps): JSX.Element {
  const { messages, tell } = useApp();
  const [name, setName] = useState(names.of("case", of) ?? "");
  return (
    <Disclosure summary={messages.cases.rename}>
      <TextField label={messages.cases.name} hint={messages.cases.nameHint} value={name} onInput={setName} maxLength={100} />
      <div class="row">
        <Button
          onPress={async () => {
            await names.put("case", of, name);
            tell(messages.cases.named);
            onNamed();
          }}
        >
          {messages.cases.keepName}
        </Button>
      </div>
    </Disclosure>
  );
}
