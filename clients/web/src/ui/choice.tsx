/** Choosing by large cards: one of few (`Choice`), yes or no (`Check`), or a view of the same screen (`Segments`). */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface CardOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string | undefined;
}

interface ChoiceProps<Value extends string> {
  readonly legend: string;
  readonly hint?: string;
  readonly options: readonly CardOption<Value>[];
  readonly value: Value | undefined;
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>({ legend, hint, options, value, onChange }: ChoiceProps<Value>): JSX.Element {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {hint !== undefined && <p class="soft">{hint}</p>}
      {options.map((one) => (
        <label class="choice-card" key={one.value}>
          <input
            type="radio"
            name={name}
            checked={one.value === value}
            onChange={() => {
              onChange(one.value);
            }}
          />
          <span class="choice-text">
            <span class="choice-label">{one.label}</span>
            {one.detail !== undefined && <span class="soft">{one.detail}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface CheckProps {
  readonly label: ComponentChildren;
  readonly detail?: string | undefined;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, detail, checked, onChange }: CheckProps): JSX.Element {
  return (
    <label class="choice-card">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
      <span class="choice-text">
        <span class="choice-label">{label}</span>
        {detail !== undefined && <span class="soft">{detail}</span>}
      </span>
    </label>
  );
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** Views of one screen, one at a time. */
export function Segments<Value extends string>({ label, options, value, onChange }: SegmentsProps<Value>): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map((one) => (
        <button
          type="button"
          key={one.value}
          aria-pressed={one.value === value}
          onClick={() => {
            onChange(one.value);
          }}
        >
          {one.label}
        </button>
      ))}
    </div>
  );
}
