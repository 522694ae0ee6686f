/** What the person decided and can undo: agreements in force, objections in force. One press takes each back. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { answersInForce, consent, inForce, oppositionEnd, withdrawal } from "../../client/facts.ts";
import type { Make } from "../../client/facts.ts";
import { functionName, levelName, partName, rowName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { CaseFacts, FactRecord } from "../../protocol/case-facts.ts";
import type { Consent, Opposition } from "../../protocol/fact-notices.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Card, Empty, List, Row } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Page } from "../../ui/page.tsx";
import { consentTextHash } from "./notice-text.ts";
import { OpposeMore } from "./oppose.tsx";
import { ChangeOfMind, Undo } from "./undo.tsx";
import { holderOf } from "./words.ts";

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
  const { messages, language, nowMs } = useApp();
  const said = messages.myChoices;
  const agreements = answersInForce(facts, "given", nowMs());
  const refusals = answersInForce(facts, "refused", nowMs());
  const objections = inForce(facts, "opposition", nowMs());
  return (
    <>
      {agreements.length === 0 && <Empty title={said.noAgreement} />}
      {agreements.map((record) => (
        <Card title={said.agreement} tone="good" key={record.hash}>
          <p>
            <WhoAndWhat record={record} facts={facts} />
          </p>
          <p class="soft">{said.since(date(record.fact.givenMs, language))}</p>
          <Undo
            case_={case_}
            make={withdrawal(record.hash, "electronic")}
            label={said.withdraw}
            done={said.withdrawn}
            kind="danger"
            again={again}
          />
          <p class="soft">{said.already}</p>
          <Limit case_={case_} record={record} facts={facts} again={again} />
          <Attestation case_={case_} fact={record.hash} />
        </Card>
      ))}
      {refusals.map((record) => (
        <Card title={said.refusal} tone="warn" key={record.hash}>
          <p>
            <WhoAndWhat record={record} facts={facts} />
          </p>
          <p class="soft">{said.since(date(record.fact.givenMs, language))}</p>
          <ChangeOfMind case_={case_} record={record} facts={facts} />
          <Attestation case_={case_} fact={record.hash} />
        </Card>
      ))}
      {objections.map((record) => (
        <Card title={said.objection} tone="warn" key={record.hash}>
          <p>
            <Against record={record} facts={facts} />
          </p>
          <p class="soft">{said.since(date(record.fact.fromMs, language))}</p>
          <Undo case_={case_} make={oppositionEnd(record.hash)} label={said.lift} done={said.lifted} again={again} />
        </Card>
      ))}
      <OpposeMore case_={case_} again={again} />
      <Past case_={case_} facts={facts} />
      <div class="row">
        <ButtonLink href={href({ name: "myWho", case: case_ })}>{said.more}</ButtonLink>
      </div>
    </>
  );
}

interface LimitProps extends ChoicesProps {
  readonly record: FactRecord<Consent>;
}

/** An agreement kept for less: one press leaves one part out, and what is left takes the place of what was. */
function Limit({ case_, record, facts, again }: LimitProps): JSX.Element | null {
  const { messages, language, client } = useApp();
  const said = messages.myChoices;
  const { information, recipients, kind, entries, untilMs } = record.fact;
  if (information.length < 2) return null;
  const without =
    (at: number): Make =>
    (known, atMs) => {
      const holder = holderOf(facts, client.author.user);
      const kept = {
        kind,
        recipients,
        information: information.filter((_, index) => index !== at),
        text: consentTextHash(language),
      };
      const terms = { ...kept, support: "electronic", supersedes: record.hash } as const;
      const more = { ...(entries === undefined ? {} : { entries }), ...(untilMs === undefined ? {} : { untilMs }) };
      return consent({ ...terms, ...more, ...(holder === undefined ? {} : { holder }) })(known, atMs);
    };
  return (
    <Disclosure summary={said.limit}>
      {information.map((one, at) => (
        <Undo
          case_={case_}
          make={without(at)}
          label={said.leaveOut(partName(one.compartment, language))}
          done={said.limited}
          again={again}
          key={`${one.compartment} ${one.level}`}
        />
      ))}
    </Disclosure>
  );
}

/** What she refused and what she took back: each has its paper too. */
function Past({ case_, facts }: { readonly case_: string; readonly facts: CaseFacts }): JSX.Element {
  const { messages, language, nowMs } = useApp();
  const said = messages.myChoices;
  const shown = new Set(answersInForce(facts, "refused", nowMs()).map(({ hash }) => hash));
  const refused = facts.of("consent").filter(({ fact, hash }) => fact.decision === "refused" && !shown.has(hash));
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
