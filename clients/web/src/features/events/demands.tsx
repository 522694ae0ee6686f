/** « Demandes »: what waits for an answer over all cases, each answered where it stands or one press further (F11, F16). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Names } from "../../client/names.ts";
import { toAnswer } from "../../client/to-answer.ts";
import type { ToAnswer, WaitingEmergency, WaitingGrant, WaitingRequest } from "../../client/to-answer.ts";
import { rowName } from "../../i18n/codes.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { CaseName } from "../reading/words.tsx";
import { clock } from "./demand.tsx";

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
            <Button label={mayConfirm ? `${words.confirm} (${who})` : words.grantTo(who)} onPress={() => give.run()}>
              {mayConfirm ? words.confirm : words.give}
            </Button>
          </div>
        )}
        {(give.state === "sending" || give.state === "failed") && <ActNote act={give} />}
      </div>
    </Row>
  );
}
