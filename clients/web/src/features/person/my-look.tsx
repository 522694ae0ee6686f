/** One line of who looked, in words, and the proof of it: verified here, anew, and kept by who wants to. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Names } from "../../client/names.ts";
import type { ProvenAct } from "../../client/own-accesses.ts";
import { instant } from "../../i18n/times.ts";
import { toHex } from "../../protocol/encodings.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import { positionToText } from "../../protocol/log-positions.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Facts } from "../../ui/card.tsx";
import { save } from "../../ui/save.ts";
import { Page } from "../../ui/page.tsx";
import { Contest } from "./contest.tsx";
import { deedOf, howOf, nameOf, purposeOf, readerOf, titleOf, whereOf } from "./words.ts";

export function MyLook({ case_, index }: { readonly case_: string; readonly index: string }): JSX.Element {
  const app = useApp();
  const { messages, client } = app;
  const proven = useLoad(async () => {
    const found = await client.ownAccesses.record(case_, Number(index));
    const view = await client.casebook.view(case_);
    await client.save();
    return { found, view, names: await client.desk.names };
  }, [client, case_, index]);
  return (
    <Page title={messages.myLook.title} back={{ href: href({ name: "myLooks", case: case_ }), label: messages.myLooks.title }}>
      <Loaded from={proven} lines={6}>
        {({ found, view, names }) => (
          <>
            <Proof proven={found} facts={view.main.facts} names={names} />
            {found.act.view?.row !== undefined && (
              <>
                {nameOf(found.act, view.main.facts, app, names) === undefined && (
                  <Contest kind="name" view={view} index={found.act.index} again={proven.again} />
                )}
                <Contest kind="contest" view={view} index={found.act.index} again={proven.again} />
              </>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface ProofProps {
  readonly proven: ProvenAct;
  readonly facts: CaseFacts;
  readonly names: Names;
}

function Proof({ proven, facts, names }: ProofProps): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const { act, checkpoint, receipt } = proven;
  const { view } = act;
  const said = messages.myLook;
  const refused = view?.act === "refusal";
  const items = [
    [said.who, readerOf(act, facts, app, names)],
    [said.what, deedOf(view, app)],
    [said.when, instant(act.timeMs, language)],
    [said.where, whereOf(view, app)],
    [said.how, howOf(view, app)],
    [said.purpose, purposeOf(view?.purpose, app)],
    [refused ? said.whyRefused : said.why, titleOf(view?.rules ?? [], app)],
  ] as const;
  return (
    <>
      <Card>
        <Facts items={items.flatMap(([term, value]) => (value === undefined ? [] : [[term, value] as const]))} />
      </Card>
      <Card title={said.proof} aside={<Badge tone="good">✓ {messages.myLooks.verified}</Badge>}>
        <p>{said.proofBody}</p>
        <Facts
          items={[
            [said.number, positionToText(act.index)],
            [said.size, String(checkpoint.size)],
            [said.signed, checkpoint.origin],
            [said.fingerprint, <span class="code code-small">{toHex(checkpoint.root).slice(0, 32)}</span>],
          ]}
        />
        <div class="row">
          <Button
            onPress={() => {
              save(`preuve-${positionToText(act.index)}.json`, "application/json", JSON.stringify(receipt, undefined, 1));
            }}
          >
            {said.save}
          </Button>
        </div>
      </Card>
    </>
  );
}
