/** « Ajouter quelqu'un »: who, by what title, seeing from when, what the person was told; one signature for all of it (F3-F5). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { Recent } from "../../app/recent.tsx";
import { href } from "../../app/router.ts";
import { readCard } from "../../client/contact-cards.ts";
import type { Names } from "../../client/names.ts";
import { textHash } from "../../client/notice-hashes.ts";
import type { Added, Joining, JoiningTitle } from "../../client/team.ts";
import { TITLES } from "../../client/team.ts";
import { HORIZONS } from "../../client/team-horizon.ts";
import type { HorizonName } from "../../client/team-horizon.ts";
import type { Capacity } from "../../protocol/capacities.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { Capacities, CardRead, WhatFollows } from "./add-parts.tsx";
import { informedOf } from "./informed.ts";
import type { Told } from "./informed.ts";
import { useSayings } from "./words.ts";

const CARD = "card";

interface Someone {
  readonly user: string;
  readonly capacity: Capacity | undefined;
}

export function AddScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const people = useLoad(async () => {
    const names = await client.desk.names;
    const here = (await client.casebook.view(of)).main.facts;
    const found = new Map<string, Someone>(names.all("contact").map(({ id }) => [id, { user: id, capacity: undefined }]));
    for (const case_ of await client.casebook.cases()) {
      const { facts } = (await client.casebook.view(case_, { refresh: false })).main;
      for (const { fact } of facts.of("participation")) found.set(fact.user, { user: fact.user, capacity: fact.capacity });
    }
    const isNew = ({ user }: Someone): boolean =>
      user !== client.author.user && !here.personUsers.has(user) && here.participationsOf(user, nowMs()).length === 0;
    return { names, people: [...found.values()].filter(isNew) };
  }, [client, of]);
  return (
    <Page
      title={messages.team.add}
      lead={messages.team.addLead}
      back={{ href: href({ name: "team", case: of }), label: messages.team.title }}
    >
      <Recent>
        <Loaded from={people} lines={8}>
          {(known) => <Form of={of} {...known} />}
        </Loaded>
      </Recent>
    </Page>
  );
}

interface FormProps {
  readonly of: string;
  readonly names: Names;
  readonly people: readonly Someone[];
}

function Form({ of, names, people }: FormProps): JSX.Element {
  const { messages, client, session } = useApp();
  const said = messages.team;
  const sayings = useSayings(names);
  const [who, setWho] = useState(people.length === 0 ? CARD : undefined);
  const [card, setCard] = useState("");
  const [name, setName] = useState("");
  const [capacity, setCapacity] = useState<string>();
  const [title, setTitle] = useState<JoiningTitle>();
  const [horizon, setHorizon] = useState<HorizonName>("essential");
  const [told, setTold] = useState<Told>("no");
  const [agreed, setAgreed] = useState<ReadonlySet<string>>();
  const [added, setAdded] = useState<Added>();
  const read = useLoad(async () => {
    if (who === undefined || (who === CARD && card.trim() === "")) return undefined;
    const user = who === CARD ? readCard(card, session.bundle.hub) : who;
    const { attestations } = await client.directory.refresh(user);
    return { user, attestations };
  }, [client, who, card]);
  const chosen = read.state === "ready" ? read.value : undefined;
  const joining = (toAsk: Joining["consent"] = []): Joining => {
    const informed = title === undefined ? undefined : informedOf(told, title);
    const consent = toAsk.filter(({ compartment }) => agreed === undefined || agreed.has(compartment));
    return {
      ...(title === undefined ? {} : { title }),
      horizon,
      ...(informed === undefined ? {} : { informed }),
      ...(capacity === undefined ? {} : { capacity }),
      ...(title !== "outside" || informed === undefined || consent.length === 0 ? {} : { consent }),
    };
  };
  const add = useAct(async (user: string, toAsk: Joining["consent"]) => {
    const result = await client.writing.team.add(of, user, joining(toAsk), textHash);
    if (name.trim() !== "") await names.put("contact", user, name);
    // Whoever holds the keys hands them over: here and now what this device holds, the rest at the others' next sync.
    await client.writing.syncing.sync(of);
    await client.save();
    setAdded(result);
  });
  if (added !== undefined) return <Done of={of} added={added} />;
  return (
    <form
      class="stack"
      aria-label={said.add}
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <Choice
        legend={said.who}
        value={who}
        onChange={(next) => {
          setWho(next);
          setCapacity(undefined);
        }}
        options={[
          ...people.map((one) => ({
            value: one.user,
            label: sayings.who(one.user, one.capacity),
            ...(one.capacity === undefined ? {} : { detail: sayings.role(one.capacity) }),
          })),
          { value: CARD, label: said.card, detail: said.cardHelp },
        ]}
      />
      {who === CARD && chosen === undefined && <TextArea label={said.cardText} value={card} onInput={setCard} />}
      {who === CARD && chosen !== undefined && (
        <CardRead
          user={chosen.user}
          onOther={() => {
            setCard("");
          }}
        />
      )}
      {chosen === undefined && (
        <div class="row">
          <ButtonLink kind="quiet" href={href({ name: "team-invite", case: of })}>
            {messages.invite.offer}
          </ButtonLink>
        </div>
      )}
      {who !== undefined && (who !== CARD || card.trim() !== "") && (
        <Loaded from={read} lines={2}>
          {(found) =>
            found === undefined ? null : (
              <Capacities held={found.attestations} value={capacity} onChange={setCapacity} sayings={sayings} />
            )
          }
        </Loaded>
      )}
      {who === CARD && chosen !== undefined && (
        <TextField label={said.name} hint={said.nameHint} value={name} onInput={setName} maxLength={100} />
      )}
      <Choice
        legend={said.titleLegend}
        value={title}
        onChange={setTitle}
        options={TITLES.map((one) => ({ value: one, label: messages.teamTitle[one], detail: messages.teamTitleHelp[one] }))}
      />
      <Choice
        legend={said.from}
        value={horizon}
        onChange={setHorizon}
        options={HORIZONS.map((one) => ({ value: one, label: messages.teamHorizon[one] }))}
      />
      {chosen !== undefined && title !== undefined ? (
        <WhatFollows
          on={[client, of, chosen.user, capacity]}
          propose={(asked) => client.writing.team.proposed(of, chosen.user, asked)}
          joining={joining()}
          sayings={sayings}
          told={told}
          onTold={setTold}
          agreed={agreed}
          onAgreed={setAgreed}
        >
          {(toAsk) => (
            <div class="row">
              <Button kind="main" onPress={() => add.run(chosen.user, toAsk)}>
                {said.sign}
              </Button>
            </div>
          )}
        </WhatFollows>
      ) : (
        <p class="soft" role="status">
          {said.notYet}
        </p>
      )}
      {add.state !== "idle" && <ActNote act={add} />}
    </form>
  );
}

function Done({ of, added }: { readonly of: string; readonly added: Added }): JSX.Element {
  const { messages } = useApp();
  const said = messages.team;
  return (
    <Card title={said.added} tone="good">
      <p role="status">{messages.act.logged}</p>
      {added.untold.length > 0 && <Note kind="warn">{said.untold}</Note>}
      {added.opened.length > 0 && <p>{said.opened(String(added.opened.length))}</p>}
      {added.left > 0 && <p>{said.leftOut(String(added.left))}</p>}
      <div class="row">
        <ButtonLink kind="main" href={href({ name: "team", case: of })}>
          {said.title}
        </ButtonLink>
      </div>
    </Card>
  );
}
