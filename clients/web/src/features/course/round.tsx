/** « Préparer ma tournée » (F20): today's cases taken along, to be read without network, gone after 24 hours. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { KEPT_MS } from "../../client/rounds.ts";
import type { Round } from "../../client/rounds.ts";
import type { Names } from "../../client/names.ts";
import { instant } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName, caseName, kindName, placeName, writerName, writerRole } from "../reading/words.tsx";
import { Words } from "../thread/sheet.tsx";

export function RoundScreen(): JSX.Element {
  const { messages, client } = useApp();
  // What is here already must show where nothing can be asked for.
  const taken = useLoad(async () => {
    const [rounds, names] = await Promise.all([client.rounds.all(), client.desk.names]);
    return { rounds, names };
  }, [client]);
  const cases = useLoad(() => client.casebook.cases(), [client]);
  return (
    <Page
      title={messages.round.title}
      lead={messages.round.lead}
      back={{ href: href({ name: "cases" }), label: messages.cases.title }}
    >
      <Loaded from={taken} lines={4}>
        {({ rounds, names }) => (
          <>
            {rounds.length > 0 && <Taken rounds={rounds} names={names} again={taken.again} />}
            <Loaded from={cases} lines={6}>
              {(ids) =>
                ids.length === 0 ? (
                  <Empty title={messages.cases.none} />
                ) : (
                  <Taking cases={ids} names={names} again={taken.again} />
                )
              }
            </Loaded>
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface TakenProps {
  readonly rounds: readonly Round[];
  readonly names: Names;
  readonly again: () => void;
}

function Taken({ rounds, names, again }: TakenProps): JSX.Element {
  const { messages, language, client } = useApp();
  return (
    <Card title={messages.round.here}>
      <List label={messages.round.here}>
        {rounds.map((round) => (
          <Row
            key={round.case}
            href={href({ name: "round-case", case: round.case })}
            title={<CaseName names={names} of={round.case} />}
            detail={messages.round.until(instant(round.preparedMs + KEPT_MS, language))}
          />
        ))}
      </List>
      <div class="row">
        <Button
          onPress={async () => {
            for (const round of rounds) await client.rounds.forget(round.case);
            again();
          }}
        >
          {messages.round.forget}
        </Button>
      </div>
    </Card>
  );
}

interface TakingProps {
  readonly cases: readonly string[];
  readonly names: Names;
  readonly again: () => void;
}

function Taking({ cases, names, again }: TakingProps): JSX.Element {
  const app = useApp();
  const { messages, language, client } = app;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const take = useAct(async () => {
    for (const id of chosen) {
      await client.rounds.prepare(id, (one) => ({
        who: told(writerName(app, names, one), writerRole(app, one)),
        where: `${placeName(one.compartment, one.level, language)} · ${kindName(one.kind, messages)}`,
      }));
    }
    await client.save();
    setChosen(new Set());
    again();
  });
  return (
    <Card title={messages.round.which}>
      {cases.map((id) => (
        <Check
          key={id}
          label={caseName(names, id, messages)}
          checked={chosen.has(id)}
          onChange={(checked) => {
            const others = [...chosen].filter((one) => one !== id);
            setChosen(new Set(checked ? [...others, id] : others));
          }}
        />
      ))}
      <p class="soft">{messages.round.logged}</p>
      <div class="row">
        {chosen.size > 0 && (
          <Button kind="main" onPress={() => take.run()}>
            {messages.round.take(chosen.size)}
          </Button>
        )}
      </div>
      <ActNote act={take} />
    </Card>
  );
}

/** A name before its role; the role alone where it is all that is known of somebody. */
function told(name: string, role: string): string {
  return role === "" ? name : role.startsWith(name) ? role : `${name} · ${role}`;
}

export function RoundCaseScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, language, client } = useApp();
  const found = useLoad(async () => {
    const [rounds, names] = await Promise.all([client.rounds.all(), client.desk.names]);
    return { round: rounds.find((one) => one.case === of), names };
  }, [client, of]);
  return (
    <Page
      title={messages.round.one}
      back={{ href: href({ name: "round" }), label: messages.round.title }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={10}>
        {({ round }) =>
          round === undefined ? (
            <Empty title={messages.round.gone} />
          ) : (
            <>
              <Note kind="plain">
                {messages.round.asOf(instant(round.preparedMs, language), instant(round.preparedMs + KEPT_MS, language))}
              </Note>
              {round.left > 0 && <Note kind="warn">{messages.round.left(round.left)}</Note>}
              {round.sheets.length === 0 && <Empty title={messages.round.nothing} />}
              {round.sheets.map((sheet, n) => (
                <article class="card sheet" key={n}>
                  <header class="stack">
                    <h2>
                      <Name>{sheet.title.title}</Name>
                    </h2>
                    <p class="soft">
                      <strong>
                        <Name>{sheet.who}</Name>
                      </strong>
                    </p>
                    <p class="soft">
                      {sheet.where} · {instant(sheet.writtenMs, language)}
                    </p>
                  </header>
                  <Words title={sheet.title} body={sheet.body} />
                </article>
              ))}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
