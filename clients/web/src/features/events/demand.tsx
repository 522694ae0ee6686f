/** One request of the person, and its signed answer with a term (F16). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { requestAnswer } from "../../client/facts.ts";
import { registerOf } from "../../client/requests.ts";
import type { Registered } from "../../client/requests.ts";
import { date } from "../../i18n/times.ts";
import { REFUSAL_REASONS, REQUEST_MEANS, REQUEST_OUTCOMES } from "../../protocol/fact-requests.ts";
import type { RequestAnswer } from "../../protocol/fact-requests.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Select, TextArea } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";

const DAY_MS = 86_400_000;
const LONGEST_ANSWER = 2_000;

/** « il reste 12 jours », « dernier jour », « en retard de 3 jours ». */
export function clock({ termMs }: Registered, { messages, nowMs }: App): string {
  const words = messages.demands;
  const days = Math.floor((termMs - nowMs()) / DAY_MS);
  if (days < 0) return words.late(String(-days));
  return days === 0 ? words.lastDay : words.left(String(days));
}

interface DemandProps {
  readonly of: string;
  readonly request: string;
}

export function DemandScreen({ of, request }: DemandProps): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const words = messages.demands;
  const found = useLoad(async () => {
    const [view, names] = await Promise.all([client.casebook.view(of), client.desk.names]);
    return { registered: registerOf(view.main.facts, nowMs()).find((one) => one.request.hash === request), names };
  }, [client, of, request]);
  const back = { href: href({ name: "demands" }), label: words.back };
  const lead = found.state === "ready" && <CaseName names={found.value.names} of={of} />;
  return (
    <Page title={words.answer} back={back} lead={lead}>
      <Loaded from={found} lines={8}>
        {({ registered }) =>
          registered === undefined ? <Empty title={messages.misuse["no-such-record"]} /> : <Answer of={of} one={registered} />
        }
      </Loaded>
    </Page>
  );
}

function Answer({ of, one }: { readonly of: string; readonly one: Registered }): JSX.Element {
  const app = useApp();
  const { messages, language, client, tell } = app;
  const words = messages.demands;
  const { hash, fact } = one.request;
  const [outcome, setOutcome] = useState<RequestAnswer["outcome"]>("granted");
  const [reason, setReason] = useState<NonNullable<RequestAnswer["reason"]>>("complex");
  const [means, setMeans] = useState<RequestAnswer["means"]>(fact.means);
  const [text, setText] = useState("");
  const needsName = fact.kind === "name" && outcome !== "refused" && outcome !== "extended" && text.trim() === "";
  const [isMissing, setMissing] = useState(false);
  const isDone = one.state === "answered" || one.state === "answered-late";
  const send = useAct(async () => {
    const make = requestAnswer(hash, outcome, means, outcome === "granted" ? undefined : reason);
    const said = text.trim();
    const recorded = await client.writing.facts.record(of, make, said === "" ? {} : { words: { text: said } });
    await client.save();
    tell(recorded.kind === "recorded" && recorded.untold ? words.untold : words.sent);
    go({ name: "demands" });
    // The person is handed the key of the words: nobody else may hold it yet.
    if (said !== "") await client.writing.syncing.sync(of);
    await client.save();
  });
  const about: (readonly [string, string])[] = fact.leaf === undefined ? [] : [[words.about, words.leaf(String(fact.leaf))]];
  return (
    <>
      <Card title={words[fact.kind]} aside={isDone ? undefined : <Badge tone="accent">{clock(one, app)}</Badge>}>
        <Facts items={[[words.received, date(fact.receivedMs, language)], [words.term, date(one.termMs, language)], ...about]} />
      </Card>
      {isDone ? (
        <>
          <Note kind="good">{words.answered}</Note>
          <div class="row">
            <ButtonLink href={href({ name: "demands" })}>{words.back}</ButtonLink>
          </div>
        </>
      ) : (
        <Card title={words.outcome}>
          <Choice
            legend={words.outcome}
            options={REQUEST_OUTCOMES.map((value) => ({
              value,
              label: words[value],
              detail: value === "extended" ? words.extendedHelp : undefined,
            }))}
            value={outcome}
            onChange={setOutcome}
          />
          {outcome !== "granted" && (
            <Select
              label={words.reason}
              options={REFUSAL_REASONS.map((value) => ({ value, label: words[value] }))}
              value={reason}
              onChange={setReason}
            />
          )}
          <TextArea
            label={fact.kind === "name" ? words.nameWords : words.words}
            hint={words.wordsHint}
            value={text}
            onInput={setText}
            maxLength={LONGEST_ANSWER}
            error={isMissing && needsName ? words.nameMissing : undefined}
          />
          <Select
            label={words.means}
            options={REQUEST_MEANS.map((value) => ({ value, label: words[value] }))}
            value={means}
            onChange={setMeans}
          />
          <div class="row">
            <Button
              kind="main"
              onPress={() => {
                setMissing(needsName);
                return needsName ? undefined : send.run();
              }}
            >
              {words.send}
            </Button>
          </div>
          {(send.state === "sending" || send.state === "failed") && <ActNote act={send} />}
        </Card>
      )}
    </>
  );
}
