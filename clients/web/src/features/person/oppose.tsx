/** Objecting to one person's seeing the file, to a part of it, to everything: a question, done; taken back where it stands. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { opposition } from "../../client/facts.ts";
import type { Against } from "../../client/facts.ts";
import { SEEN_PARTS } from "../../client/who-sees.ts";
import type { Seer } from "../../client/who-sees.ts";
import { functionName, partName } from "../../i18n/codes.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Select } from "../../ui/field.tsx";
import { holderOf } from "./words.ts";

interface OpposeProps {
  readonly case_: string;
  readonly seer: Seer;
  readonly again: () => void;
}

export function Oppose({ case_, seer, again }: OpposeProps): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.myChoices;
  return (
    <Asked
      case_={case_}
      against={{ scope: "professional", users: [seer.user] }}
      label={said.oppose}
      whom={functionName(seer.capacity, language)}
      body={said.opposeBody}
      again={again}
    />
  );
}

const ALL = "all";

/** Objecting to one part of the file, or to all sharing. */
export function OpposeMore({ case_, again }: Omit<OpposeProps, "seer">): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.myChoices;
  const [chosen, setChosen] = useState<string>(ALL);
  const part = SEEN_PARTS.find((one) => one === chosen);
  const options = [
    { value: ALL, label: said.everybody },
    ...SEEN_PARTS.map((one) => ({ value: one, label: partName(one, language) })),
  ];
  return (
    <Disclosure summary={said.opposeMore}>
      <Select label={said.opposeTo} options={options} value={chosen} onChange={setChosen} />
      <Asked
        case_={case_}
        against={part === undefined ? { scope: "all" } : { scope: "compartment", compartments: [part] }}
        label={said.opposeThis}
        whom={part === undefined ? said.everybody : partName(part, language)}
        body={said.opposeMoreBody}
        again={again}
      />
    </Disclosure>
  );
}

interface AskedProps {
  readonly case_: string;
  readonly against: Against;
  readonly label: string;
  /** What or whom she objects to, in words. */
  readonly whom: string;
  readonly body: string;
  readonly again: () => void;
}

function Asked({ case_, against, label, whom, body, again }: AskedProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.myChoices;
  const [open, setOpen] = useState(false);
  const oppose = useAct(async () => {
    const holder = holderOf((await client.casebook.view(case_)).main.facts, client.author.user);
    await client.writing.facts.record(case_, opposition(against, holder));
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
          {label}
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
          <strong>{whom}</strong>
        </p>
        <p>{body}</p>
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
