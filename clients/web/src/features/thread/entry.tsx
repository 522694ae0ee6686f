/** One entry, opened: who wrote it in which function, where, what it says; and what to do with it. */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import type { Received } from "../../client/desk.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Reply } from "../compose/reply.tsx";
import { CaseName, placeName } from "../reading/words.tsx";
import { Closed, useStillOpen } from "./closed.tsx";
import { OpenedBefore } from "./opened-before.tsx";
import { TakeBack } from "./take-back.tsx";
import { EntrySheet } from "./sheet.tsx";
import { placeOf } from "./address.ts";

interface EntryProps {
  readonly of: string;
  readonly place: string;
  readonly entry: string;
}

export function EntryScreen({ of, place, entry }: EntryProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const open = useStillOpen(of, place);
  const found = useLoad(async () => {
    const at = placeOf(place);
    const { desk } = client;
    const [looked, names, marks] = await Promise.all([client.entries.lookAt(of, at, entry), desk.names, desk.marks]);
    if (looked === undefined) return { one: undefined, item: undefined, names, marks };
    const reads = await client.entries.titlesOf(looked, [looked.item]);
    const [one] = desk.took(looked, reads);
    const error = reads[0]?.error;
    if (error instanceof ProtocolError) throw error;
    return { one, item: looked.item, names, marks };
  }, [client, of, place, entry]);
  const file = useAct(async ({ case: case_, placed, entry: id, compartment }: Received) => {
    await client.filings.file(case_, placed, id);
    await client.save();
    tell(messages.thread.filedHere);
    go({ name: "thread", case: case_, part: compartment });
  });
  return (
    <Page
      title={messages.thread.title}
      back={{ href: href({ name: "thread", case: of, part: "all" }), label: messages.thread.backToThread }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={8}>
        {({ one, item, names, marks }) =>
          !open ? (
            <Closed of={of} place={place} />
          ) : one === undefined || item.takenBack ? (
            <>
              <p>{item?.takenBack === true ? messages.thread.takenBack : messages.thread.noKey}</p>
              {item?.takeBack?.preamble.user === client.author.user && <OpenedBefore of={of} item={item} />}
            </>
          ) : (
            <>
              <EntrySheet one={one} names={names} marks={marks} />
              {one.author === client.author.user && (
                <TakeBack
                  one={one}
                  names={names}
                  onTaken={() => {
                    tell(messages.takeBack.done);
                    found.again();
                  }}
                />
              )}
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
                {one.placed.kind === "exchange" && one.title.file === undefined && (
                  <Button onPress={() => file.run(one)}>
                    {messages.thread.fileIn(placeName(one.compartment, one.level, language))}
                  </Button>
                )}
                {one.placed.kind !== "exchange" && (
                  <ButtonLink href={href({ name: "withhold", case: of, place, entry })}>{messages.withhold.link}</ButtonLink>
                )}
                {one.title.file === undefined && (
                  <ButtonLink href={href({ name: "print-entry", case: of, place, entry })}>{messages.paper.print}</ButtonLink>
                )}
              </div>
              {(file.state === "sending" || file.state === "failed") && <ActNote act={file} />}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
