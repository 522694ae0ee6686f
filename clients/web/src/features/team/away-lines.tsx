/** Who is away among those named, in words: what one is told before writing to them (F13). */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { standIns } from "../../client/absences.ts";
import { date } from "../../i18n/times.ts";
import type { Known } from "./known.ts";
import { useSayings } from "./words.ts";

/** One line for each who is away, under what they are called already, by user. */
export function useAway({ facts, names, nowMs }: Known, users: Iterable<string>): ReadonlyMap<string, JSX.Element> {
  const { messages, language } = useApp();
  const { who } = useSayings(names);
  return new Map(
    standIns(facts, new Set(users), nowMs).map(({ absent, relay, untilMs }) => [
      absent,
      <span class="away" key={absent}>
        {messages.away.untilHere(date(untilMs - 1, language), who(relay, facts.participationsOf(relay, nowMs)[0]?.fact.capacity))}
      </span>,
    ]),
  );
}
