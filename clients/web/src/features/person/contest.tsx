/** « Je ne comprends pas cet accès »: one press on the line itself, and the answer where the question was asked (F16). */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { request } from "../../client/facts.ts";
import { date } from "../../i18n/times.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card } from "../../ui/card.tsx";
import { holderOf } from "./words.ts";

interface ContestProps {
  readonly case_: string;
  readonly index: number;
  readonly facts: CaseFacts;
  readonly again: () => void;
}

export function Contest({ case_, index, facts, again }: ContestProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const said = messages.contest;
  const ask = useAct(async () => {
    const holder = holderOf(facts, client.author.user);
    const about = { leaf: index, ...(holder === undefined ? {} : { holder }) };
    await client.writing.facts.record(case_, request("contest", "electronic", about));
    await client.save();
    tell(said.sent);
    again();
  });
  const asked = facts.of("request").find(({ fact }) => fact.kind === "contest" && fact.leaf === index);
  if (asked === undefined) {
    return (
      <Card title={said.title}>
        <p>{said.body}</p>
        <div class="row">
          <Button kind="main" onPress={() => ask.run()}>
            {said.ask}
          </Button>
        </div>
        <ActNote act={ask} />
      </Card>
    );
  }
  const answers = facts.of("request-answer").filter(({ fact }) => fact.request === asked.hash);
  return (
    <Card title={said.asked} tone={answers.length === 0 ? "accent" : "good"}>
      {answers.length === 0 && <p>{said.waiting(date(asked.fact.dueMs, language))}</p>}
      {answers.map(({ hash, fact }) => (
        <p key={hash}>
          <Badge tone="good">{said[fact.outcome]}</Badge> {date(fact.atMs, language)}
          {fact.reason === undefined ? "" : ` · ${messages.contestReason[fact.reason]}`}
        </p>
      ))}
    </Card>
  );
}
