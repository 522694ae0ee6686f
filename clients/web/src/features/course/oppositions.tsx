/** « Oppositions »: what the person does not want shared, noted for her in a few choices, and lifted. Nobody needs a reason. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { inForce, opposition, oppositionEnd } from "../../client/facts.ts";
import type { Against } from "../../client/facts.ts";
import { partName, rowName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { Opposition } from "../../protocol/fact-notices.ts";
import { COMPARTMENTS } from "../../protocol/vocabulary.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Select, TextArea } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { InForce, useRecording, useStanding, useWho } from "./in-force.tsx";
import type { Recording, Standing } from "./in-force.tsx";

type Scope = "professional" | "compartment" | "emergency_access" | "all";
const SCOPES: readonly Scope[] = ["professional", "compartment", "emergency_access", "all"];
const HERSELF = "person";

interface OfStanding {
  readonly standing: Standing;
  readonly recording: Recording;
}

export function OppositionsScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useStanding(of);
  const recording = useRecording(of, found.again);
  return (
    <Page
      title={messages.oppositions.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={6}>
        {(standing) => (
          <>
            <Known standing={standing} recording={recording} />
            <Record standing={standing} recording={recording} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Known({ standing, recording }: OfStanding): JSX.Element {
  const { messages, language } = useApp();
  const who = useWho(standing);
  const said = messages.oppositions;
  const to = (fact: Opposition): string => {
    switch (fact.scope) {
      case "professional":
        return fact.users.map(who).join(", ");
      case "compartment":
        return fact.compartments.map((one) => partName(one, language)).join(", ");
      case "row":
        return fact.rows.map((one) => rowName(one, language)).join(", ");
      case "category":
        return fact.categories.map((one) => (one === 1 ? said.health : said.social)).join(", ");
      case "entry":
        return said.entries(String(fact.entries.length));
      case "emergency_access":
        return said.emergency;
      case "all":
        return said.everybody;
    }
  };
  const sentence = (fact: Opposition): string => {
    const until = fact.untilMs === undefined ? "" : said.until(date(fact.untilMs, language));
    return `${said.to(to(fact))}${fact.expressedBy.mandate === undefined ? "" : said.represented}${until}`;
  };
  return (
    <Card title={said.now}>
      <InForce
        label={said.now}
        records={inForce(standing.facts, "opposition", standing.atMs)}
        none={said.none}
        sentence={sentence}
        end={said.end}
        endBody={() => said.endBody}
        ending={(record) => oppositionEnd(record.hash)}
        recording={recording}
      />
    </Card>
  );
}

function Record({ standing, recording }: OfStanding): JSX.Element {
  const { messages, language, client } = useApp();
  const said = messages.oppositions;
  const who = useWho(standing);
  const { facts, atMs } = standing;
  const people = [
    ...new Set(
      facts
        .of("participation")
        .filter((one) => facts.inForce(one, atMs))
        .map(({ fact }) => fact.user),
    ),
  ];
  const others = people.filter((user) => user !== client.author.user);
  const holders = [...new Set(inForce(facts, "mandate", atMs).map(({ fact }) => fact.holder))];
  const [scope, setScope] = useState<Scope>(others.length > 0 ? "professional" : "all");
  const [user, setUser] = useState(others[0] ?? "");
  const [part, setPart] = useState<string>(COMPARTMENTS[0]);
  const [by, setBy] = useState(HERSELF);
  const [text, setText] = useState("");
  const record = async (): Promise<void> => {
    const words = text.trim() === "" ? {} : { text: text.trim() };
    await recording.run(opposition(against(scope, user, part), by === HERSELF ? undefined : by), words);
  };
  const scopes = SCOPES.filter((one) => one !== "professional" || others.length > 0);
  return (
    <Card title={said.record}>
      <p class="soft">{said.law}</p>
      <Choice
        legend={said.against}
        value={scope}
        onChange={setScope}
        options={scopes.map((one) => ({ value: one, label: said[one] }))}
      />
      {scope === "professional" && (
        <Select
          label={said.whom}
          value={user}
          onChange={setUser}
          options={others.map((one) => ({ value: one, label: who(one) }))}
        />
      )}
      {scope === "compartment" && (
        <Select
          label={said.which}
          value={part}
          onChange={setPart}
          options={COMPARTMENTS.map((one): { value: string; label: string } => ({ value: one, label: partName(one, language) }))}
        />
      )}
      {holders.length > 0 && (
        <Select
          label={said.by}
          value={by}
          onChange={setBy}
          options={[
            { value: HERSELF, label: said.herself },
            ...holders.map((one) => ({ value: one, label: said.represents(who(one)) })),
          ]}
        />
      )}
      <TextArea label={said.words} hint={said.wordsHint} value={text} onInput={setText} maxLength={2000} />
      <div class="row">
        <Button kind="main" onPress={record}>
          {said.keep}
        </Button>
      </div>
      {recording.state !== "idle" && <ActNote act={recording} />}
    </Card>
  );
}

function against(scope: Scope, user: string, part: string): Against {
  switch (scope) {
    case "professional":
      return { scope, users: [user] };
    case "compartment":
      return { scope, compartments: [part] };
    case "emergency_access":
    case "all":
      return { scope };
  }
}
