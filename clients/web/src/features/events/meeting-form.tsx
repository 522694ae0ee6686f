/** Convening a conference on one screen (F22): when, where, what for, who, which documents; then what the person is told, and one press. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href, replace } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Convening } from "../../client/conferences.ts";
import type { Received } from "../../client/desk.ts";
import { NotPermitted } from "../../client/errors.ts";
import type { Names } from "../../client/names.ts";
import { functionName, levelName, partName } from "../../i18n/codes.ts";
import { rowName } from "../../i18n/codes.ts";
import type { FactRecord } from "../../protocol/case-facts.ts";
import { instantOf } from "../../protocol/case-state.ts";
import { PERSON_PARTS, PURPOSES } from "../../protocol/fact-meetings.ts";
import type { Conference } from "../../protocol/fact-meetings.ts";
import { NOTICE_MEANS } from "../../protocol/fact-notices.ts";
import type { Notice, NoticeLine } from "../../protocol/fact-notices.ts";
import type { Participation } from "../../protocol/fact-people.ts";
import type { Invited } from "../../protocol/meeting-words.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Name } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { DateField, Field, Select, TextArea, TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName, placeName } from "../reading/words.tsx";
import { guestsOf, underName } from "./lines.ts";

const MINUTE_MS = 60_000;
const LENGTHS = ["30", "60", "90", "120"] as const;
const DOCUMENTS_SHOWN = 20;

interface Around {
  readonly names: Names;
  readonly team: readonly FactRecord<Participation>[];
  readonly documents: readonly Received[];
}

export function MeetingFormScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(async (): Promise<Around> => {
    const view = await client.casebook.view(of);
    const { facts } = view.main;
    const atMs = instantOf(view.main, client.nowMs());
    const [names, received] = await Promise.all([client.desk.names, client.desk.of(of)]);
    const team = facts.of("participation").filter((record) => facts.inForce(record, atMs));
    const documents = received
      .filter(({ placed, kind }) => placed.kind === "section" && kind !== "mark" && kind !== "annex")
      .sort((one, other) => other.writtenMs - one.writtenMs);
    return { names, team, documents: documents.slice(0, DOCUMENTS_SHOWN) };
  }, [client, of]);
  return (
    <Page
      title={messages.meeting.prepare}
      back={{ href: href({ name: "meetings", case: of }), label: messages.meeting.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={12}>
        {(around) => <Form of={of} around={around} />}
      </Loaded>
    </Page>
  );
}

function called({ language, messages, client }: App, names: Names, { fact }: FactRecord<Participation>): string {
  if (fact.user === client.author.user) return messages.thread.me;
  return names.of("contact", fact.user) ?? functionName(fact.capacity, language);
}

/** « Santé, le détail, à : Infirmier, DAC du Vercors » */
function sentence(line: NoticeLine, { messages, language, session }: App): string {
  if (line.kind === "general") return messages.meeting.general;
  const parts = line.information.map(({ compartment, level }) => placeName(compartment, level, language)).join(" ; ");
  const { to } = line;
  if (to === undefined || "user" in to) return messages.meeting.line(parts, messages.meeting.participant);
  return messages.meeting.line(parts, `${rowName(to.row, language)}, ${structureLabel(session.bundle.registrars, to.structure)}`);
}

function Form({ of, around }: { readonly of: string; readonly around: Around }): JSX.Element {
  const app = useApp();
  const { messages, language, client, session, nowMs, tell } = app;
  const words = messages.meeting;
  const [subject, setSubject] = useState("");
  const [purpose, setPurpose] = useState<Conference["purpose"]>("coordination");
  const [day, setDay] = useState("");
  const [time, setTime] = useState("14:00");
  const [length, setLength] = useState<(typeof LENGTHS)[number]>("60");
  const [place, setPlace] = useState("");
  const [agenda, setAgenda] = useState("");
  const [absent, setAbsent] = useState<ReadonlySet<string>>(new Set());
  const [guests, setGuests] = useState("");
  const [person, setPerson] = useState<Conference["person"]>("takes_part");
  const [why, setWhy] = useState("");
  const [documents, setDocuments] = useState<ReadonlySet<string>>(new Set());
  const [means, setMeans] = useState<Notice["means"]>("oral");
  const [problem, setProblem] = useState<string>();
  const [lines, setLines] = useState<readonly NoticeLine[]>();
  const invited = around.team.filter(({ hash }) => !absent.has(hash));
  const asked = (): Convening | undefined => {
    const fromMs = new Date(`${day}T${time}`).getTime();
    const others = guestsOf(guests);
    const points = agenda
      .split("\n")
      .map((point) => point.trim())
      .filter((point) => point !== "");
    const needsWhy = person !== "takes_part" && person !== "represented";
    const missing =
      subject.trim() === "" || place.trim() === "" || points.length === 0
        ? words.missing
        : Number.isNaN(fromMs) || fromMs <= nowMs()
          ? words.badDay
          : others.includes(undefined)
            ? words.badGuest
            : invited.length + others.length === 0
              ? words.nobody
              : needsWhy && why.trim() === ""
                ? words.missingWhy
                : undefined;
    setProblem(missing);
    if (missing !== undefined) return undefined;
    const members = invited.map((record): Invited => ({
      name:
        record.fact.user === client.author.user
          ? functionName(record.fact.capacity, language)
          : called(app, around.names, record),
      function: functionName(record.fact.capacity, language),
      structure: structureLabel(session.bundle.registrars, record.fact.capacity.structure),
      participation: record.hash,
    }));
    return {
      words: {
        purpose: subject.trim(),
        place: place.trim(),
        fromMs,
        untilMs: fromMs + Number(length) * MINUTE_MS,
        agenda: points,
        people: [...members, ...others.flatMap((one) => one ?? [])],
        ...(needsWhy ? { withoutPerson: why.trim() } : {}),
      },
      purpose,
      users: [...new Set(invited.map(({ fact }) => fact.user))],
      entries: around.documents
        .filter(({ entry }) => documents.has(entry))
        .map(({ placed, entry }) => ({ place: placed, id: entry })),
      person,
      means,
    };
  };
  const prepare = useAct(async () => {
    const given = asked();
    if (given !== undefined) setLines(await client.writing.conferences.told(of, given));
  });
  const convene = useAct(async () => {
    const given = asked();
    if (given === undefined) return;
    const { conference } = await client.writing.conferences.convene(of, given);
    await client.save();
    tell(words.convened);
    replace({ name: "meeting", case: of, conference });
  });
  const changed = (): void => {
    setLines(undefined);
    setProblem(undefined);
    prepare.reset();
  };
  const toggled = (set: ReadonlySet<string>, one: string): ReadonlySet<string> => {
    changed();
    return set.has(one) ? new Set([...set].filter((other) => other !== one)) : new Set([...set, one]);
  };
  return (
    <form
      class="stack"
      onInput={changed}
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <Card title={words.when}>
        <TextField label={words.subject} value={subject} onInput={setSubject} maxLength={200} />
        <div class="fields">
          <DateField label={words.day} value={day} onInput={setDay} />
          <Field label={words.time}>
            {(tied) => (
              <input
                {...tied}
                type="time"
                value={time}
                onInput={(event) => {
                  setTime(event.currentTarget.value);
                }}
              />
            )}
          </Field>
          <Select
            label={words.length}
            options={LENGTHS.map((value) => ({ value, label: words.minutes(value) }))}
            value={length}
            onChange={setLength}
          />
        </div>
        <TextField label={words.place} value={place} onInput={setPlace} maxLength={200} />
        <TextArea label={words.agenda} hint={words.agendaHint} value={agenda} onInput={setAgenda} maxLength={4000} />
        <Select
          label={words.purpose}
          options={PURPOSES.map((value) => ({ value, label: words[value] }))}
          value={purpose}
          onChange={setPurpose}
        />
      </Card>
      <Card title={words.who}>
        {around.team.map((record) => (
          <Check
            key={record.hash}
            label={called(app, around.names, record)}
            detail={underName(
              called(app, around.names, record),
              functionName(record.fact.capacity, language),
              structureLabel(session.bundle.registrars, record.fact.capacity.structure),
            )}
            checked={!absent.has(record.hash)}
            onChange={() => {
              setAbsent(toggled(absent, record.hash));
            }}
          />
        ))}
        <TextArea label={words.guests} hint={words.guestsHint} value={guests} onInput={setGuests} maxLength={4000} />
        <Select
          label={words.person}
          options={PERSON_PARTS.map((value) => ({ value, label: words[value] }))}
          value={person}
          onChange={setPerson}
        />
        {person !== "takes_part" && person !== "represented" && (
          <TextField label={words.why} value={why} onInput={setWhy} maxLength={400} />
        )}
      </Card>
      {around.documents.length > 0 && (
        <Card title={words.documents}>
          <p class="soft">{words.documentsHint}</p>
          {around.documents.map((one) => (
            <Check
              key={one.entry}
              label={<Name>{one.title.title}</Name>}
              detail={`${partName(one.compartment, language)}, ${levelName(one.level, language)}`}
              checked={documents.has(one.entry)}
              onChange={() => {
                setDocuments(toggled(documents, one.entry));
              }}
            />
          ))}
        </Card>
      )}
      {problem !== undefined && <Note kind="danger">{problem}</Note>}
      {lines === undefined ? (
        <div class="row">
          <Button kind="main" onPress={() => prepare.run()}>
            {words.next}
          </Button>
        </div>
      ) : (
        <Card title={words.tell} tone="accent">
          <ul class="points">
            {lines.map((line) => (
              <li key={JSON.stringify(line)}>{sentence(line, app)}</li>
            ))}
          </ul>
          <Select
            label={words.means}
            options={NOTICE_MEANS.map((value) => ({ value, label: words[`by_${value}`] }))}
            value={means}
            onChange={setMeans}
          />
          <div class="row">
            <Button kind="main" onPress={() => convene.run()}>
              {words.convene}
            </Button>
          </div>
        </Card>
      )}
      <Refusal error={prepare.error ?? convene.error} around={around} />
      {(prepare.state === "failed" || convene.state === "sending" || convene.state === "failed") && (
        <ActNote act={prepare.state === "failed" ? prepare : convene} />
      )}
    </form>
  );
}

/** Who may not have what: the sentence of the rules alone names neither. */
function Refusal({ error, around }: { readonly error: unknown; readonly around: Around }): JSX.Element {
  const app = useApp();
  if (!(error instanceof NotPermitted) || error.detail.entry === undefined) return <></>;
  const { entry, user } = error.detail;
  const title = around.documents.find((one) => one.entry === entry)?.title.title ?? app.messages.meeting.announcement;
  const record = around.team.find(({ fact }) => fact.user === user);
  const whom = record === undefined ? "" : called(app, around.names, record);
  return <Note kind="danger">{app.messages.meeting.cannot(title, whom)}</Note>;
}
