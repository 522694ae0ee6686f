/** « Ma parole, mon projet de vie »: she writes in the part that is hers, and is told first who will read it. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Names } from "../../client/names.ts";
import { whoSees } from "../../client/who-sees.ts";
import type { Seer } from "../../client/who-sees.ts";
import { explain, functionName, partName } from "../../i18n/codes.ts";
import type { Place } from "../../protocol/places.ts";
import { isPermitted } from "../../protocol/questions.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Name } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { titleOf } from "../compose/composer.tsx";
import { isSaid, Written } from "./my-read.tsx";

const PART = "expression";
const KEEP_AFTER_MS = 400;

export function MyWrite({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const said = messages.myWrite;
  const found = useLoad(async () => {
    const view = await client.casebook.view(case_);
    const [sections, received, names, draft, table] = await Promise.all([
      client.cases.sections(view),
      client.desk.of(case_),
      client.desk.names,
      client.drafts.load(whereOf(case_)),
      client.rules.table(),
    ]);
    await client.save();
    const seers = whoSees(view.main.facts, table, nowMs());
    const mine = sections.filter(({ question }) => question.compartment === PART);
    const written = received.filter((one) => one.compartment === PART && isSaid(one));
    return { mine, written: written.sort((a, b) => b.writtenMs - a.writtenMs || b.n - a.n), names, draft, seers };
  }, [client, case_]);
  return (
    <Page title={partName(PART, language)} lead={said.lead} back={{ href: href({ name: "home" }), label: messages.mine.back }}>
      <Loaded from={found} lines={6}>
        {({ mine, written, names, draft, seers }) => {
          const [refused] = mine.filter(({ write }) => !isPermitted(write));
          const places = mine
            .filter(({ write }) => isPermitted(write))
            .map(({ section }): Place => ({ kind: "section", name: section }));
          return (
            <>
              {places.length > 0 ? (
                <Words case_={case_} places={places} seers={seers} names={names} begun={draft?.text ?? ""} onSent={found.again} />
              ) : (
                <p>{refused === undefined ? said.closed : explain(refused.write, PART, refused.question.level, language)}</p>
              )}
              {written.length > 0 && (
                <section aria-label={said.before}>
                  <h2>{said.before}</h2>
                  <Written received={written} names={names} />
                </section>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function whereOf(case_: string): string {
  return `${case_} ${PART}`;
}

interface WordsProps {
  readonly case_: string;
  readonly places: readonly Place[];
  readonly seers: readonly Seer[];
  readonly names: Names;
  readonly begun: string;
  readonly onSent: () => void;
}

function Words({ case_, places, seers, names, begun, onSent }: WordsProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.myWrite;
  const [text, setText] = useState(begun);
  const [name, setName] = useState(places[0]?.name ?? "");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const place = places.find((one) => one.name === name) ?? places[0];
  const send = useAct(async () => {
    const words = text.trim();
    if (place === undefined || words === "") return;
    clearTimeout(timer.current);
    await client.writing.posting.post(case_, place, { title: titleOf(words), fields: { text: words } });
    await client.drafts.remove(whereOf(case_));
    setText("");
    tell(said.sent);
    onSent();
    // Who may read it is handed the key now: nobody else may hold it yet.
    await client.writing.syncing.sync(case_);
    await client.save();
  });
  return (
    <Card>
      <TextArea
        label={said.label}
        hint={said.hint}
        value={text}
        onInput={(next) => {
          setText(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            void client.drafts.save(whereOf(case_), { text: next, level: levelOf(name), asksCharge: false, files: [] });
          }, KEEP_AFTER_MS);
        }}
      />
      {places.length > 1 && (
        <Choice
          legend={said.forWhom}
          value={name}
          onChange={setName}
          options={places.map((one) => ({
            value: one.name,
            label: levelOf(one.name) === 1 ? said.everybody : said.fewer,
            detail: levelOf(one.name) === 1 ? said.everybodyHelp : said.fewerHelp,
          }))}
        />
      )}
      {place !== undefined && <ReadBy seers={seers} names={names} level={levelOf(place.name)} />}
      {text.trim() === "" ? (
        <p class="soft">{said.kept}</p>
      ) : (
        <div class="row">
          <Button kind="main" onPress={() => send.run()}>
            {said.send}
          </Button>
        </div>
      )}
      {send.state !== "idle" && <ActNote act={send} />}
    </Card>
  );
}

function levelOf(section: string): number {
  return section.endsWith("/1") ? 1 : 2;
}

interface ReadByProps {
  readonly seers: readonly Seer[];
  readonly names: Names;
  readonly level: number;
}

/** Who will read it, by what they are: in sight before it leaves. */
function ReadBy({ seers, names, level }: ReadByProps): JSX.Element {
  const { messages, language, session } = useApp();
  const reading = seers.filter(({ sights }) => {
    const sight = sights.get(PART);
    return sight?.if === "nothing" && sight.level >= level;
  });
  if (reading.length === 0) return <p role="status">{messages.myWrite.readByNobody}</p>;
  return (
    <div role="status">
      <p>
        <strong>{messages.myWrite.readBy}</strong>
      </p>
      <ul class="bullets">
        {reading.map(({ user, capacity, participation }) => (
          <li key={participation}>
            <Name>
              {[
                names.of("contact", user),
                functionName(capacity, language),
                structureLabel(session.bundle.registrars, capacity.structure),
              ]
                .filter((one) => one !== undefined)
                .join(" · ")}
            </Name>
          </li>
        ))}
      </ul>
    </div>
  );
}
