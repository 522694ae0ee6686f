/**
 * « Qui fait quoi » (F33): everybody around the person on one page, with account or not. Who takes part and who represents her are
 * facts; who else there is, and the telephones, are in what people wrote in the part Identité, read when somebody asks.
 */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { representing, takingPart } from "../../client/around.ts";
import { isFailure } from "../../client/errors.ts";
import { date } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { useAway } from "./away-lines.tsx";
import { useKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { withTelephones } from "./telephones.ts";
import { useSayings } from "./words.ts";
import { useState } from "preact/hooks";

const IDENTITY = ["identity/1", "identity/2"] as const;

export function AroundScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useKnown(of);
  return (
    <Page
      title={messages.team.around}
      lead={messages.team.aroundLead}
      back={{ href: href({ name: "team", case: of }), label: messages.team.title }}
    >
      <Loaded from={found} lines={10}>
        {(known) => <Everybody of={of} known={known} />}
      </Loaded>
    </Page>
  );
}

function Everybody({ of, known }: { readonly of: string; readonly known: Known }): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.team;
  const { facts, names, nowMs } = known;
  const sayings = useSayings(names);
  const members = takingPart(facts, nowMs);
  const represented = representing(facts, nowMs);
  const away = useAway(
    known,
    members.map(({ user }) => user),
  );
  return (
    <>
      <Card title={messages.thread.person}>
        <p>
          <CaseName names={names} of={of} />
        </p>
        <p class="soft">{facts.personUsers.size > 0 ? said.hasAccount : said.noAccount}</p>
      </Card>
      {represented.length > 0 && (
        <Card title={said.representing}>
          <List label={said.representing}>
            {represented.map(({ user, kind, untilMs }) => (
              <Row
                key={`${user} ${kind}`}
                title={<Name>{names.of("contact", user) ?? said.someone}</Name>}
                detail={[
                  messages.mandateKind[kind],
                  ...(untilMs === undefined ? [] : [said.until(date(untilMs, language))]),
                ].join(" · ")}
              />
            ))}
          </List>
        </Card>
      )}
      <Card title={said.professionals}>
        <List label={said.professionals}>
          {members.map((one) => (
            <Row
              key={one.participation}
              title={
                <>
                  <Name>{sayings.who(one.user, one.capacity)}</Name>{" "}
                  {one.referent && <Badge tone="accent">{said.referent}</Badge>}
                </>
              }
              detail={
                <>
                  {`${sayings.where(one.user, one.capacity)} · ${said.since(date(one.startMs, language))}`}
                  {away.get(one.user)}
                </>
              }
            />
          ))}
        </List>
      </Card>
      <Noted of={of} />
    </>
  );
}

interface Written {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** What is written in the part Identité: each look at it is logged, so that it is asked for, not fetched along. */
function Noted({ of }: { readonly of: string }): JSX.Element {
  const { messages, client } = useApp();
  const said = messages.team;
  const [written, setWritten] = useState<readonly Written[]>();
  const read = useAct(async () => {
    const found: Written[] = [];
    for (const name of IDENTITY) {
      const place = { kind: "section", name } as const;
      for (const { listed, title } of await titlesOf(place)) {
        if (listed.entry === undefined || title === undefined || title.kind === "document") continue;
        const { body } = await client.entries.read(of, place, listed.entry.id, { intent: "open" });
        const text = body?.type === "content" ? body.fields["text"] : undefined;
        if (typeof text === "string") found.push({ id: listed.entry.id, title: title.title, text });
      }
    }
    setWritten(found);
  });
  const titlesOf = async (place: { readonly kind: "section"; readonly name: string }) => {
    try {
      return await client.entries.titles(of, place);
    } catch (error) {
      // A level that is closed to whoever asks has nothing to show them here.
      if (isFailure(error)) return [];
      throw error;
    }
  };
  return (
    <Card title={said.noted}>
      <p class="soft">{said.notedHelp}</p>
      {written === undefined ? (
        <div class="row">
          <Button onPress={() => read.run()}>{said.readNoted}</Button>
        </div>
      ) : written.length === 0 ? (
        <Empty title={said.nothingNoted} />
      ) : (
        written.map((one) => (
          <section class="stack" key={one.id}>
            <h3>
              <Name>{one.title}</Name>
            </h3>
            <p class="words" dir="auto">
              {withTelephones(one.text).map((part, at) =>
                part.tel === undefined ? (
                  part.text
                ) : (
                  <a class="telephone" href={`tel:${part.tel}`} key={`${part.tel} ${at}`}>
                    {part.text}
                  </a>
                ),
              )}
            </p>
          </section>
        ))
      )}
      {read.state === "failed" && <ActNote act={read} />}
    </Card>
  );
}
