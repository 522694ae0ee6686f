/** « Qui lira ceci » (F7): in one line, before sending; never somebody whom the rules hide. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { standIns } from "../../client/absences.ts";
import type { StandIn } from "../../client/absences.ts";
import { PASSAGE } from "../../client/drafts.ts";
import type { Held } from "../../client/drafts.ts";
import { functionName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import { instantOf } from "../../protocol/case-state.ts";
import { kindOfMask } from "../../protocol/masks.ts";
import type { Place } from "../../protocol/places.ts";
import { SectionAccess } from "../../protocol/section-access.ts";
import { Name } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { seeing } from "../reading/sight.ts";

interface ReadersProps {
  readonly of: string;
  readonly place: Place;
  /** How it is held back. */
  readonly held?: Held | undefined;
}

export function Readers({ of, place, held }: ReadersProps): JSX.Element {
  const { messages, language, client, acting, nowMs } = useApp();
  const said = ({ absent, relay, untilMs }: StandIn, named: (user: string) => string): string =>
    messages.away.awayUntil(named(absent), date(untilMs - 1, language), named(relay));
  const found = useLoad(async () => {
    const [view, names] = await Promise.all([client.casebook.view(of, { refresh: false }), client.desk.names]);
    const chain = place.kind === "section" ? view.of(place.name)?.state : view.main;
    if (chain === undefined) return undefined;
    const me = client.author.user;
    const named = (user: string): string => {
      if (user === me) return messages.thread.me;
      const [taking] = chain.facts.participationsOf(user, nowMs());
      return names.of("contact", user) ?? (taking === undefined ? "" : functionName(taking.fact.capacity, language));
    };
    const away = (users: readonly string[]): readonly string[] =>
      standIns(view.main.facts, users, instantOf(view.main, nowMs())).map((one) => said(one, named));
    if (place.kind === "exchange") {
      const { state } = await client.exchanges.view(view, place.name);
      const users = state.members.map(({ user }) => user).filter((user) => user !== me);
      // Whoever stands in for one of them joins the list before the message is written.
      const relays = await client.writing.opening.relays(view, [...users, me], state.compartment, state.level);
      return { professionals: [...users, ...relays].map(named), person: false, away: away(users) };
    }
    const [table, atMs] = [await client.rules.table(), instantOf(chain, nowMs())];
    if (held !== undefined && held !== PASSAGE) {
      const [compartment = "", level] = place.name.split("/");
      const held_ = {
        id: "0".repeat(64),
        author: me,
        authorCategory: acting?.capacity.category,
        writtenMs: atMs,
        compartment,
        level: Number(level),
        masks: new Set([held]),
        named: new Set<string>(),
        kind: kindOfMask(held),
        passages: false,
        maskUntilMs: undefined,
      };
      const seen = seeing(chain.facts, table, held_, me, atMs);
      const [theirs, own] = [seen.filter(({ capacity }) => capacity !== undefined), seen.length];
      const users = theirs.map(({ user }) => user);
      return { professionals: users.map(named), person: own > theirs.length, away: away(users) };
    }
    const access = SectionAccess.at(table, chain.facts, atMs);
    const taking = [...new Set(chain.facts.of("participation").map(({ fact }) => fact.user))];
    const reading = taking.filter((user) => user !== me && access.mayRead(user, place.name));
    const person = [...chain.facts.personUsers].some((user) => access.mayRead(user, place.name));
    return { professionals: reading.map(named), person, away: away(reading) };
  }, [client, of, place.kind, place.name, held, language]);
  if (found.state !== "ready" || found.value === undefined) return <p class="soft readers">{messages.compose.readersWait}</p>;
  const { professionals, person, away } = found.value;
  const told = messages.compose.readers(String(professionals.length), person ? messages.compose.andPerson : "");
  return (
    <div class="readers">
      <Disclosure summary={told}>
        <ul>
          {professionals.map((one, at) => (
            <li key={`${one} ${at}`}>
              <Name>{one}</Name>
            </li>
          ))}
          {person && <li>{messages.thread.person}</li>}
        </ul>
      </Disclosure>
      {away.map((line) => (
        <p class="away" key={line}>
          {line}
        </p>
      ))}
    </div>
  );
}
