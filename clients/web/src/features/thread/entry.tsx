/** One entry, opened: who wrote it in which function, where, what it says; and what to do with it. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Reply } from "../compose/reply.tsx";
import { CaseName } from "../reading/words.tsx";
import { EntrySheet } from "./sheet.tsx";
import { placeOf } from "./address.ts";

interface EntryProps {
  readonly of: string;
  readonly place: string;
  readonly entry: string;
}

export function EntryScreen({ of, place, entry }: EntryProps): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(async () => {
    const at = placeOf(place);
    const { desk } = client;
    const [looked, names, marks] = await Promise.all([client.entries.look(of, at), desk.names, desk.marks]);
    const items = looked.list.entries.filter((item) => item.entry?.id === entry);
    const [one] = desk.took(looked, await client.entries.titlesOf(looked, items));
    return { one, item: items[0], names, marks };
  }, [client, of, place, entry]);
  return (
    <Page
      title={messages.thread.title}
      back={{ href: href({ name: "thread", case: of, part: "all" }), label: messages.thread.backToThread }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={8}>
        {({ one, item, names, marks }) =>
          one === undefined ? (
            <p>{item?.takenBack === true ? messages.thread.takenBack : messages.thread.noKey}</p>
          ) : (
            <>
              <EntrySheet one={one} names={names} marks={marks} />
              <Reply
                one={one}
                onSent={() => {
                  go(
                    one.placed.kind === "exchange"
                      ? { name: "exchange", case: of, exchange: one.placed.name }
                      : { name: "thread", case: of, part: one.compartment },
                  );
                }}
              />
              <div class="row">
                <ButtonLink
                  href={
                    one.placed.kind === "exchange"
                      ? href({ name: "exchange", case: of, exchange: one.placed.name })
                      : href({ name: "thread", case: of, part: one.compartment })
                  }
                >
                  {messages.thread.backToThread}
                </ButtonLink>
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
