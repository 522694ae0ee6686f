/** What this user asked somebody to take over and nobody has, once its hours are over: it comes back to them, first (F10). */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { href } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import { ago } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Line } from "../thread/thread.tsx";
import type { Desk } from "./inbox.tsx";

const LOOK_AGAIN_MS = 5_000;

interface UnansweredProps {
  readonly desk: Desk;
  readonly again: () => void;
}

export function Unanswered({ desk: { asked, names, marks }, again }: UnansweredProps): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const said = messages.follow;
  const [, setRound] = useState(0);
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  // Nothing is asked again: only the hour of each comes.
  useEffect(() => {
    const timer = setInterval(() => {
      setRound((round) => round + 1);
    }, LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const over = asked.filter(({ one, dueMs }) => dueMs <= nowMs() && !taken.has(one.entry));
  const take = async ({ case: of, placed, entry }: Received): Promise<void> => {
    const mark = { kind: "mark", title: said.taken, fields: {}, relations: [{ relation: "takes_charge", entry }] as const };
    await client.outgoing.leave({ case: of, place: placed, where: `mark ${entry}`, ...mark, files: [] }, true);
    // It leaves after its 20 seconds: until then this screen knows it already.
    setTaken(new Set([...taken, entry]));
    again();
  };
  if (over.length === 0) return <></>;
  return (
    <Card title={said.nobody} tone="danger">
      <ul class="lines" aria-label={said.nobody}>
        {over.map(({ one }) => (
          <li key={one.entry}>
            <Line one={one} names={names} marks={marks} inCase />
            <p>{said.nobodySince(ago(one.writtenMs, nowMs(), language))}</p>
            <p class="soft">{said.nobodyNext}</p>
            <div class="row">
              <Button label={said.takeOf(one.title.title)} onPress={() => take(one)}>
                {said.take}
              </Button>
              <ButtonLink href={href({ name: "around", case: one.case })}>{said.whom}</ButtonLink>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
