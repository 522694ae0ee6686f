/** « Qui représente la personne »: parental authority, protection measures, habilitation; recorded from the paper, and ended. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { inForce, mandateEnd, plain } from "../../client/facts.ts";
import { dayStarts } from "../../client/paris.ts";
import { date } from "../../i18n/times.ts";
import { MANDATES, MINOR_MANDATES } from "../../protocol/fact-powers.ts";
import type { Mandate, MandateKind } from "../../protocol/fact-powers.ts";
import type { Domain } from "../../protocol/vocabulary.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { DateField, Select, TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { firstOf, PersonPicker } from "./picker.tsx";
import { InForce, useRecording, useStanding, useWho } from "./in-force.tsx";
import type { Recording, Standing } from "./in-force.tsx";

const ASSISTING: ReadonlySet<string> = new Set(["curatelle_simple", "curatelle_renforcee"]);

export function MandatesScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useStanding(of);
  const recording = useRecording(of, found.again);
  return (
    <Page
      title={messages.mandates.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={6}>
        {(standing) => <Mandates standing={standing} recording={recording} />}
      </Loaded>
    </Page>
  );
}

function Mandates({ standing, recording }: { readonly standing: Standing; readonly recording: Recording }): JSX.Element {
  const { messages, language } = useApp();
  const who = useWho(standing);
  const { facts, atMs } = standing;
  const said = messages.mandates;
  const records = inForce(facts, "mandate", atMs);
  const sentence = (fact: Mandate): string => {
    const over = fact.domains.map((one) => said[one]).join(", ");
    const until = fact.untilMs === undefined ? "" : said.until(date(fact.untilMs, language));
    const without = fact.exercise ? "" : said.withoutExercise;
    return `${said[fact.kind]} : ${who(fact.holder)} (${over})${until}${without}`;
  };
  return (
    <>
      <Card title={said.now}>
        <InForce
          label={said.now}
          records={records}
          none={said.none}
          sentence={sentence}
          end={said.end}
          endBody={() => said.endBody}
          ending={(record) => mandateEnd(record.hash)}
          recording={recording}
        />
      </Card>
      <Record standing={standing} recording={recording} />
    </>
  );
}

function Record({ standing, recording }: { readonly standing: Standing; readonly recording: Recording }): JSX.Element {
  const { messages, client } = useApp();
  const said = messages.mandates;
  const { facts, names, atMs } = standing;
  const [kind, setKind] = useState<MandateKind>("tutelle");
  const [domains, setDomains] = useState<ReadonlySet<Domain>>(new Set(["person", "property"]));
  const [exercise, setExercise] = useState(true);
  const [start, setStart] = useState("");
  const [until, setUntil] = useState("");
  const [court, setCourt] = useState("");
  const [judged, setJudged] = useState("");
  const known = new Set([...facts.personUsers, ...facts.of("participation").map(({ fact }) => fact.user), client.author.user]);
  const people = names.all("contact").filter(({ id }) => !known.has(id));
  const [holder, setHolder] = useState(firstOf(people));
  const minor = MINOR_MANDATES.some((one) => one === kind);
  const record = async (): Promise<void> => {
    if (holder === undefined || domains.size === 0) return;
    const untilMs = dayStarts(until, 1);
    const judgmentMs = dayStarts(judged);
    const mandate: Mandate = {
      type: "mandate",
      kind,
      holder,
      domains: minor ? ["person", "property"] : [...domains].sort(),
      mode: ASSISTING.has(kind) ? "assistance" : "representation",
      startMs: dayStarts(start) ?? atMs,
      ...(untilMs === undefined ? {} : { untilMs }),
      exercise: !minor || exercise,
    };
    const words = {
      ...(court.trim() === "" ? {} : { court: court.trim() }),
      ...(judgmentMs === undefined ? {} : { judgmentMs }),
    };
    await recording.run(plain(mandate), words);
  };
  return (
    <Card title={said.record}>
      <Select
        label={said.kind}
        value={kind}
        onChange={setKind}
        options={MANDATES.map((one) => ({ value: one, label: said[one] }))}
      />
      <p class="soft">{said[`${kind}_law`]}</p>
      <PersonPicker label={said.holder} people={people} onPick={setHolder} />
      {minor ? (
        <Check label={said.exercise} detail={said.exerciseDetail} checked={exercise} onChange={setExercise} />
      ) : (
        <fieldset class="choice">
          <legend>{said.over}</legend>
          {(["person", "property"] as const).map((one) => (
            <Check
              key={one}
              label={said[one]}
              checked={domains.has(one)}
              onChange={(checked) => {
                setDomains((before) => new Set(checked ? [...before, one] : [...before].filter((other) => other !== one)));
              }}
            />
          ))}
        </fieldset>
      )}
      <DateField label={said.from} hint={said.fromHint} value={start} onInput={setStart} />
      <DateField label={said.to} hint={said.toHint} value={until} onInput={setUntil} />
      <TextField label={said.court} hint={said.courtHint} value={court} onInput={setCourt} maxLength={200} />
      <DateField label={said.judged} value={judged} onInput={setJudged} />
      <div class="row">
        <Button kind="main" onPress={record}>
          {said.keep}
        </Button>
      </div>
      {holder === undefined && <p class="soft">{said.cardMissing}</p>}
      {domains.size === 0 && <p class="soft">{said.overMissing}</p>}
      {recording.state !== "idle" && <ActNote act={recording} />}
    </Card>
  );
}
