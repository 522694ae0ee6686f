/** Whom the person has to be told of and what to ask her; what was collected, and what still waits on this device. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { consentsInForce, notice } from "../../client/facts.ts";
import { textHash } from "../../client/notice-hashes.ts";
import { missingLines, teamReaders } from "../../client/team-lines.ts";
import { asking, isHeard, partsToAsk, whoSees } from "../../client/who-sees.ts";
import { date, instant } from "../../i18n/times.ts";
import type { NoticeLine } from "../../protocol/fact-notices.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, List, Name, Row } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { useKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { Waiting } from "./waiting.tsx";
import { useSayings } from "./words.ts";

export function ConsentsScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useKnown(of);
  return (
    <Page
      title={messages.team.consents}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={10}>
        {(known) => (
          <>
            <ToTell of={of} known={known} again={found.again} />
            <ToAsk of={of} known={known} />
            <Waiting known={known} again={found.again} />
            <Refusals of={of} known={known} />
            <Collected of={of} known={known} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface PartProps {
  readonly of: string;
  readonly known: Known;
}

/** What the person was not told yet, as sentences to say, and one button for all of them (F4). */
function ToTell({ of, known, again }: PartProps & { readonly again: () => void }): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const [means, setMeans] = useState<"oral" | "paper" | "falc">("oral");
  const { facts, table, nowMs, waiting } = known;
  const lines = missingLines(table, facts, teamReaders(facts, nowMs), nowMs);
  const isKept = waiting.some(({ body, state }) => body["type"] === "notice" && state === "waiting");
  const record = useAct(async (told: readonly NoticeLine[]) => {
    const kind = told.some((line) => line.kind !== "general") ? "cross-category" : "general";
    const result = await client.writing.facts.record(of, notice({ lines: told, means, text: textHash(kind, means === "falc") }));
    if (result.kind === "recorded") await client.writing.syncing.sync(of);
    await client.save();
    tell(result.kind === "kept" ? said.keptHere : said.noticeRecorded);
    again();
  });
  if (lines.length === 0 || isKept) return <Note kind="good">{isKept ? said.keptHere : said.allTold}</Note>;
  return (
    <Card title={said.toTell} tone="warn">
      <p>{said.notInformed}</p>
      {lines.map((line) => (
        <p key={sayings.sentence(line)}>« {sayings.sentence(line)} »</p>
      ))}
      <Choice
        legend={said.how}
        value={means}
        onChange={setMeans}
        options={(["oral", "paper", "falc"] as const).map((one) => ({ value: one, label: messages.teamMeans[one] }))}
      />
      <div class="row">
        <Button kind="main" onPress={() => record.run(lines)}>
          {said.iTold}
        </Button>
      </div>
      {record.state !== "idle" && <ActNote act={record} />}
    </Card>
  );
}

/** Who could read something with her agreement: she gives it on her own screen, on paper, or aloud. */
function ToAsk({ of, known }: PartProps): JSX.Element | null {
  const { messages, client } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const { facts, table, nowMs } = known;
  const asked = whoSees(facts, table, nowMs).filter((one) => partsToAsk(one).length > 0 && one.user !== client.author.user);
  if (asked.length === 0) return null;
  return (
    <Card title={said.toAsk}>
      <p class="soft">{facts.personUsers.size > 0 ? said.onHerScreen : said.noScreen}</p>
      <List label={said.toAsk}>
        {asked.map((one) => (
          <Row
            key={one.participation}
            title={<Name>{sayings.who(one.user, one.capacity)}</Name>}
            detail={`${sayings.where(one.user, one.capacity)} · ${sayings.information(partsToAsk(one))}`}
          >
            <ButtonLink href={href({ name: "consent-ask", case: of, participation: one.participation })}>
              {said.collect}
            </ButtonLink>
          </Row>
        ))}
      </List>
    </Card>
  );
}

/** To whom she said no, where that counts: whoever hears that she changed her mind records it, with its text. */
function Refusals({ of, known }: PartProps): JSX.Element | null {
  const { messages, client } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const { facts, table, nowMs } = known;
  const refused = whoSees(facts, table, nowMs).flatMap((seer) => {
    const { information, refusal } = asking(seer, facts, nowMs);
    return refusal === undefined || seer.user === client.author.user ? [] : [{ seer, information, refusal }];
  });
  if (refused.length === 0) return null;
  return (
    <Card title={said.refusals}>
      <List label={said.refusals}>
        {refused.map(({ seer: { user, capacity, participation }, information, refusal }) => (
          <Row
            key={participation}
            title={<Name>{sayings.who(user, capacity)}</Name>}
            detail={`${sayings.where(user, capacity)} · ${sayings.information(information)}`}
          >
            {isHeard(refusal) ? (
              <ButtonLink href={href({ name: "consent-ask", case: of, participation })}>{said.changesMind}</ButtonLink>
            ) : (
              <p class="soft">{said.hersAlone}</p>
            )}
          </Row>
        ))}
      </List>
    </Card>
  );
}

/** Agreements in force and what was told, each with when it was collected and when the log got it. */
function Collected({ of, known }: PartProps): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const { facts, nowMs } = known;
  const consents = consentsInForce(facts, nowMs);
  const notices = facts.of("notice");
  const times = (givenMs: number, recordedMs: number): string =>
    said.collected(instant(givenMs, language), instant(recordedMs, language));
  return (
    <Card title={said.done}>
      <List label={said.agreements}>
        {consents.map(({ hash, fact, recordedMs }) => (
          <Row
            key={hash}
            title={<Name>{sayings.recipients(fact, facts)}</Name>}
            detail={
              <>
                {sayings.information(fact.information)}
                <br />
                {messages.teamConsentMeans[fact.means]} · {times(fact.givenMs, recordedMs)}
              </>
            }
          />
        ))}
        {notices.map(({ hash, fact, recordedMs }) => (
          <Row
            key={hash}
            title={said.notice(date(fact.givenMs, language))}
            detail={`${messages.teamMeans[fact.means]} · ${times(fact.givenMs, recordedMs)}`}
          />
        ))}
      </List>
      {consents.length > 0 && (
        <div class="row">
          <ButtonLink href={href({ name: "withdraw", case: of })}>{said.withdraws}</ButtonLink>
        </div>
      )}
    </Card>
  );
}
