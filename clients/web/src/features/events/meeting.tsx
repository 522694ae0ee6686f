/** Conferences of a case, and one of them: its information sheet to print, its minutes with actions, its calling off (F22). */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Names } from "../../client/names.ts";
import { date, hour, instant } from "../../i18n/times.ts";
import type { FactRecord } from "../../protocol/case-facts.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import type { Conference } from "../../protocol/fact-meetings.ts";
import type { Announcement, Minutes } from "../../protocol/meeting-words.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Check, Segments } from "../../ui/choice.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { caseName, CaseName } from "../reading/words.tsx";
import { decisionsOf, personLine } from "./lines.ts";

const LOOK_AGAIN_MS = 5_000;

export function MeetingsScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const words = messages.meeting;
  const found = useLoad(async () => {
    const [meetings, names] = await Promise.all([client.writing.conferences.all(of), client.desk.names]);
    const ended = await Promise.all(meetings.map((one) => client.writing.conferences.endedMs(of, one)));
    return { meetings, names, ended };
  }, [client, of]);
  return (
    <Page
      title={words.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <div class="row">
        <ButtonLink kind="main" href={href({ name: "meeting-new", case: of })}>
          {words.prepare}
        </ButtonLink>
      </div>
      <Loaded from={found} lines={4}>
        {({ meetings, ended }) =>
          meetings.length === 0 ? (
            <Empty title={words.none} />
          ) : (
            <List label={words.title}>
              {meetings.map(({ hash, fact }, at) => (
                <Row
                  key={hash}
                  href={href({ name: "meeting", case: of, conference: hash })}
                  title={instant(fact.fromMs, language)}
                  detail={words[fact.purpose]}
                  aside={<Badge>{stateOf(fact, ended[at] ?? Infinity, nowMs(), words)}</Badge>}
                />
              ))}
            </List>
          )
        }
      </Loaded>
    </Page>
  );
}

interface StateWords {
  readonly calledOff: string;
  readonly held: string;
  readonly coming: string;
}

function stateOf({ fromMs }: Conference, endedMs: number, nowMs: number, words: StateWords): string {
  if (endedMs <= fromMs) return words.calledOff;
  return nowMs < fromMs ? words.coming : words.held;
}

interface Meeting {
  readonly record: FactRecord<Conference>;
  readonly endedMs: number;
  readonly words: Announcement;
  readonly minutes: Minutes | undefined;
  readonly names: Names;
}

interface MeetingProps {
  readonly of: string;
  readonly conference: string;
}

export function MeetingScreen({ of, conference }: MeetingProps): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const words = messages.meeting;
  const [, setRound] = useState(0);
  const found = useLoad(async (): Promise<Meeting | undefined> => {
    const { conferences } = client.writing;
    const record = (await conferences.all(of)).find(({ hash }) => hash === conference);
    if (record === undefined) return undefined;
    const [endedMs, said, minutes, names] = await Promise.all([
      conferences.endedMs(of, record),
      conferences.announcement(of, record),
      conferences.minutesOf(of, record),
      client.desk.names,
    ]);
    return { record, endedMs, words: said, minutes, names };
  }, [client, of, conference]);
  // Nothing is asked again: only the hour of the meeting comes.
  useEffect(() => {
    const timer = setInterval(() => {
      setRound((round) => round + 1);
    }, LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return (
    <Page title={words.one} back={{ href: href({ name: "meetings", case: of }), label: words.back }}>
      <Loaded from={found} lines={12}>
        {(meeting) =>
          meeting === undefined ? (
            <Empty title={messages.misuse["no-such-record"]} />
          ) : (
            <Shown of={of} meeting={meeting} isHeld={nowMs() >= meeting.record.fact.fromMs} again={found.again} />
          )
        }
      </Loaded>
    </Page>
  );
}

interface ShownProps {
  readonly of: string;
  readonly meeting: Meeting;
  readonly isHeld: boolean;
  readonly again: () => void;
}

function Shown({ of, meeting, isHeld, again }: ShownProps): JSX.Element {
  const app = useApp();
  const { messages, language, client, nowMs, tell } = app;
  const said = messages.meeting;
  const { record, words, minutes, endedMs, names } = meeting;
  const [sheet, setSheet] = useState<"information" | "attendance" | "record">("information");
  const isOff = endedMs <= record.fact.fromMs;
  const callOff = useAct(async () => {
    await client.writing.conferences.callOff(of, record);
    await client.save();
    tell(said.calledOffNow);
    again();
  });
  const paper = useAct(async () => {
    // What leaves on paper is released for that: its leaf says « imprimé ».
    if (sheet === "record") await client.writing.conferences.minutesOf(of, record, "print");
    else await client.writing.conferences.announcement(of, record, "print");
    print();
  });
  const sheets = [
    { value: "information", label: said.information },
    { value: "attendance", label: said.attendance },
    ...(minutes === undefined ? [] : [{ value: "record" as const, label: said.record }]),
  ] as const;
  return (
    <>
      {isOff && <Note kind="warn">{said.isOff}</Note>}
      <Segments label={said.papers} options={sheets} value={sheet} onChange={setSheet} />
      <article class="card sheet" aria-label={said.papers}>
        {sheet === "information" && <Information record={record} words={words} />}
        {sheet === "attendance" && <Attendance words={words} name={caseName(names, of, messages)} />}
        {sheet === "record" && minutes !== undefined && <RecordSheet words={words} minutes={minutes} />}
      </article>
      <div class="row screen-only">
        <Button onPress={() => paper.run()}>{said.print}</Button>
        {!isOff && (
          <ButtonLink href={href({ name: "meeting-show", case: of, conference: record.hash })}>{said.present}</ButtonLink>
        )}
        {!isHeld && !isOff && (
          <Button kind="quiet" onPress={() => callOff.run()}>
            {said.callOff}
          </Button>
        )}
      </div>
      {(callOff.state === "failed" || paper.state === "failed") && <ActNote act={callOff.state === "failed" ? callOff : paper} />}
      {!isOff && minutes === undefined && (
        <div class="screen-only">
          {isHeld ? <MinutesForm of={of} meeting={meeting} again={again} /> : <p class="soft">{said.minutesLater}</p>}
        </div>
      )}
      <PrintFooter>
        <span>
          {messages.urgent.ofCase(referenceOf(of))} · {instant(nowMs(), language)}
        </span>
        <span>{messages.shell.confidential}</span>
      </PrintFooter>
    </>
  );
}

function When({ words }: { readonly words: Announcement }): JSX.Element {
  const { language } = useApp();
  return (
    <p>
      <strong>
        {instant(words.fromMs, language)} – {hour(words.untilMs, language)}
      </strong>
      {", "}
      <Name>{words.place}</Name>
    </p>
  );
}

/** The page handed to the person: why, who, which documents, until when, and what they may refuse. */
function Information({ record, words }: Pick<Meeting, "record" | "words">): JSX.Element {
  const { messages } = useApp();
  const said = messages.meeting;
  return (
    <>
      <h2>{said.aboutYou}</h2>
      <When words={words} />
      <p>
        <Name>{words.purpose}</Name>
        {` (${said[record.fact.purpose]})`}
      </p>
      <h3>{said.agenda}</h3>
      <ol class="points">
        {words.agenda.map((point) => (
          <li key={point}>
            <Name>{point}</Name>
          </li>
        ))}
      </ol>
      <h3>{said.there}</h3>
      <People words={words} />
      <p>
        {said.you(said[record.fact.person])} {words.withoutPerson !== undefined && <Name>{words.withoutPerson}</Name>}
      </p>
      <h3>{said.read}</h3>
      <p>{said.count(String(record.fact.entries.length))}</p>
      <h3>{said.rights}</h3>
      <p>{said.rightsBody}</p>
    </>
  );
}

function People({ words }: { readonly words: Announcement }): JSX.Element {
  return (
    <ul class="points">
      {words.people.map((one) => (
        <li key={`${one.name} ${one.function} ${one.participation ?? ""}`}>
          <Name>{personLine(one.name, one.function, one.structure)}</Name>
        </li>
      ))}
    </ul>
  );
}

/** The page signed at the door. */
function Attendance({ words, name }: { readonly words: Announcement; readonly name: string }): JSX.Element {
  const { messages } = useApp();
  const said = messages.meeting;
  return (
    <>
      <h2>{said.attendance}</h2>
      <When words={words} />
      <table class="signed">
        <thead>
          <tr>
            <th scope="col">{said.nameColumn}</th>
            <th scope="col">{said.signature}</th>
          </tr>
        </thead>
        <tbody>
          {[name, ...words.people.map((one) => personLine(one.name, one.function))].map((one, at) => (
            <tr key={`${one} ${at}`}>
              <td>
                <Name>{one}</Name>
              </td>
              <td />
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function RecordSheet({ words, minutes }: { readonly words: Announcement; readonly minutes: Minutes }): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.meeting;
  return (
    <>
      <h2>{said.record}</h2>
      <When words={words} />
      <p>
        {said.attended} <Name>{minutes.present.join(" ; ")}</Name>
      </p>
      <p class="words" dir="auto">
        {minutes.text}
      </p>
      <h3>{said.decided}</h3>
      <ul class="points">
        {minutes.decisions.map((one) => (
          <li key={`${one.text} ${one.who}`}>
            <Name>{one.text}</Name>
            {" · "}
            <Name>{one.who}</Name>
            {one.dueMs !== undefined && ` · ${date(one.dueMs, language)}`}
          </li>
        ))}
      </ul>
    </>
  );
}

function MinutesForm({ of, meeting, again }: Omit<ShownProps, "isHeld">): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.meeting;
  const [text, setText] = useState("");
  const [decisions, setDecisions] = useState("");
  const [away, setAway] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<string>();
  const people = meeting.words.people.map((one) => personLine(one.name, one.function));
  const keep = useAct(async () => {
    const taken = decisionsOf(decisions);
    const wrong = text.trim() === "" ? said.noText : taken.includes(undefined) ? said.badDecision : undefined;
    setProblem(wrong);
    if (wrong !== undefined) return;
    const present = people.filter((one) => !away.has(one));
    const minutes = { text: text.trim(), present, decisions: taken.flatMap((one) => one ?? []) };
    await client.writing.conferences.hold(of, meeting.record, minutes, said.recordTitle);
    await client.save();
    tell(said.kept);
    again();
  });
  return (
    <Card title={said.write}>
      {people.map((one) => (
        <Check
          key={one}
          label={one}
          detail={said.wasThere}
          checked={!away.has(one)}
          onChange={(isThere) => {
            setAway(isThere ? new Set([...away].filter((other) => other !== one)) : new Set([...away, one]));
          }}
        />
      ))}
      <TextArea label={said.text} value={text} onInput={setText} maxLength={20_000} />
      <TextArea label={said.decisions} hint={said.decisionsHint} value={decisions} onInput={setDecisions} maxLength={8_000} />
      {problem !== undefined && <Note kind="danger">{problem}</Note>}
      <div class="row">
        <Button kind="main" onPress={() => keep.run()}>
          {said.keep}
        </Button>
      </div>
      {(keep.state === "sending" || keep.state === "failed") && <ActNote act={keep} />}
    </Card>
  );
}
