/** Giving or refusing an agreement for one person: what about, the text in plain words, one press. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { consent } from "../../client/facts.ts";
import { asking, whoSees } from "../../client/who-sees.ts";
import type { Seer } from "../../client/who-sees.ts";
import { functionName, partName } from "../../i18n/codes.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import type { Information } from "../../protocol/fact-notices.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { Page } from "../../ui/page.tsx";
import { Helped, NO_HELPER, wordsOfHelper } from "./helped.tsx";
import { consentText, consentTextHash } from "./notice-text.ts";
import { holderOf } from "./words.ts";

interface ConsentProps {
  readonly case_: string;
  readonly participation: string;
}

export function MyConsent({ case_, participation }: ConsentProps): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const found = useLoad(async () => {
    const [{ main }, table] = await Promise.all([client.casebook.view(case_), client.rules.table()]);
    const seer = whoSees(main.facts, table, nowMs()).find((one) => one.participation === participation);
    const asked = seer === undefined ? undefined : asking(seer, main.facts, nowMs());
    return { seer, facts: main.facts, askable: asked?.information ?? [], refusal: asked?.refusal?.hash };
  }, [client, case_, participation]);
  return (
    <Page
      title={messages.myConsent.title}
      lead={messages.myConsent.lead}
      back={{ href: href({ name: "myWho", case: case_ }), label: messages.myWho.title }}
    >
      <Loaded from={found} lines={8}>
        {({ seer, ...rest }) =>
          seer === undefined || rest.askable.length === 0 ? (
            <Empty title={messages.myConsent.nothing} />
          ) : (
            <Asked case_={case_} seer={seer} {...rest} />
          )
        }
      </Loaded>
    </Page>
  );
}

interface AskedProps {
  readonly case_: string;
  readonly seer: Seer;
  readonly facts: CaseFacts;
  readonly askable: readonly Information[];
  /** The refusal that an agreement now takes the place of. */
  readonly refusal: string | undefined;
}

function Asked({ case_, seer, facts, askable, refusal }: AskedProps): JSX.Element {
  const { messages, language, session, client, tell } = useApp();
  const said = messages.myConsent;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(askable.map(({ compartment }) => compartment)));
  const [helper, setHelper] = useState(NO_HELPER);
  const who = `${functionName(seer.capacity, language)} · ${structureLabel(session.bundle.registrars, seer.capacity.structure)}`;
  const holder = holderOf(facts, client.author.user);
  const decide = useAct(async (decision: "given" | "refused") => {
    const information = askable.filter(({ compartment }) => chosen.has(compartment));
    const recipients = { users: [seer.user] };
    const terms = { information, recipients, text: consentTextHash(language), support: "electronic", decision } as const;
    const instead = refusal === undefined ? {} : { supersedes: refusal };
    const make = consent({ ...terms, ...instead, ...(holder === undefined ? {} : { holder }) });
    const made = await client.writing.facts.record(case_, make, { words: wordsOfHelper(helper) });
    await client.save();
    const done = decision === "given" ? said.given : said.refused;
    tell(made.kind === "recorded" && made.untold ? `${done} ${messages.helped.untold}` : done);
    go({ name: "myChoices", case: case_ });
    // Who may read now is handed the keys that she holds; nobody waits for a colleague.
    await client.writing.syncing.sync(case_);
    await client.save();
  });
  const blanks = new Map([
    ["information", [...chosen].map((part) => partName(part, language)).join(", ")],
    ["recipients", who],
    ["person", ""],
    ["until", said.episode],
    ["controller", structureLabel(session.bundle.registrars, facts.structure)],
    ["structure", structureLabel(session.bundle.registrars, facts.structure)],
  ]);
  return (
    <>
      <Card title={who}>
        <p>{said.what}</p>
        {askable.map(({ compartment: part }) => (
          <Check
            key={part}
            label={partName(part, language)}
            detail={new Map<string, string>(Object.entries(messages.partMeaning)).get(part)}
            checked={chosen.has(part)}
            onChange={(checked) => {
              setChosen((before) => new Set(checked ? [...before, part] : [...before].filter((one) => one !== part)));
            }}
          />
        ))}
      </Card>
      <Card>
        {consentText(language, blanks).map(({ title, lines }) => (
          <section class="paragraph" key={title}>
            <h3>{title}</h3>
            {lines.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </section>
        ))}
      </Card>
      <Helped helper={helper} onChange={setHelper} />
      {chosen.size === 0 ? (
        <p role="status">{said.chooseOne}</p>
      ) : (
        <div class="row">
          <Button kind="main" onPress={() => decide.run("given")}>
            {said.agree}
          </Button>
          {refusal === undefined && <Button onPress={() => decide.run("refused")}>{said.disagree}</Button>}
        </div>
      )}
      <ActNote act={decide} />
    </>
  );
}
