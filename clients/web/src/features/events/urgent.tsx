/** « Accès en urgence » (P5): the case by its reference, the reason, what it does and who is told, then what was opened. */
import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import type { Shown } from "../../client/emergencies.ts";
import { Refused } from "../../client/errors.ts";
import { urgentOf } from "../../client/urgent-reading.ts";
import { instant } from "../../i18n/times.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { MAX_WORDS } from "../../protocol/emergency-words.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { EMERGENCY_REASONS } from "../../protocol/fact-emergencies.ts";
import type { EmergencyReason } from "../../protocol/fact-emergencies.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Facts, List, Name, Row } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { placeName } from "../reading/words.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { EntrySheet } from "../thread/sheet.tsx";

/** Which case: by the reference that every paper of it has. */
export function UrgentFindScreen(): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.urgent;
  const [reference, setReference] = useState("");
  const [wrong, setWrong] = useState(false);
  const find = useAct(async () => {
    setWrong(false);
    try {
      go({ name: "urgent-case", case: await client.audit.caseOfReference(reference) });
    } catch (error) {
      const isWrong = error instanceof ProtocolError || (error instanceof Refused && error.problem === "not-found");
      if (!isWrong) throw error;
      setWrong(true);
    }
  });
  return (
    <Page title={words.title} lead={words.lead} back={{ href: href({ name: "cases" }), label: messages.cases.title }}>
      <NotHealth />
      <Card title={words.which}>
        <TextField
          label={words.reference}
          hint={words.referenceHint}
          error={wrong ? words.badReference : undefined}
          value={reference}
          onInput={setReference}
          maxLength={64}
        />
        <div class="row">
          <Button kind="main" onPress={() => find.run()}>
            {words.find}
          </Button>
        </div>
        {find.state === "failed" && <ActNote act={find} />}
      </Card>
    </Page>
  );
}

/** Said before anybody fills in anything: the hub would refuse it at the end. */
function NotHealth(): JSX.Element {
  const { messages, acting } = useApp();
  if (acting?.capacity.category === 1) return <></>;
  return <Note kind="danger">{messages.misuse["not-health"]}</Note>;
}

export function UrgentCaseScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.urgent;
  const found = useLoad(async () => {
    const [urgent, names, marks] = await Promise.all([urgentOf(client, of), client.desk.names, client.desk.marks]);
    return { ...urgent, names, marks };
  }, [client, of]);
  const { again } = found;
  const isOpen = found.state === "ready" && found.value.mine !== undefined;
  useLookAgain(
    useCallback(() => {
      if (isOpen) again();
    }, [again, isOpen]),
    of,
  );
  const back =
    isOpen || (found.state === "ready" && !found.value.takesPart)
      ? { href: href({ name: "cases" }), label: messages.cases.title }
      : { href: href({ name: "case", case: of }), label: messages.thread.back };
  return (
    <Page title={words.title} back={back} lead={words.ofCase(referenceOf(of))}>
      <Loaded from={found} lines={8}>
        {({ mine, received, names, marks }) =>
          mine === undefined ? (
            <Declare of={of} onDone={again} />
          ) : (
            <>
              <Running of={of} mine={mine} onEnded={again} />
              <Set received={received} sheet={(one) => <EntrySheet one={one} names={names} marks={marks} />} />
              <After />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface DeclareProps {
  readonly of: string;
  readonly onDone: () => void;
}

function Declare({ of, onDone }: DeclareProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.urgent;
  const [reason, setReason] = useState<EmergencyReason["reason"]>();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const [asking, setAsking] = useState(false);
  const declare = useAct(async (why: EmergencyReason["reason"]) => {
    setAsking(false);
    const started = await client.writing.emergencies.start(of, why, text.trim());
    await client.save();
    tell(words.declared(String(started.told.length)));
    onDone();
  });
  const isReady = reason !== undefined && text.trim() !== "";
  return (
    <>
      <NotHealth />
      <Card title={words.what}>
        <ul class="points">
          {[words.opens, words.never, words.lasts].map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <h3>{words.who}</h3>
        <p>{words.told}</p>
        <p>{words.reviewed}</p>
      </Card>
      <Card title={words.why}>
        <Choice
          legend={words.reason}
          options={EMERGENCY_REASONS.map((one) => ({ value: one, label: messages.auditEmergency[one] }))}
          value={reason}
          onChange={setReason}
        />
        <TextArea label={words.text} hint={words.textHint} value={text} onInput={setText} maxLength={MAX_WORDS} />
        {missing && !isReady && <Note kind="danger">{words.missing}</Note>}
        <div class="row">
          <Button
            kind="danger"
            onPress={() => {
              setMissing(!isReady);
              setAsking(isReady);
            }}
          >
            {words.open}
          </Button>
        </div>
        {declare.state !== "idle" && <ActNote act={declare} />}
      </Card>
      <Dialog
        title={words.sure}
        open={asking}
        onClose={() => {
          setAsking(false);
        }}
      >
        <p>{words.sureBody}</p>
        <div class="row">
          <Button
            kind="danger"
            onPress={async () => {
              if (reason !== undefined) await declare.run(reason);
            }}
          >
            {words.confirm}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

interface RunningProps {
  readonly of: string;
  readonly mine: Shown;
  readonly onEnded: () => void;
}

function Running({ of, mine, onEnded }: RunningProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const words = messages.urgent;
  const { record, reason, overMs } = mine.course;
  const end = useAct(async () => {
    await client.writing.emergencies.stop(of, record.hash);
    await client.save();
    tell(words.ended);
    onEnded();
  });
  return (
    <Card title={words.running} tone="warn">
      <Facts
        items={[
          [messages.auditEmergency.why, reason === undefined ? words.noReason : messages.auditEmergency[reason.fact.reason]],
          [words.until, instant(overMs, language)],
        ]}
      />
      <div class="row">
        <Button onPress={() => end.run()}>{words.end}</Button>
      </div>
      {end.state !== "idle" && <ActNote act={end} />}
    </Card>
  );
}

interface SetProps {
  readonly received: readonly Received[];
  readonly sheet: (one: Received) => JSX.Element;
}

/** What was opened so far; one entry is read at a time, and each reading is in the log. */
function Set({ received, sheet }: SetProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.urgent;
  const [reading, setReading] = useState<string>();
  if (received.length === 0) return <Note kind="plain">{words.waiting}</Note>;
  return (
    <Card title={words.set}>
      <List label={words.set}>
        {received.map((one) =>
          reading === one.entry ? (
            <li key={one.entry}>{sheet(one)}</li>
          ) : (
            <Row
              key={one.entry}
              title={<Name>{one.title.title}</Name>}
              detail={`${placeName(one.compartment, one.level, language)} · ${instant(one.writtenMs, language)}`}
              aside={<Badge tone="good">{words.verified}</Badge>}
            >
              <Button
                label={words.readOf(one.title.title)}
                onPress={() => {
                  setReading(one.entry);
                }}
              >
                {words.read}
              </Button>
            </Row>
          ),
        )}
      </List>
    </Card>
  );
}

function After(): JSX.Element {
  const { messages } = useApp();
  const words = messages.urgent;
  return (
    <Card title={words.after}>
      <ul class="points">
        {[words.closes, words.theyRead, words.reviewed].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Card>
  );
}
