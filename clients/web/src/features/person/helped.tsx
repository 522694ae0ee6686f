/** « Quelqu’un vous aide en ce moment ? Notez-le ici »: with whose help she answers, kept in words beside the fact (F23). */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { TIES } from "../../protocol/annexes.ts";
import type { Helper, Tie } from "../../protocol/annexes.ts";
import { Check } from "../../ui/choice.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Select, TextField } from "../../ui/field.tsx";

const LONGEST = 100;
/** Nobody yet. */
export const NO_HELPER: Helper = { name: "", tie: "child", present: true };

/** The words beside a fact: none where nobody was named. */
export function wordsOfHelper({ name, ...rest }: Helper): { readonly helper?: Helper } {
  return name.trim() === "" ? {} : { helper: { name: name.trim(), ...rest } };
}

interface HelpedProps {
  readonly helper: Helper;
  readonly onChange: (helper: Helper) => void;
}

export function Helped({ helper, onChange }: HelpedProps): JSX.Element {
  const { messages } = useApp();
  const said = messages.helped;
  return (
    <Disclosure summary={said.title}>
      <TextField
        label={said.name}
        value={helper.name}
        maxLength={LONGEST}
        onInput={(name) => {
          onChange({ ...helper, name });
        }}
      />
      <Select<Tie>
        label={said.tie}
        value={helper.tie}
        options={TIES.map((tie) => ({ value: tie, label: messages.helperTie[tie] }))}
        onChange={(tie) => {
          onChange({ ...helper, tie });
        }}
      />
      <Check
        label={said.present}
        checked={helper.present}
        onChange={(present) => {
          onChange({ ...helper, present });
        }}
      />
      <p>{messages.mine.doNotLend}</p>
    </Disclosure>
  );
}
