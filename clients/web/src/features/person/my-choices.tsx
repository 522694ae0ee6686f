/** What the person decided and can undo: agreements in force, objections in force. One press takes each back. */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { consentsInForce, inForce, oppositionEnd, withdrawal } from "../../client/facts.ts";
import type { Make } from "../../client/facts.ts";
import { functionName, levelName, partName, rowName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { CaseFacts, FactRecord } from "../../protocol/case-facts.ts";
import type { Consent, Opposition } from "../../protocol/fact-notices.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Empty, List, Row } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Page } from "../../ui/page.tsx";

export function MyChoices({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client } = useApp();
  const facts = useLoad(async () => {
    const { main } = await client.casebook.view(case_);
    await client.save();
    return main.facts;
  }, [client, case_]);
  return (
    <Page
      title={messages.myChoices.title}
      lead={messages.myChoices.lead}
      back={{ href: href({ name: "home" }), label: messages.mine.back }}
    >
      <Loaded from={facts} lines={6}>
        {(known) => <Choices case_={case_} facts={known} again={facts.again} />}
      </Loaded>
    </Page>
  );
}

interface ChoicesProps {
  readonly case_: string;
  readonly facts: CaseFacts;
  readonly again: () => void;
}

function Choices({ case_, facts, again }: ChoicesProps): JSX.Element {
  const { messages, language, client, nowMs, tell } = useApp();
  const said = messages.myChoices;
  const undo = useAct(async (_sent, make: Make, done: string) => {
    await client.writing.facts.record(case_, make);
    await client.save();
    tell(done);
    again();
  });
  const agreements = consentsInForce(facts, nowMs());
  const objections = inForce(facts, "opposition", nowMs());
  return (
    <>
      <ActNote act={undo} />
      {agreements.length === 0 && <Empty title={said.noAgreement} />}
      {agreements.map((record) => (
        <Card title={said.agreement} tone="good" key={record.hash}>
          <p>
            <WhoAndWhat record={record} facts={facts} />
          </p>
          <p class="soft">{said.since(date(record.fact.givenMs, language))}</p>
          <div class="row">
            <Button kind="danger" onPress={() => undo.run(withdrawal(record.hash, "electronic"), said.withdrawn)}>
              {said.withdraw}
            </Button>
          </div>
          <p class="soft">{said.already}</p>
          <Attestation case_={case_} fact={record.hash} />
        </Card>
      ))}
      {objections.map((record) => (
        <Card title={said.objection} tone="warn" key={record.hash}>
          <p>
            <Against record={record} facts={facts} />
          </p>
          <p class="soft">{said.since(date(record.fact.fromMs, language))}</p>
          <div class="row">
            <Button onPress={() => undo.run(oppositionEnd(record.hash), said.lifted)}>{said.lift}</Button>
          </div>
        </Card>
      ))}
      <Past case_={case_} facts={facts} />
      <div class="row">
        <ButtonLink href={href({ name: "myWho", case: case_ })}>{said.more}</ButtonLink>
      </div>
    </>
  );
}

/** What she refused and what she took back: each has its paper too. */
function Past({ case_, facts }: { readonly case_: string; readonly facts: CaseFacts }): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.myChoices;
  const refused = facts.of("consent").filter(({ fact }) => fact.decision === "refused");
  const ended = facts.of("consent-withdrawal");
  if (refused.length === 0 && ended.length === 0) return <></>;
  return (
    <Disclosure summary={said.past}>
      <List label={said.past}>
        {refused.map(({ hash, fact }) => (
          <Row
            href={href({ name: "myPaper", case: case_, fact: hash })}
            title={said.saidNo(date(fact.givenMs, language))}
            key={hash}
          />
        ))}
        {ended.map(({ hash, fact }) => (
          <Row
            href={href({ name: "myPaper", case: case_, fact: hash })}
            title={said.tookBack(date(fact.atMs, language))}
            key={hash}
          />
        ))}
      </List>
    </Disclosure>
  );
}

/** The paper of a decision, to print and keep. */
function Attestation({ case_, fact }: { readonly case_: string; readonly fact: string }): JSX.Element {
  const { messages } = useApp();
  return (
    <div class="row">
      <ButtonLink kind="quiet" href={href({ name: "myPaper", case: case_, fact })}>
        {messages.myPaper.open}
      </ButtonLink>
    </div>
  );
}

function WhoAndWhat({ record, facts }: { readonly record: FactRecord<Consent>; readonly facts: CaseFacts }): JSX.Element {
  const { language } = useApp();
  const { information, recipients } = record.fact;
  const named = [
    ...useNamed(recipients.users ?? [], facts),
    ...(recipients.rows ?? []).map((row) => rowName(row, language)),
    ...(recipients.professions ?? []).map((profession) => functionName({ row: "", profession }, language)),
  ];
  const parts = information.map((one) => `${partName(one.compartment, language)} (${levelName(one.level, language)})`);
  return (
    <>
      <strong>{named.join(", ")}</strong>
      <br />
      {parts.join(", ")}
    </>
  );
}

function Against({ record, facts }: { readonly record: FactRecord<Opposition>; readonly facts: CaseFacts }): JSX.Element {
  const { messages, language } = useApp();
  const { users, rows, compartments } = record.fact;
  const named = [
    ...useNamed(users, facts),
    ...rows.map((row) => rowName(row, language)),
    ...compartments.map((part) => partName(part, language)),
  ];
  return <strong>{named.length === 0 ? messages.myChoices.everybody : named.join(", ")}</strong>;
}

/** People of the case by what they are and where they work. */
function useNamed(users: readonly string[], facts: CaseFacts): readonly string[] {
  const { language, session } = useApp();
  return users.flatMap((user) => {
    const found = facts.of("participation").findLast(({ fact }) => fact.user === user)?.fact.capacity;
    if (found === undefined) return [];
    return [`${functionName(found, language)} · ${structureLabel(session.bundle.registrars, found.structure)}`];
  });
}
