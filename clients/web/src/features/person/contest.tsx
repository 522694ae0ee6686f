/** « Je ne comprends pas cet accès », « Demander le nom »: one press on the line itself, and the answer where it was asked (F16, F17). */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { CaseView } from "../../client/casebook.ts";
import { request } from "../../client/facts.ts";
import { date } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Answer } from "./answer.tsx";
import { holderOf } from "./words.ts";

interface ContestProps {
  readonly kind: "contest" | "name";
  readonly index: number;
  readonly view: CaseView;
  readonly again: () => void;
}

export function Contest({ kind, view, index, again }: ContestProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const said = kind === "name" ? messages.askName : messages.contest;
  const { facts } = view.main;
  const ask = useAct(async () => {
    const holder = holderOf(facts, client.author.user);
    const about = { leaf: index, ...(holder === undefined ? {} : { holder }) };
    await client.writing.facts.record(view.case, request(kind, "electronic", about));
    await client.save();
    tell(said.sent);
    again();
  });
  const asked = facts.of("request").find(({ fact }) => fact.kind === kind && fact.leaf === index);
  if (asked === undefined) {
    return (
      <Card title={said.title}>
        <p>{said.body}</p>
        <div class="row">
          <Button {...(kind === "contest" ? { kind: "main" as const } : {})} onPress={() => ask.run()}>
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
      {answers.map((answer) => (
        <Answer view={view} answer={answer} key={answer.hash} />
      ))}
    </Card>
  );
}
