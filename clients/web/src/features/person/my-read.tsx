/** One part of her file as she may read it: who wrote what, when; one press opens it. What is hidden from her stays hidden. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import type { Names } from "../../client/names.ts";
import { partName } from "../../i18n/codes.ts";
import { ago } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { kindName, writerLine } from "../reading/words.tsx";
import { addressOf } from "../thread/address.ts";

/** Every part at once. */
export const ALL = "all";
const AT_ONCE = 30;

export function MyRead({ case_, part }: { readonly case_: string; readonly part: string }): JSX.Element {
  const { messages, language, client } = useApp();
  const said = messages.myRead;
  const found = useLoad(async () => {
    const isHere = (compartment: string): boolean => part === ALL || compartment === part;
    const [received, counts, names] = await Promise.all([client.desk.of(case_), client.waiting.counts(case_), client.desk.names]);
    await client.save();
    const here = received.filter(({ compartment }) => isHere(compartment));
    const counted = counts.filter(({ place }) => isHere(place.name.split("/")[0] ?? ""));
    const waiting = counted.reduce((sum, { readable }) => sum + readable, 0) - here.length;
    return { here: here.sort((a, b) => b.writtenMs - a.writtenMs || b.n - a.n).filter(isSaid), waiting, names };
  }, [client, case_, part]);
  return (
    <Page
      title={part === ALL ? said.all : partName(part, language)}
      lead={said.lead}
      back={{ href: href({ name: "myParts", case: case_ }), label: messages.myParts.title }}
    >
      {part === "expression" && (
        <div class="row">
          <ButtonLink kind="main" href={href({ name: "myWrite", case: case_ })}>
            {messages.myWrite.door}
          </ButtonLink>
        </div>
      )}
      <Loaded from={found} lines={6}>
        {({ here, waiting, names }) => (
          <>
            {waiting > 0 && <Note kind="plain">{said.waiting}</Note>}
            {here.length === 0 ? <Empty title={said.empty} /> : <Written received={here} names={names} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** What is said about another entry is no line of its own. */
export function isSaid({ kind }: Received): boolean {
  return kind !== "mark" && kind !== "annex";
}

/** Lines, newest first; more on demand. */
export function Written({ received, names }: { readonly received: readonly Received[]; readonly names: Names }): JSX.Element {
  const { messages } = useApp();
  const [shown, setShown] = useState(AT_ONCE);
  return (
    <Card>
      <List label={messages.myRead.list}>
        {received.slice(0, shown).map((one) => (
          <Line one={one} names={names} key={one.entry} />
        ))}
      </List>
      {received.length > shown && (
        <div class="row">
          <Button
            onPress={() => {
              setShown(shown + AT_ONCE);
            }}
          >
            {messages.myRead.more}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Line({ one, names }: { readonly one: Received; readonly names: Names }): JSX.Element {
  const app = useApp();
  const { messages, language, nowMs } = app;
  const { place, entry } = addressOf(one);
  return (
    <Row
      href={href({ name: "myEntry", case: one.case, place, entry })}
      title={<Name>{one.title.title}</Name>}
      detail={
        <>
          <Name>{writerLine(app, names, one)}</Name>
          {` · ${kindName(one.kind, messages)} · ${partName(one.compartment, language)} · ${ago(one.writtenMs, nowMs(), language)}`}
        </>
      }
    />
  );
}
