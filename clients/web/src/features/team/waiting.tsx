/** What was signed here and the hub has not got yet, and what it did not take: with the reason, and what to do about it (F20). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { OutboxItem } from "../../client/outbox.ts";
import { factOf } from "../../client/outbox.ts";
import { instant } from "../../i18n/times.ts";
import { LATE_REASONS } from "../../protocol/fact-codec.ts";
import type { LateReason } from "../../protocol/fact-codec.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, List, Row } from "../../ui/card.tsx";
import { Select } from "../../ui/field.tsx";
import type { Known } from "./known.ts";

interface WaitingProps {
  readonly known: Known;
  readonly again: () => void;
}

export function Waiting({ known, again }: WaitingProps): JSX.Element | null {
  const { messages, language, client } = useApp();
  const said = messages.team;
  const { waiting } = known;
  const drop = useAct(async (throwAway: () => Promise<void>) => {
    await throwAway();
    again();
  });
  if (waiting.length === 0) return null;
  return (
    <Card title={said.waiting} tone="warn">
      <p class="soft">{said.waitingHelp}</p>
      <List label={said.waiting}>
        {waiting.map((item) => (
          <Row
            key={item.id}
            title={factName(item, messages.teamFact)}
            aside={item.paper === true && <Badge>{said.photo}</Badge>}
            detail={
              item.state === "refused"
                ? said.refused(whyName(item.why, messages))
                : said.collectedOnly(instant(collectedMs(item), language))
            }
          >
            {item.state === "refused" && item.why === "collected-late" && <Late item={item} again={again} />}
            {item.state === "refused" && (
              <Button kind="quiet" onPress={() => drop.run(() => client.writing.outbox.remove(item.id))}>
                {said.throwAway}
              </Button>
            )}
          </Row>
        ))}
      </List>
      {drop.state === "failed" && <ActNote act={drop} />}
    </Card>
  );
}

/** Beyond 72 hours a reason goes with it, which the auditor's report shows. */
function Late({ item, again }: { readonly item: OutboxItem; readonly again: () => void }): JSX.Element {
  const { messages, client } = useApp();
  const [reason, setReason] = useState<LateReason>("no_network");
  const explain = useAct(async () => {
    await client.writing.facts.explainLate(item, reason);
    await client.writing.syncing.sync(item.case);
    again();
  });
  return (
    <div class="stack">
      <Select
        label={messages.team.late}
        value={reason}
        onChange={setReason}
        options={LATE_REASONS.map((one) => ({ value: one, label: messages.teamLate[one] }))}
      />
      <div class="row">
        <Button onPress={() => explain.run()}>{messages.team.sendLate}</Button>
      </div>
      {explain.state === "failed" && <ActNote act={explain} />}
    </div>
  );
}

function factName(item: OutboxItem, words: Readonly<Record<string, string>>): string {
  return new Map(Object.entries(words)).get(factOf(item).type) ?? words["other"] ?? "";
}

function collectedMs(item: OutboxItem): number {
  const fact = factOf(item);
  if (fact.type === "notice" || fact.type === "consent") return fact.givenMs;
  return fact.type === "consent-withdrawal" ? fact.atMs : item.keptMs;
}

/** The reason of a refusal by its code: our own rules, what made no sense, or the hub's problem. */
function whyName(why: string | undefined, messages: ReturnType<typeof useApp>["messages"]): string {
  const known = new Map(Object.entries({ ...messages.refused, ...messages.misuse, ...messages.notPermitted }));
  return known.get(why ?? "") ?? messages.problem.unknown;
}
