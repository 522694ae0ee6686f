/** The team of a case: who, by what title, since when, until when; leaving, which always works, and ending a participation. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { takingPart } from "../../client/around.ts";
import type { Taking } from "../../client/around.ts";
import { date } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { useAway } from "./away-lines.tsx";
import { useKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { useSayings } from "./words.ts";

export function TeamScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const said = messages.team;
  const found = useKnown(of);
  return (
    <Page
      title={said.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <div class="row">
        <ButtonLink kind="main" href={href({ name: "team-add", case: of })}>
          {said.add}
        </ButtonLink>
        <ButtonLink href={href({ name: "around", case: of })}>{said.around}</ButtonLink>
        <ButtonLink href={href({ name: "consents", case: of })}>{said.consents}</ButtonLink>
        <ButtonLink href={href({ name: "away", case: of })}>{messages.away.title}</ButtonLink>
      </div>
      <Loaded from={found} lines={6}>
        {(known) => <Members of={of} members={takingPart(known.facts, known.nowMs)} known={known} again={found.again} />}
      </Loaded>
    </Page>
  );
}

interface MembersProps {
  readonly of: string;
  readonly members: readonly Taking[];
  readonly known: Known;
  readonly again: () => void;
}

function Members({ of, members, known, again }: MembersProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const [ending, setEnding] = useState<Taking>();
  const me = client.author.user;
  const end = useAct(async (user: string) => {
    if (user === me) await client.writing.members.leave(of);
    else await client.writing.members.end(of, user);
    await client.save();
    setEnding(undefined);
    tell(user === me ? said.left : said.ended);
    if (user === me) go({ name: "cases" });
    else again();
  });
  const away = useAway(
    known,
    members.map(({ user }) => user),
  );
  if (members.length === 0) return <Empty title={said.nobody} />;
  const isMine = ending?.user === me;
  return (
    <>
      <List label={said.title}>
        {members.map((one) => (
          <Row
            key={one.participation}
            title={
              <>
                <Name>{sayings.who(one.user, one.capacity)}</Name> {one.referent && <Badge tone="accent">{said.referent}</Badge>}
              </>
            }
            detail={
              <>
                {sayings.where(one.user, one.capacity)}
                <br />
                {messages.teamTitle[one.title]}
                <br />
                {[
                  said.since(date(one.startMs, language)),
                  ...(one.untilMs === undefined ? [] : [said.until(date(one.untilMs, language))]),
                  ...(one.historyFromMs < one.startMs ? [said.readsFrom(date(one.historyFromMs, language))] : []),
                ].join(" · ")}
                {away.get(one.user)}
              </>
            }
          >
            <Button
              kind="quiet"
              label={one.user === me ? said.leave : `${said.end} : ${sayings.who(one.user, one.capacity)}`}
              onPress={() => {
                end.reset();
                setEnding(one);
              }}
            >
              {one.user === me ? said.leave : said.endShort}
            </Button>
          </Row>
        ))}
      </List>
      <Dialog
        title={isMine ? said.leave : said.end}
        open={ending !== undefined}
        onClose={() => {
          setEnding(undefined);
        }}
      >
        {ending !== undefined && (
          <>
            <p>
              <Name>{sayings.who(ending.user, ending.capacity)}</Name> : {sayings.role(ending.capacity)}
            </p>
            <p>{isMine ? said.leaveBody : said.endBody}</p>
            <div class="row">
              <Button kind="danger" onPress={() => end.run(ending.user)}>
                {isMine ? said.leaveYes : said.endYes}
              </Button>
            </div>
            {end.state !== "idle" && <ActNote act={end} />}
          </>
        )}
      </Dialog>
    </>
  );
}
