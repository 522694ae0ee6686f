/** An answer to a request of the person: what it says, and whose signature it bears. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { structureLabel } from "../../app/shell.tsx";
import type { CaseView } from "../../client/casebook.ts";
import { functionName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { FactRecord } from "../../protocol/case-facts.ts";
import type { RequestAnswer } from "../../protocol/fact-requests.ts";
import { mayAnswerRequests } from "../../protocol/operator-roles.ts";
import { Badge, Name } from "../../ui/card.tsx";

interface AnswerProps {
  readonly view: CaseView;
  readonly answer: FactRecord<RequestAnswer>;
}

/** An answer and whose signature it bears, judged with the chain; its words, where she holds their key. */
export function Answer({ view, answer: { fact, hash, author } }: AnswerProps): JSX.Element {
  const { messages, language, session, client } = useApp();
  const said = messages.myRequests;
  const annex = view.classes.get("main")?.annexes.get(hash);
  const words = useLoad(async () => {
    if (annex === undefined) return undefined;
    const { text } = await client.writing.annexes.read(view.case, annex);
    return typeof text === "string" ? text : undefined;
  }, [client, view.case, annex]);
  const { capacity } = author;
  const who =
    capacity === undefined
      ? undefined
      : mayAnswerRequests(capacity)
        ? said.officer
        : `${functionName(capacity, language)} · ${structureLabel(session.bundle.registrars, capacity.structure)}`;
  return (
    <>
      <p>
        <Badge tone="good">{messages.contest[fact.outcome]}</Badge> {date(fact.atMs, language)}
        {fact.reason === undefined ? "" : ` · ${messages.contestReason[fact.reason]}`}
      </p>
      {words.state === "ready" && words.value !== undefined && (
        <p class="words">
          <Name>{words.value}</Name>
        </p>
      )}
      {words.state === "failed" && <p class="soft">{said.wordsElsewhere}</p>}
      {who !== undefined && <p class="soft">✓ {said.signed(who)}</p>}
    </>
  );
}
