/** Somebody with an account: one of those named on this device, or whoever hands over their card. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Select, TextField } from "../../ui/field.tsx";

const OTHER = "other";
/** The user of a contact card, or their id alone. */
const USER = /^\s*([0-9a-f]{64})\s*$|"user":\s*"([0-9a-f]{64})"/;

interface PickerProps {
  readonly label: string;
  readonly hint?: string;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** The user picked; undefined as long as there is none. */
  readonly onPick: (user: string | undefined) => void;
}

/** Whom a picker of these people stands on at first. */
export function firstOf(people: PickerProps["people"]): string | undefined {
  return people[0]?.id;
}

export function PersonPicker({ label, hint, people, onPick }: PickerProps): JSX.Element {
  const { messages } = useApp();
  const said = messages.mandates;
  const [picked, setPicked] = useState(firstOf(people) ?? OTHER);
  const [card, setCard] = useState("");
  return (
    <>
      {people.length > 0 && (
        <Select
          label={label}
          hint={hint}
          value={picked}
          onChange={(value) => {
            setPicked(value);
            onPick(value === OTHER ? userOf(card) : value);
          }}
          options={[...people.map(({ id, name }) => ({ value: id, label: name })), { value: OTHER, label: said.other }]}
        />
      )}
      {picked === OTHER && (
        <TextField
          label={people.length > 0 ? said.card : `${label} ${said.card}`}
          hint={said.cardHint}
          value={card}
          onInput={(value) => {
            setCard(value);
            onPick(userOf(value));
          }}
          error={card !== "" && userOf(card) === undefined ? said.cardWrong : undefined}
        />
      )}
    </>
  );
}

export function userOf(card: string): string | undefined {
  const found = USER.exec(card);
  return found?.[1] ?? found?.[2];
}
