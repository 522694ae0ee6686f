/** What somebody writes or picks: a label that stays, a hint, and what is wrong in words beside it. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface Told {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong, in a sentence; said when it appears. */
  readonly error?: string | undefined;
}

interface Attributes {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

/** The frame of any control: `children` is given what ties it to label, hint and error. */
export function Field({
  label,
  hint,
  error,
  children,
}: Told & { readonly children: (tied: Attributes) => ComponentChildren }): JSX.Element {
  const id = useId();
  const described = [hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`].filter(
    (one) => one !== "",
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="soft" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children({ id, "aria-describedby": described.join(" ") || undefined, "aria-invalid": error !== undefined })}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Told {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly maxLength?: number;
}

/** One line. */
export function TextField({ value, onInput, maxLength, ...told }: TextProps): JSX.Element {
  return (
    <Field {...told}>
      {(tied) => (
        <input
          {...tied}
          type="text"
          value={value}
          maxLength={maxLength}
          autocomplete="off"
          dir="auto"
          onInput={(event) => {
            onInput(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

interface SecretProps extends Told {
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** Chosen now, or typed again: what a keeper of passwords makes of it. */
  readonly isNew: boolean;
}

/** One line that nobody beside reads. */
export function SecretField({ value, onInput, isNew, ...told }: SecretProps): JSX.Element {
  return (
    <Field {...told}>
      {(tied) => (
        <input
          {...tied}
          type="password"
          value={value}
          maxLength={1000}
          autocomplete={isNew ? "new-password" : "current-password"}
          onInput={(event) => {
            onInput(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

/** A day, written `2026-03-31`, by the browser's own calendar. */
export function DateField({ value, onInput, ...told }: Omit<TextProps, "maxLength">): JSX.Element {
  return (
    <Field {...told}>
      {(tied) => (
        <input
          {...tied}
          type="date"
          value={value}
          onInput={(event) => {
            onInput(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

/** Several lines, which grow with what is written. */
export function TextArea({ value, onInput, maxLength, ...told }: TextProps): JSX.Element {
  return (
    <Field {...told}>
      {(tied) => (
        <textarea
          {...tied}
          value={value}
          rows={4}
          maxLength={maxLength}
          dir="auto"
          onInput={(event) => {
            onInput(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface SelectProps<Value extends string> extends Told {
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of many. For few, `Choice` says more. */
export function Select<Value extends string>({ options, value, onChange, ...told }: SelectProps<Value>): JSX.Element {
  return (
    <Field {...told}>
      {(tied) => (
        <select
          {...tied}
          value={value}
          onChange={(event) => {
            const chosen = options.find((one) => one.value === event.currentTarget.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {options.map((one) => (
            <option value={one.value} key={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** A search on this device: nothing typed here leaves it. */
export function Search({ label, value, onInput }: SearchProps): JSX.Element {
  const id = useId();
  return (
    <div class="search" role="search">
      <label class="hidden-visually" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="search"
        placeholder={label}
        value={value}
        autocomplete="off"
        dir="auto"
        onInput={(event) => {
          onInput(event.currentTarget.value);
        }}
      />
    </div>
  );
}
