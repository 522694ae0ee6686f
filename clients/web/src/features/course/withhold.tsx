/** « Réserver » (F27, R8, R65b, R66): who sees an entry now, from whom its author holds it back, and lifting it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import type { Held } from "../../client/drafts.ts";
import type { JsonValue } from "../../protocol/canonical.ts";
import type { Body } from "../../protocol/kinds.ts";
import type { Withheld } from "../../client/withholding.ts";
import { announcedMs } from "../../protocol/shields.ts";
import { metaOf } from "../../protocol/release-decision.ts";
import { date } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Name } from "../../ui/card.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { functionName } from "../../i18n/codes.ts";
import type { Names } from "../../client/names.ts";
import type { Place } from "../../protocol/places.ts";
import { instantOf } from "../../protocol/case-state.ts";
import { CaseName } from "../reading/words.tsx";
import { placeOf } from "../thread/address.ts";
import { areTold, Sentences, useHolds } from "../compose/held.tsx";
import { seeing } from "../reading/sight.ts";
import type { Seeing } from "../reading/sight.ts";

type How = Held | "named";

interface WithholdProps {
  readonly of: string;
  readonly place: string;
  readonly entry: string;
}

export function WithholdScreen({ of, place, entry }: WithholdProps): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const said = messages.withhold;
  const found = useLoad(async () => {
    const at = placeOf(place);
    const [opened, view, table, names] = await Promise.all([
      client.entries.read(of, at, entry),
      client.casebook.view(of),
      client.rules.table(),
      client.desk.names,
    ]);
    const header = opened.listed.entry?.header;
    if (header === undefined) return undefined;
    const state = view.of(at.name)?.state ?? view.main;
    const { capacity } = header;
    const met = capacity !== undefined && client.directory.hasMet(capacity);
    const category = met ? client.directory.attestation(capacity).capacity.category : undefined;
    const meta = metaOf(header, category, new Map());
    const atMs = instantOf(state, nowMs());
    const seen = seeing(state.facts, table, meta, client.author.user, atMs);
    const heldMs = announcedMs(state.facts, meta);
    return { at, body: opened.body, header, seen, heldMs, names };
  }, [client, of, place, entry]);
  return (
    <Page
      title={said.title}
      back={{ href: href({ name: "entry", case: of, place, entry }), label: messages.thread.title }}
      lead={found.state === "ready" && found.value !== undefined && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={8}>
        {(value) => {
          if (value === undefined) return <p>{messages.thread.noKey}</p>;
          const { at, body, header, seen, heldMs, names } = value;
          const waits = header.mask === "before_announcement";
          const held = header.mask !== undefined && (!waits || nowMs() < heldMs);
          const mine = header.preamble.user === client.author.user;
          const { text, whole } = wordsOf(body);
          return (
            <>
              <Card title={said.now}>
                <Seers seen={seen} names={names} />
                {waits && held && <p>{said.until(date(heldMs, language))}</p>}
              </Card>
              {!mine && <Note kind="plain">{messages.misuse["not-author"]}</Note>}
              {mine && held && <Lift of={of} at={at} entry={entry} waits={waits} />}
              {mine &&
                !held &&
                (typeof text === "string" ? (
                  <Hold of={of} at={at} entry={entry} text={text} whole={whole} seen={seen} names={names} />
                ) : (
                  <Note kind="plain">{said.noText}</Note>
                ))}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface Seen {
  readonly seen: readonly Seeing[];
  readonly names: Names;
}

function useNamed(names: Names): (one: Seeing) => string {
  const { messages, language } = useApp();
  return ({ user, capacity }) =>
    [names.of("contact", user), capacity === undefined ? messages.withhold.ownSide : functionName(capacity, language)]
      .filter((one) => one !== undefined)
      .join(", ");
}

function Seers({ seen, names }: Seen): JSX.Element {
  const { messages } = useApp();
  const named = useNamed(names);
  return (
    <ul class="bullets">
      <li>{messages.withhold.you}</li>
      {seen.map((one) => (
        <li key={one.user}>
          <Name>{named(one)}</Name>
        </li>
      ))}
    </ul>
  );
}

interface ActedOn {
  readonly of: string;
  readonly at: Place;
  readonly entry: string;
}

/** Where to go once it is done: what was written again has another address. */
function leave(of: string, at: Place): void {
  go({ name: "thread", case: of, part: at.name.split("/")[0] ?? "all" });
}

function Lift({ of, at, entry, waits }: ActedOn & { readonly waits: boolean }): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.withhold;
  const lift = useAct(async () => {
    await client.writing.withholding.lift(of, at, entry);
    await client.save();
    client.desk.forget();
    tell(said.lifted);
    leave(of, at);
  });
  return (
    <Card title={said.lift}>
      <p>{waits ? said.liftAnnounced : said.liftWritten}</p>
      <div class="row">
        <Button kind="main" onPress={() => lift.run()}>
          {waits ? said.announced : said.lift}
        </Button>
      </div>
      {lift.state !== "idle" && <ActNote act={lift} />}
    </Card>
  );
}

interface Written {
  readonly text: string;
  /** Somebody else signed it: nothing is cut out of it. */
  readonly whole: boolean;
}

function Hold({ of, at, entry, text, whole, seen, names }: ActedOn & Seen & Written): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.withhold;
  const named = useNamed(names);
  const professionals = seen.filter(({ capacity }) => capacity !== undefined);
  const [how, setHow] = useState<How>();
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [passages, setPassages] = useState<readonly string[]>([]);
  const kept = professionals.filter(({ user }) => !without.has(user));
  const hold = useAct(async () => {
    if (how === undefined) return;
    await client.writing.withholding.hold(of, at, entry, withheld(how, passages, kept));
    await client.save();
    client.desk.forget();
    tell(said.held);
    leave(of, at);
  });
  const hows = (["named", ...useHolds(of)] as const).filter((one) => !whole || one !== "passage");
  const missing = (how === "passage" && !areTold(text, passages)) || (how === "named" && without.size === 0);
  return (
    <Card title={said.hold}>
      <p>{said.again}</p>
      <Choice
        legend={said.how}
        value={how}
        onChange={setHow}
        options={hows.map((one) => ({ value: one, label: said[one], detail: said[`${one}_detail`] }))}
      />
      {how === "named" && (
        <fieldset class="choice">
          <legend>{said.whoStill}</legend>
          {professionals.map((one) => (
            <Check
              key={one.user}
              label={named(one)}
              checked={!without.has(one.user)}
              onChange={(checked) => {
                setWithout(
                  (before) => new Set(checked ? [...before].filter((user) => user !== one.user) : [...before, one.user]),
                );
              }}
            />
          ))}
        </fieldset>
      )}
      {how === "passage" && <Sentences text={text} chosen={passages} onChange={setPassages} />}
      {how !== undefined && (
        <>
          {missing && how === "named" && <p>{said.nobodyYet}</p>}
          {!missing && (
            <div class="row">
              <Button kind="main" onPress={() => hold.run()}>
                {said.hold}
              </Button>
            </div>
          )}
          {hold.state !== "idle" && <ActNote act={hold} />}
        </>
      )}
    </Card>
  );
}

function wordsOf(body: Body | undefined): { readonly text: JsonValue | undefined; readonly whole: boolean } {
  if (body?.type !== "content") return { text: undefined, whole: false };
  return { text: body.fields["text"], whole: body.filed !== undefined };
}

function withheld(how: How, passages: readonly string[], kept: readonly Seeing[]): Withheld {
  if (how === "passage") return { passages };
  if (how === "named") return { masking: { mask: "withheld_by_author", named: kept.map(({ user }) => user) } };
  return { masking: { mask: how } };
}
