/** « Absence et relais » (F13): being away with a colleague as relay, here or in every case where they stand beside, and being back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { absence, colleagues, ownAbsences } from "../../client/absences.ts";
import { factEnd } from "../../client/facts.ts";
import { dayStarts, wallTime } from "../../client/paris.ts";
import { date } from "../../i18n/times.ts";
import { instantOf } from "../../protocol/case-state.ts";
import { LONGEST_ABSENCE_MS } from "../../protocol/fact-absences.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { DateField, Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { InForce, useRecording, useStanding, useWho } from "./in-force.tsx";
import type { Recording, Standing } from "./in-force.tsx";

export function AwayScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useStanding(of);
  const recording = useRecording(of, found.again);
  return (
    <Page
      title={messages.away.title}
      back={{ href: href({ name: "team", case: of }), label: messages.team.title }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={6}>
        {(standing) => (
          <>
            <Mine standing={standing} recording={recording} />
            <Declare of={of} standing={standing} again={found.again} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Two days as they are read: the last one is the last of the absence. */
export function period(fromMs: number, untilMs: number, language: Parameters<typeof date>[1]): readonly [string, string] {
  return [date(fromMs, language), date(untilMs - 1, language)];
}

function Mine({ standing, recording }: { readonly standing: Standing; readonly recording: Recording }): JSX.Element {
  const { messages, language, client } = useApp();
  const { facts, atMs } = standing;
  const said = messages.away;
  const who = useWho(standing);
  const relay = (participation: string): string => who(facts.find("participation", participation).fact.user);
  return (
    <Card title={said.mine}>
      <InForce
        label={said.mine}
        records={ownAbsences(facts, client.author.user, atMs)}
        none={said.none}
        sentence={(fact) => said.sentence(...period(fact.fromMs, fact.untilMs, language), relay(fact.relay))}
        end={said.back}
        endBody={() => said.backBody}
        ending={({ hash }) => factEnd(hash)}
        recording={recording}
      />
      {recording.state !== "idle" && <ActNote act={recording} />}
    </Card>
  );
}

interface DeclareProps {
  readonly of: string;
  readonly standing: Standing;
  readonly again: () => void;
}

function Declare({ of, standing, again }: DeclareProps): JSX.Element {
  const { messages, client, tell, nowMs } = useApp();
  const { facts, atMs } = standing;
  const said = messages.away;
  const who = useWho(standing);
  const me = client.author.user;
  const beside = colleagues(facts, me, atMs);
  const [chosen, setChosen] = useState("");
  const [from, setFrom] = useState(() => wallTime(nowMs()).date);
  const [until, setUntil] = useState("");
  const [everywhere, setEverywhere] = useState(true);
  const relay = beside.find((one) => one === chosen) ?? beside[0] ?? "";
  const today = from === wallTime(nowMs()).date;
  const [fromMs, untilMs] = [today ? atMs : dayStarts(from), dayStarts(until, 1)];
  const lacks =
    fromMs === undefined || untilMs === undefined
      ? said.whichDays
      : untilMs <= Math.max(fromMs, atMs) || untilMs > fromMs + LONGEST_ABSENCE_MS
        ? said.wrongDays
        : undefined;
  const declare = useAct(async () => {
    if (fromMs === undefined || untilMs === undefined || lacks !== undefined) return;
    let [done, left] = [0, 0];
    for (const case_ of everywhere ? await client.casebook.cases() : [of]) {
      const view = await client.casebook.view(case_);
      const { facts: known } = view.main;
      const nowThere = instantOf(view.main, nowMs());
      // A case where that colleague does not stand beside is said so, not stopped at; one told before a failure is not told again.
      const stands = colleagues(known, me, nowThere).includes(relay);
      const told = ownAbsences(known, me, nowThere).some(({ fact }) => fact.fromMs === fromMs && fact.untilMs === untilMs);
      if (stands && !told) await client.writing.facts.record(case_, absence(me, relay, fromMs, untilMs));
      if (stands) done += 1;
      else left += 1;
    }
    await client.save();
    tell(left === 0 ? said.done(done) : `${said.done(done)} ${said.left(left)}`);
    again();
  });
  if (beside.length === 0) {
    return (
      <Empty title={said.nobody}>
        <p>{said.nobodyNext}</p>
      </Empty>
    );
  }
  return (
    <Card title={said.declare}>
      <p class="soft">{said.help}</p>
      <Select
        label={said.relay}
        hint={said.relayHint}
        value={relay}
        onChange={setChosen}
        options={beside.map((user) => ({ value: user, label: who(user) }))}
      />
      <DateField label={said.from} value={from} onInput={setFrom} />
      <DateField label={said.until} value={until} onInput={setUntil} />
      <Check label={said.everywhere} detail={said.everywhereDetail} checked={everywhere} onChange={setEverywhere} />
      {lacks !== undefined && <p class="soft">{lacks}</p>}
      <div class="row">
        <Button kind="main" onPress={() => declare.run()}>
          {said.say}
        </Button>
      </div>
      {declare.state !== "idle" && <ActNote act={declare} />}
    </Card>
  );
}
