/**
 * Searching what this device received: nothing typed here leaves it. Searching a whole case is an act of its own, which the log has: every
 * text of it is then handed to this device (F8).
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import type { Names } from "../../client/names.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Search, Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { caseName, placeName, writerName } from "../reading/words.tsx";
import { addressOf } from "../thread/address.ts";

export function SearchScreen(): JSX.Element {
  const app = useApp();
  const { messages, client } = app;
  const [question, setQuestion] = useState("");
  const ready = useLoad(async () => {
    await client.desk.all();
    const [names, cases] = await Promise.all([client.desk.names, client.casebook.cases()]);
    return { names, cases };
  }, [client]);
  return (
    <Page title={messages.search.title} lead={messages.search.lead}>
      <Search label={messages.search.field} value={question} onInput={setQuestion} />
      <Loaded from={ready} lines={4}>
        {({ names, cases }) => {
          const { index } = client.desk;
          const hits = index.find(question);
          return (
            <>
              <p class="soft" role="status">
                {question.trim() === "" ? messages.search.scope : messages.search.found(String(hits.length))}
              </p>
              {question.trim() !== "" && hits.length === 0 && <Empty title={messages.search.none} />}
              {hits.length > 0 && (
                <List label={messages.search.results}>
                  {hits.map(({ item, excerpt }) => (
                    <Row
                      key={`${item.entry} ${excerpt}`}
                      href={href(addressOf(item))}
                      title={<Name>{item.title.title}</Name>}
                      detail={
                        <>
                          <Name>{excerpt}</Name>
                          <br />
                          <Name>{`${caseName(names, item.case, messages)} · ${writerName(app, names, item)}`}</Name>
                          {` · ${placeName(item.compartment, item.level, app.language)}`}
                        </>
                      }
                    />
                  ))}
                </List>
              )}
              {index.dropped > 0 && <p class="soft">{messages.search.dropped(String(index.dropped))}</p>}
              {cases.length > 0 && <Whole cases={cases} names={names} onDone={ready.again} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface WholeProps {
  readonly cases: readonly string[];
  readonly names: Names;
  readonly onDone: () => void;
}

/** « Chercher dans tout le dossier »: told before, done by a press, and logged as a search. */
function Whole({ cases, names, onDone }: WholeProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.search;
  const [of, setOf] = useState(cases[0] ?? "");
  const look = useAct(async () => {
    const wanted = { intent: "search", wanted: withText } as const;
    const { copied, missing } = await client.ownCopy.take(of, wanted);
    for (const { one, body } of copied) client.desk.opened(body, one);
    await client.save();
    tell(missing === 0 ? said.looked(copied.length) : said.lookedSome(copied.length, missing));
    onDone();
  });
  return (
    <Card title={said.whole}>
      <p class="soft">{said.wholeTold}</p>
      <Select
        label={said.which}
        value={of}
        onChange={setOf}
        options={cases.map((one) => ({ value: one, label: caseName(names, one, messages) }))}
      />
      <div class="row">
        <Button onPress={() => look.run()}>{said.lookThrough}</Button>
      </div>
      {(look.state === "sending" || look.state === "failed") && <ActNote act={look} />}
    </Card>
  );
}

/** What has words: no file, no mark on another element. */
function withText(received: readonly Received[]): readonly Received[] {
  return received.filter(({ title, kind }) => title.file === undefined && kind !== "mark" && kind !== "annex");
}
