/** « Prise en charge et référent »: a care episode begun and ended, who follows the case. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { consentsInForce, episode, episodeEnd, factEnd, inForce, openEpisodes, referent } from "../../client/facts.ts";
import { date } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { InForce, useRecording, useStanding, useWho } from "./in-force.tsx";
import type { Recording, Standing } from "./in-force.tsx";

export function StepsScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useStanding(of);
  const recording = useRecording(of, found.again);
  return (
    <Page
      title={messages.steps.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={6}>
        {(standing) => (
          <>
            <Episodes standing={standing} recording={recording} />
            <Referent of={of} standing={standing} again={found.again} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Episodes({ standing, recording }: { readonly standing: Standing; readonly recording: Recording }): JSX.Element {
  const { messages, language } = useApp();
  const { facts, atMs } = standing;
  const said = messages.steps;
  return (
    <Card title={said.episodes}>
      <InForce
        label={said.episodes}
        records={openEpisodes(facts, atMs)}
        none={said.noEpisode}
        sentence={({ startMs }) => said.since(date(startMs, language))}
        end={said.endEpisode}
        endBody={({ fact }) =>
          said.endBody(consentsInForce(facts, atMs).filter((one) => one.fact.episode === fact.episode).length)
        }
        ending={(record) => episodeEnd(record.hash)}
        recording={recording}
      />
      <div class="row">
        <Button onPress={() => recording.run(episode())}>{said.begin}</Button>
      </div>
      {recording.state !== "idle" && <ActNote act={recording} />}
    </Card>
  );
}

interface ReferentProps {
  readonly of: string;
  readonly standing: Standing;
  readonly again: () => void;
}

function Referent({ of, standing, again }: ReferentProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.steps;
  const who = useWho(standing);
  const { facts, atMs } = standing;
  const now = [...facts.referents(atMs)];
  const taking = facts.of("participation").filter((one) => facts.inForce(one, atMs));
  const others = [...new Set(taking.map(({ fact }) => fact.user))].filter((user) => !now.includes(user));
  const [user, setUser] = useState(others[0] ?? "");
  const chosen = others.includes(user) ? user : (others[0] ?? "");
  const name = useAct(async () => {
    await client.writing.facts.record(of, referent(chosen));
    // The one before ends afterwards, so that there always is one.
    for (const { hash } of inForce(facts, "referent", atMs)) await client.writing.facts.record(of, factEnd(hash));
    await client.save();
    tell(messages.act.logged);
    again();
  });
  return (
    <Card title={said.referent}>
      <p>{now.length === 0 ? said.noReferent : said.referentNow(now.map(who).join(", "))}</p>
      {others.length > 0 && (
        <>
          <Select
            label={said.newReferent}
            hint={said.referentHint}
            value={chosen}
            onChange={setUser}
            options={others.map((one) => ({ value: one, label: who(one) }))}
          />
          <div class="row">
            <Button kind="main" onPress={() => name.run()}>
              {said.designate}
            </Button>
          </div>
          {name.state !== "idle" && <ActNote act={name} />}
        </>
      )}
    </Card>
  );
}
