/** Objecting to one person's seeing the file: a press, a question, done; taken back under « Mes choix ». */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { opposition } from "../../client/facts.ts";
import type { Seer } from "../../client/who-sees.ts";
import { functionName } from "../../i18n/codes.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { holderOf } from "./words.ts";

interface OpposeProps {
  readonly case_: string;
  readonly seer: Seer;
  readonly again: () => void;
}

export function Oppose({ case_, seer, again }: OpposeProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const said = messages.myChoices;
  const [open, setOpen] = useState(false);
  const oppose = useAct(async () => {
    const { facts } = (await client.casebook.view(case_)).main;
    const holder = holderOf(facts, client.author.user);
    await client.writing.facts.record(case_, opposition({ scope: "professional", users: [seer.user] }, holder));
    await client.save();
    setOpen(false);
    tell(said.opposed);
    again();
  });
  return (
    <>
      <div class="row">
        <Button
          kind="quiet"
          onPress={() => {
            setOpen(true);
          }}
        >
          {said.oppose}
        </Button>
      </div>
      <Dialog
        title={said.opposeTitle}
        open={open}
        onClose={() => {
          setOpen(false);
        }}
      >
        <p>
          <strong>{functionName(seer.capacity, language)}</strong>
        </p>
        <p>{said.opposeBody}</p>
        <div class="row">
          <Button kind="danger" onPress={() => oppose.run()}>
            {said.opposeConfirm}
          </Button>
        </div>
        <ActNote act={oppose} />
      </Dialog>
    </>
  );
}
