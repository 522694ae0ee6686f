/** « Qui lira ceci » (F7): in one line, before sending; never somebody whom the rules hide. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { PASSAGE } from "../../client/drafts.ts";
import type { Held } from "../../client/drafts.ts";
import { functionName } from "../../i18n/codes.ts";
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
  const found = useLoad(async () => {
    const [view, names] = await Promise.all([client.casebook.view(of, { refresh: false }), client.desk.names]);
    const chain = place.kind === "section" ? view.of(place.name)?.state : view.main;
    if (chain === undefined) return undefined;
    const me = client.author.user;
    const named = (user: string): string => {
      const [taking] = chain.facts.participationsOf(user, nowMs());
      return names.of("contact", user) ?? (taking === undefined ? "" : functionName(taking.fact.capacity, language));
    };
    if (place.kind === "exchange") {
      const { state } = await client.exchanges.view(view, place.name);
      return {
        professionals: state.members
          .map(({ user }) => user)
          .filter((user) => user !== me)
          .map(named),
        person: false,
      };
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
      return { professionals: theirs.map(({ user }) => named(user)), person: own > theirs.length };
    }
    const access = SectionAccess.at(table, chain.facts, atMs);
    const taking = [...new Set(chain.facts.of("participation").map(({ fact }) => fact.user))];
    const reading = taking.filter((user) => user !== me && access.mayRead(user, place.name));
    const person = [...chain.facts.personUsers].some((user) => access.mayRead(user, place.name));
    return { professionals: reading.map(named), person };
  }, [client, of, place.kind, place.name, held, language]);
  if (found.state !== "ready" || found.value === undefined) return <p class="soft readers">{messages.compose.readersWait}</p>;
  const { professionals, person } = found.value;
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
    </div>
  );
}
