/** « Signaler un danger » (F21): whom to call now, then a text in a list of its own, for one to three people by name. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { AUTHORITIES } from "../../client/platform.ts";
import { MOST_NAMED } from "../../client/reports.ts";
import type { Names } from "../../client/names.ts";
import { functionName } from "../../i18n/codes.ts";
import { instant } from "../../i18n/times.ts";
import { listId } from "../../protocol/entry-list.ts";
import type { FactRecord } from "../../protocol/case-facts.ts";
import { instantOf } from "../../protocol/case-state.ts";
import type { Participation } from "../../protocol/fact-people.ts";
import { placeText } from "../../protocol/places.ts";
import type { Place } from "../../protocol/places.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { underName } from "./lines.ts";
import { numbersOf, Transmit, TransmitPapers } from "./transmit.tsx";
import type { Transmitted } from "./transmit.tsx";

interface Around {
  readonly names: Names;
  readonly team: readonly FactRecord<Participation>[];
  readonly places: readonly Place[];
}

export function DangerScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.danger;
  const found = useLoad(async (): Promise<Around> => {
    const [view, names, places] = await Promise.all([
      client.casebook.view(of),
      client.desk.names,
      client.writing.reports.places(of),
    ]);
    const { facts } = view.main;
    const atMs = instantOf(view.main, client.nowMs());
    const team = facts.of("participation").filter((record) => {
      return record.fact.user !== client.author.user && facts.inForce(record, atMs);
    });
    return { names, team, places };
  }, [client, of]);
  // Of its own: whom to call waits for nothing of the case.
  const set = useLoad(() => numbersOf(client), [client]);
  const numbers = set.state === "ready" ? set.value : undefined;
  return (
    <Page
      title={words.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Card title={words.now} tone="danger">
        <ul class="points">
          <li>
            {words.police} <a href="tel:17">17</a> · <a href="tel:15">15</a> · <a href="tel:112">112</a>
          </li>
          <li>
            {words.child} <a href="tel:119">119</a>
          </li>
          <li>
            {words.adult} <a href="tel:3977">3977</a>
          </li>
        </ul>
        {numbers === undefined ? (
          set.state !== "loading" && <p>{words.noNumbers}</p>
        ) : (
          <>
            <h3>{words.here(numbers.departement)}</h3>
            <ul class="points">
              {AUTHORITIES.map((one) => (
                <li key={one}>
                  <Name>{words[one]}</Name>
                  {" : "}
                  <a href={`tel:${numbers[one].replace(/[^+\d]/g, "")}`}>
                    <Name>{numbers[one]}</Name>
                  </a>
                </li>
              ))}
            </ul>
          </>
        )}
      </Card>
      <Loaded from={found} lines={8}>
        {(around) => (
          <>
            {around.places.length > 0 && (
              <Card title={words.mine}>
                <List label={words.mine}>
                  {around.places.map(({ name }, at) => (
                    <Row
                      key={name}
                      href={href({ name: "danger-one", case: of, report: name })}
                      title={words.numbered(String(at + 1))}
                    />
                  ))}
                </List>
              </Card>
            )}
            <Form of={of} around={around} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** The guided questions, in the order that an authority reads them. */
const QUESTIONS = ["facts", "said", "done", "asked"] as const;
type Answers = Readonly<Record<(typeof QUESTIONS)[number], string>>;

function Form({ of, around }: { readonly of: string; readonly around: Around }): JSX.Element {
  const { messages, language, client, session, tell } = useApp();
  const words = messages.danger;
  const [who, setWho] = useState<"child" | "adult">();
  const [answers, setAnswers] = useState<Answers>({ facts: "", said: "", done: "", asked: "" });
  const [named, setNamed] = useState<readonly string[]>([]);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(false);
  const label = ({ fact }: FactRecord<Participation>): string =>
    around.names.of("contact", fact.user) ?? functionName(fact.capacity, language);
  const detail = (record: FactRecord<Participation>): string => {
    const { capacity } = record.fact;
    return underName(
      label(record),
      functionName(capacity, language),
      structureLabel(session.bundle.registrars, capacity.structure),
    );
  };
  const toggled = (list: readonly string[], one: string): readonly string[] =>
    list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
  const missing =
    who === undefined || answers.facts.trim() === ""
      ? words.missing
      : named.length === 0 || named.length > MOST_NAMED
        ? messages.misuse["report-named"]
        : undefined;
  const send = useAct(async () => {
    setTried(true);
    if (missing !== undefined) return;
    const kept = hidden.flatMap((user) => around.team.find(({ fact }) => fact.user === user) ?? []).map(label);
    const said = QUESTIONS.filter((one) => answers[one].trim() !== "").map((one) => `${words[one]}\n${answers[one].trim()}`);
    const text = [...said, ...(kept.length === 0 ? [] : [`${words.keptFrom}\n${kept.join(", ")}`])].join("\n\n");
    const asked = { title: words.entryTitle, text, named, hiddenFrom: hidden, child: who === "child" };
    const { place } = await client.writing.reports.start(of, asked);
    await client.save();
    tell(words.sent);
    go({ name: "danger-one", case: of, report: place.name });
  });
  return (
    <Card title={words.write}>
      <p class="soft">{words.apart}</p>
      <Choice
        legend={words.about}
        options={[
          { value: "child", label: words.aChild },
          { value: "adult", label: words.anAdult },
        ]}
        value={who}
        onChange={setWho}
      />
      {QUESTIONS.map((one) => (
        <TextArea
          key={one}
          label={words[one]}
          value={answers[one]}
          onInput={(text) => {
            setAnswers({ ...answers, [one]: text });
          }}
          maxLength={4000}
        />
      ))}
      <h3>{words.named}</h3>
      <p class="soft">{words.namedHint}</p>
      {around.team.map((record) => (
        <Check
          key={`named ${record.hash}`}
          label={words.readBy(label(record))}
          detail={detail(record)}
          checked={named.includes(record.fact.user)}
          onChange={() => {
            setNamed(toggled(named, record.fact.user));
          }}
        />
      ))}
      <h3>{words.keptFrom}</h3>
      <p class="soft">{words.keptHint}</p>
      {around.team.map((record) => (
        <Check
          key={`hidden ${record.hash}`}
          label={words.notFor(label(record))}
          checked={hidden.includes(record.fact.user)}
          onChange={() => {
            setHidden(toggled(hidden, record.fact.user));
          }}
        />
      ))}
      {tried && missing !== undefined && <Note kind="danger">{missing}</Note>}
      <div class="row">
        <Button kind="main" onPress={() => send.run()}>
          {words.send}
        </Button>
      </div>
      {(send.state === "sending" || send.state === "failed") && <ActNote act={send} />}
    </Card>
  );
}

export function DangerOneScreen({ of, report }: { readonly of: string; readonly report: string }): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const words = messages.danger;
  const [text, setText] = useState("");
  const [sent, setSent] = useState<Transmitted>();
  const place: Place = { kind: "report", name: report };
  const found = useLoad(async () => {
    const [entries, marks, numbers] = await Promise.all([
      client.writing.reports.read(of, place),
      client.desk.marks,
      numbersOf(client),
    ]);
    const list = listId(of, placeText(place));
    await marks.read(
      ...entries.flatMap(({ listed: { n, entry } }) => (entry === undefined ? [] : [{ list, n, entry: entry.id }])),
    );
    const last = entries.findLast(({ title }) => title?.kind === "report")?.listed.entry?.id;
    return { entries, numbers, last };
  }, [client, of, report]);
  const answer = useAct(async () => {
    if (text.trim() === "") return;
    await client.writing.reports.answer(of, place, words.answerTitle, text.trim());
    await client.save();
    setText("");
    tell(messages.act.logged);
    found.again();
  });
  return (
    <Page title={words.one} back={{ href: href({ name: "danger", case: of }), label: words.back }} lead={words.oneLead}>
      <Loaded from={found} lines={6}>
        {({ entries, numbers, last }) =>
          sent !== undefined ? (
            <TransmitPapers
              of={of}
              sent={sent}
              onClose={() => {
                setSent(undefined);
                found.again();
              }}
            />
          ) : entries.length === 0 ? (
            <Empty title={words.unreadable} />
          ) : (
            <>
              {entries.map(({ listed, title, body }) => (
                <article class="card sheet" key={listed.n} aria-labelledby={`report-${String(listed.n)}`}>
                  <h2 id={`report-${String(listed.n)}`}>
                    <Name>{title?.title ?? words.one}</Name>
                  </h2>
                  <p class="soft">{listed.entry !== undefined && instant(listed.entry.header.preamble.timeMs, language)}</p>
                  <p class="words" dir="auto">
                    {body?.type === "content" && typeof body.fields["text"] === "string" ? body.fields["text"] : ""}
                  </p>
                </article>
              ))}
              <Card title={words.follow}>
                <TextArea label={words.followText} hint={words.followHint} value={text} onInput={setText} maxLength={4000} />
                <div class="row">
                  <Button onPress={() => answer.run()}>{messages.compose.send}</Button>
                </div>
                {(answer.state === "sending" || answer.state === "failed") && <ActNote act={answer} />}
              </Card>
              {last !== undefined && <Transmit of={of} place={place} entry={last} numbers={numbers} onSent={setSent} />}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
