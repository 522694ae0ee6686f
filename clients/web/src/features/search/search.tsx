/** Searching what this device received: nothing typed here leaves it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { Empty, List, Name, Row } from "../../ui/card.tsx";
import { Search } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { caseName, placeName, writerName } from "../reading/words.tsx";
import { addressOf } from "../thread/address.ts";

export function SearchScreen(): JSX.Element {
  const app = useApp();
  const { messages, client } = app;
  const [question, setQuestion] = useState("");
  const ready = useLoad(async () => {
    await client.desk.all();
    return { names: await client.desk.names };
  }, [client]);
  return (
    <Page title={messages.search.title} lead={messages.search.lead}>
      <Search label={messages.search.field} value={question} onInput={setQuestion} />
      <Loaded from={ready} lines={4}>
        {({ names }) => {
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
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
