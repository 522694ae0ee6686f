/** « Inviter par un code »: who, where, by what title; one signature, then a code to say and a link to send; what is still open. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { Recent } from "../../app/recent.tsx";
import { href } from "../../app/router.ts";
import type { Invitee } from "../../client/invitations.ts";
import { relyingParty } from "../../client/login.ts";
import type { Names } from "../../client/names.ts";
import { textHash } from "../../client/notice-hashes.ts";
import type { Joining, JoiningTitle } from "../../client/team.ts";
import { TITLES } from "../../client/team.ts";
import { HORIZONS } from "../../client/team-horizon.ts";
import type { HorizonName } from "../../client/team-horizon.ts";
import { rowName } from "../../i18n/codes.ts";
import type { PolicyTable } from "../../protocol/policy-table.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { WhatFollows } from "../team/add-parts.tsx";
import { informedOf } from "../team/informed.ts";
import type { Told } from "../team/informed.ts";
import { useSayings } from "../team/words.ts";
import { Made, Sent } from "./invited.tsx";

/** What somebody who is invited may be: rows with an account, each in the structures whose registrar attests it. */
interface Place {
  readonly structure: string;
  readonly label: string;
  readonly rows: readonly string[];
}

export function InviteScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, client, session } = useApp();
  const known = useLoad(async () => {
    const [names, table] = await Promise.all([client.desk.names, client.rules.table()]);
    const places = session.bundle.registrars.flatMap(({ rows, structures }) => {
      const possible = rows.filter((row) => table.row(row)?.account === true && table.row(row)?.category !== undefined);
      return structures.map(({ id, label }): Place => ({ structure: id, label, rows: possible }));
    });
    return { names, table, places: places.filter(({ rows }) => rows.length > 0) };
  }, [client, session]);
  const sent = useLoad(async () => {
    const { invitations } = client.writing;
    const [names, { main }] = await Promise.all([client.desk.names, client.casebook.view(of)]);
    await invitations.nameGuests(main.facts, names);
    return { names, found: await invitations.all(of) };
  }, [client, of]);
  useLookAgain(sent.again, of);
  return (
    <Page
      title={messages.invite.title}
      lead={messages.invite.lead}
      back={{ href: href({ name: "team-add", case: of }), label: messages.team.add }}
    >
      <Recent>
        <Loaded from={known} lines={30}>
          {(found) => <Form of={of} {...found} onMade={sent.again} />}
        </Loaded>
      </Recent>
      <Loaded from={sent} lines={2}>
        {(known) => known.found.length > 0 && <Sent of={of} {...known} again={sent.again} />}
      </Loaded>
    </Page>
  );
}

interface FormProps {
  readonly of: string;
  readonly names: Names;
  readonly table: PolicyTable;
  readonly places: readonly Place[];
  readonly onMade: () => void;
}

function Form({ of, names, table, places, onMade }: FormProps): JSX.Element {
  const { messages, language, client, session } = useApp();
  const [said, words] = [messages.team, messages.invite];
  const sayings = useSayings(names);
  const [name, setName] = useState("");
  const [sub, setSub] = useState("");
  const [structure, setStructure] = useState("");
  const [row, setRow] = useState("");
  const [title, setTitle] = useState<JoiningTitle>();
  const [horizon, setHorizon] = useState<HorizonName>("episode");
  const [told, setTold] = useState<Told>("no");
  const [agreed, setAgreed] = useState<ReadonlySet<string>>();
  const [made, setMade] = useState<Parameters<typeof Made>[0]["made"]>();
  const rows = places.filter((one) => one.structure === structure).flatMap((one) => one.rows);
  const category = table.row(row)?.category;
  const isChosen = rows.includes(row) && title !== undefined;
  const invitee: Invitee = {
    iss: relyingParty(session.bundle, "self").iss,
    sub: sub.trim(),
    capacity: { row, ...(category === undefined ? {} : { category }), structure, secretBasis: ["L1110-4"] },
    name,
  };
  const joining = (toAsk: Joining["consent"] = []): Joining => {
    const informed = title === undefined ? undefined : informedOf(told, title);
    const consent = toAsk.filter(({ compartment }) => agreed === undefined || agreed.has(compartment));
    return {
      ...(title === undefined ? {} : { title }),
      horizon,
      ...(informed === undefined ? {} : { informed }),
      ...(title !== "outside" || informed === undefined || consent.length === 0 ? {} : { consent }),
    };
  };
  const invite = useAct(async (toAsk: Joining["consent"]) => {
    const { invitation, left, untold } = await client.writing.invitations.invite(of, invitee, joining(toAsk), textHash);
    await client.save();
    const shown = (await client.writing.invitations.all(of)).find(({ record }) => record.hash === invitation);
    if (shown !== undefined) setMade({ shown, left, untold });
    onMade();
  });
  if (made !== undefined) return <Made of={of} made={made} />;
  return (
    <form
      class="stack"
      aria-label={words.title}
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <TextField label={said.name} hint={said.nameHint} value={name} onInput={setName} maxLength={100} />
      <TextField label={words.sub} hint={words.subHint} value={sub} onInput={setSub} maxLength={200} />
      <Select
        label={words.structure}
        value={structure}
        onChange={(next) => {
          setStructure(next);
          setRow("");
        }}
        options={[{ value: "", label: words.choose }, ...places.map((one) => ({ value: one.structure, label: one.label }))]}
      />
      <Select
        label={words.row}
        value={row}
        onChange={setRow}
        options={[{ value: "", label: words.choose }, ...rows.map((one) => ({ value: one, label: rowName(one, language) }))]}
      />
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
        options={HORIZONS.map((one) => ({
          value: one,
          label: messages.teamHorizon[one],
          ...(one === "episode" ? { detail: words.atOnce } : { detail: words.later }),
        }))}
      />
      {isChosen && invitee.sub !== "" ? (
        <WhatFollows
          on={[client, of, row, structure]}
          propose={(asked) => client.writing.invitations.proposed(of, invitee, asked)}
          joining={joining()}
          sayings={sayings}
          told={told}
          onTold={setTold}
          agreed={agreed}
          onAgreed={setAgreed}
        >
          {(toAsk) => (
            <div class="row">
              <Button kind="main" onPress={() => invite.run(toAsk)}>
                {words.sign}
              </Button>
              <ButtonLink kind="quiet" href={href({ name: "team-add", case: of })}>
                {messages.common.cancel}
              </ButtonLink>
            </div>
          )}
        </WhatFollows>
      ) : (
        <p class="soft" role="status">
          {words.notYet}
        </p>
      )}
      {invite.state !== "idle" && <ActNote act={invite} />}
    </form>
  );
}
