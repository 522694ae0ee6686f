/** « Demandes »: what waits for an answer over all cases, each answered where it stands or one press further (F11, F16). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { requestAnswer } from "../../client/facts.ts";
import type { Names } from "../../client/names.ts";
import type { Registered } from "../../client/requests.ts";
import { registerOf } from "../../client/requests.ts";
import { toAnswer } from "../../client/to-answer.ts";
import type { ToAnswer, WaitingEmergency, WaitingGrant, WaitingRequest } from "../../client/to-answer.ts";
import { rowName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { REFUSAL_REASONS, REQUEST_MEANS, REQUEST_OUTCOMES } from "../../protocol/fact-requests.ts";
import type { RequestAnswer } from "../../protocol/fact-requests.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts, List, Name, Row } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Select, TextArea, TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { CaseName } from "../reading/words.tsx";

const DAY_MS = 86_400_000;
const LONGEST_ANSWER = 2_000;

/** « il reste 12 jours », « dernier jour », « en retard de 3 jours ». */
function clock({ termMs }: Registered, { messages, nowMs }: App): string {
  const words = messages.demands;
  const days = Math.floor((termMs - nowMs()) / DAY_MS);
  if (days < 0) return words.late(String(-days));
  return days === 0 ? words.lastDay : words.left(String(days));
}

export function DemandsScreen(): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.demands;
  const found = useLoad(async () => {
    const [waiting, names] = await Promise.all([toAnswer(client), client.desk.names]);
    return { waiting, names };
  }, [client]);
  useLookAgain(found.again);
  return (
    <Page title={words.title} lead={words.lead}>
      <Loaded from={found} lines={6}>
        {({ waiting, names }) => {
          const of = <Kind extends ToAnswer["kind"]>(kind: Kind): Extract<ToAnswer, { kind: Kind }>[] =>
            waiting.filter((one): one is Extract<ToAnswer, { kind: Kind }> => one.kind === kind);
          const [emergencies, reports, requests, grants] = [of("emergency"), of("report"), of("request"), of("grant")];
          const reviews = of("review");
          return (
            <>
              {waiting.length === 0 && (
                <Empty title={words.none}>
                  <p>{words.noneBody}</p>
                </Empty>
              )}
              {emergencies.map((one) => (
                <Emergency key={one.course.record.hash} one={one} names={names} onDone={found.again} />
              ))}
              {reports.length > 0 && (
                <Card title={words.reports} tone="warn">
                  <List label={words.reports}>
                    {reports.map((one) => (
                      <Row
                        key={one.place.name}
                        href={href({ name: "danger-one", case: one.case, report: one.place.name })}
                        title={messages.danger.one}
                        detail={<CaseName names={names} of={one.case} />}
                      />
                    ))}
                  </List>
                </Card>
              )}
              {reviews.length > 0 && (
                <Card title={words.reviews} tone="warn">
                  <List label={words.reviews}>
                    {reviews.map(({ case: case_, shown: { course } }) => (
                      <Row
                        key={course.record.hash}
                        href={href({ name: "urgent-review", case: case_, emergency: course.record.hash })}
                        title={messages.urgent.judged}
                        detail={<CaseName names={names} of={case_} />}
                      />
                    ))}
                  </List>
                </Card>
              )}
              {requests.length > 0 && (
                <Card title={words.requests}>
                  <List label={words.requests}>
                    {requests.map((one) => (
                      <Request key={one.registered.request.hash} one={one} names={names} />
                    ))}
                  </List>
                </Card>
              )}
              {grants.length > 0 && (
                <Card title={words.grants}>
                  <List label={words.grants}>
                    {grants.map((one) => (
                      <Grant key={`${one.case} ${one.owed.user}`} one={one} names={names} onDone={found.again} />
                    ))}
                  </List>
                </Card>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface EmergencyProps {
  readonly one: WaitingEmergency;
  readonly names: Names;
  readonly onDone: () => void;
}

function Emergency({ one, names, onDone }: EmergencyProps): JSX.Element {
  const { messages, language, client, session, tell } = useApp();
  const words = messages.demands;
  const { record, reason } = one.course;
  const { row, structure } = record.fact;
  const [isEmpty, setEmpty] = useState(false);
  const open = useAct(async () => {
    const view = await client.casebook.view(one.case);
    const { answered } = await client.writing.emergencyAnswers.work(view, record.hash);
    const refused = answered.refused.get(record.hash);
    if (refused !== undefined) throw refused;
    await client.save();
    const count = answered.opened.get(record.hash) ?? 0;
    setEmpty(count === 0);
    if (count === 0) return;
    tell(words.opened(String(count)));
    onDone();
  });
  return (
    <Card title={words.emergencies} tone="warn">
      <p>
        <CaseName names={names} of={one.case} />
        {` · ${words.caller(`${rowName(row, language)}, ${structureLabel(session.bundle.registrars, structure)}`)}`}
      </p>
      <p>{reason === undefined ? words.noReason : messages.auditEmergency[reason.fact.reason]}</p>
      {one.text !== undefined && (
        <p class="words">
          <Name>{one.text}</Name>
        </p>
      )}
      {isEmpty && <Note kind="warn">{words.holdNothing}</Note>}
      <div class="row">
        <Button kind="main" onPress={() => open.run()}>
          {words.openSet}
        </Button>
      </div>
      {(open.state === "sending" || open.state === "failed") && <ActNote act={open} />}
    </Card>
  );
}

function Request({ one, names }: { readonly one: WaitingRequest; readonly names: Names }): JSX.Element {
  const app = useApp();
  const words = app.messages.demands;
  const { request, state } = one.registered;
  return (
    <Row
      href={href({ name: "demand", case: one.case, request: request.hash })}
      title={words[request.fact.kind]}
      detail={<CaseName names={names} of={one.case} />}
      aside={<Badge tone={state === "overdue" ? "danger" : "accent"}>{clock(one.registered, app)}</Badge>}
    />
  );
}

interface GrantProps {
  readonly one: WaitingGrant;
  readonly names: Names;
  readonly onDone: () => void;
}

function Grant({ one, names, onDone }: GrantProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.demands;
  const { user, sections, acceptance } = one.owed;
  const [phrase, setPhrase] = useState("");
  const [isWrong, setWrong] = useState(false);
  const who = names.of("contact", user) ?? messages.thread.someone;
  const give = useAct(async () => {
    if (!acceptance.granted) {
      try {
        await client.writing.confirmations.confirm(user, phrase, client.nowMs());
        setWrong(false);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        setWrong(true);
        return;
      }
    }
    const { duties } = await client.writing.granting.work(await client.casebook.view(one.case));
    if (duties.failed.length > 0) throw duties.failed[0];
    await client.save();
    tell(words.given);
    onDone();
  });
  const mayConfirm = !acceptance.granted && (acceptance.reason === "not-yet" || acceptance.reason === "not-trusted");
  const why = acceptance.granted || mayConfirm ? undefined : acceptance.reason === "vetoed" ? words.vetoed : words.closed;
  return (
    <Row
      title={<Name>{who}</Name>}
      detail={
        <>
          <CaseName names={names} of={one.case} />
          {` · ${words.sections(String(sections.length))}`}
        </>
      }
    >
      <div class="stack">
        {mayConfirm && (
          <>
            <p class="soft">{words.unconfirmed}</p>
            <TextField
              label={words.phrase}
              error={isWrong ? words.wrongPhrase : undefined}
              value={phrase}
              onInput={setPhrase}
              maxLength={200}
            />
          </>
        )}
        {why !== undefined && <p class="soft">{why}</p>}
        {why === undefined && (
          <div class="row">
            <Button label={words.grantTo(who)} onPress={() => give.run()}>
              {mayConfirm ? words.confirm : words.give}
            </Button>
          </div>
        )}
        {(give.state === "sending" || give.state === "failed") && <ActNote act={give} />}
      </div>
    </Row>
  );
}

interface DemandProps {
  readonly of: string;
  readonly request: string;
}

export function DemandScreen({ of, request }: DemandProps): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const words = messages.demands;
  const found = useLoad(async () => {
    const [view, names] = await Promise.all([client.casebook.view(of), client.desk.names]);
    return { registered: registerOf(view.main.facts, nowMs()).find((one) => one.request.hash === request), names };
  }, [client, of, request]);
  const back = { href: href({ name: "demands" }), label: words.back };
  const lead = found.state === "ready" && <CaseName names={found.value.names} of={of} />;
  return (
    <Page title={words.answer} back={back} lead={lead}>
      <Loaded from={found} lines={8}>
        {({ registered }) =>
          registered === undefined ? <Empty title={messages.misuse["no-such-record"]} /> : <Answer of={of} one={registered} />
        }
      </Loaded>
    </Page>
  );
}

function Answer({ of, one }: { readonly of: string; readonly one: Registered }): JSX.Element {
  const app = useApp();
  const { messages, language, client, tell } = app;
  const words = messages.demands;
  const { hash, fact } = one.request;
  const [outcome, setOutcome] = useState<RequestAnswer["outcome"]>("granted");
  const [reason, setReason] = useState<NonNullable<RequestAnswer["reason"]>>("complex");
  const [means, setMeans] = useState<RequestAnswer["means"]>(fact.means);
  const [text, setText] = useState("");
  const needsName = fact.kind === "name" && outcome !== "refused" && outcome !== "extended" && text.trim() === "";
  const [isMissing, setMissing] = useState(false);
  const isDone = one.state === "answered" || one.state === "answered-late";
  const send = useAct(async () => {
    const make = requestAnswer(hash, outcome, means, outcome === "granted" ? undefined : reason);
    const said = text.trim();
    const recorded = await client.writing.facts.record(of, make, said === "" ? {} : { words: { text: said } });
    await client.save();
    tell(recorded.kind === "recorded" && recorded.untold ? words.untold : words.sent);
    go({ name: "demands" });
    // The person is handed the key of the words: nobody else may hold it yet.
    if (said !== "") await client.writing.syncing.sync(of);
    await client.save();
  });
  const about: (readonly [string, string])[] = fact.leaf === undefined ? [] : [[words.about, words.leaf(String(fact.leaf))]];
  return (
    <>
      <Card title={words[fact.kind]} aside={isDone ? undefined : <Badge tone="accent">{clock(one, app)}</Badge>}>
        <Facts items={[[words.received, date(fact.receivedMs, language)], [words.term, date(one.termMs, language)], ...about]} />
      </Card>
      {isDone ? (
        <>
          <Note kind="good">{words.answered}</Note>
          <div class="row">
            <ButtonLink href={href({ name: "demands" })}>{words.back}</ButtonLink>
          </div>
        </>
      ) : (
        <Card title={words.outcome}>
          <Choice
            legend={words.outcome}
            options={REQUEST_OUTCOMES.map((value) => ({
              value,
              label: words[value],
              detail: value === "extended" ? words.extendedHelp : undefined,
            }))}
            value={outcome}
            onChange={setOutcome}
          />
          {outcome !== "granted" && (
            <Select
              label={words.reason}
              options={REFUSAL_REASONS.map((value) => ({ value, label: words[value] }))}
              value={reason}
              onChange={setReason}
            />
          )}
          <TextArea
            label={fact.kind === "name" ? words.nameWords : words.words}
            hint={words.wordsHint}
            value={text}
            onInput={setText}
            maxLength={LONGEST_ANSWER}
            error={isMissing && needsName ? words.nameMissing : undefined}
          />
          <Select
            label={words.means}
            options={REQUEST_MEANS.map((value) => ({ value, label: words[value] }))}
            value={means}
            onChange={setMeans}
          />
          <div class="row">
            <Button
              kind="main"
              onPress={() => {
                setMissing(needsName);
                return needsName ? undefined : send.run();
              }}
            >
              {words.send}
            </Button>
          </div>
          {(send.state === "sending" || send.state === "failed") && <ActNote act={send} />}
        </Card>
      )}
    </>
  );
}
