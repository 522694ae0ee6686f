/** What is shown of the acts held: by act, structure, function, rule, outcome, request, account. Only what occurs is offered. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { structureLabel } from "../../app/shell.tsx";
import { OUTCOMES, outcomeOf } from "../../client/log-search.ts";
import type { Outcome, Wanted } from "../../client/log-search.ts";
import type { Logged } from "../../client/log-cases.ts";
import { rowName } from "../../i18n/codes.ts";
import { Button } from "../../ui/button.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { labelOf } from "./words.ts";

interface FiltersProps {
  readonly acts: readonly Logged[];
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
}

const NAMES = ["act", "structure", "row", "intent"] as const;

export function Filters({ acts, wanted, onChange }: FiltersProps): JSX.Element {
  const { messages, language, session } = useApp();
  const words = messages.auditFilter;
  const occurring = useMemo(() => found(acts), [acts]);
  const labels: Readonly<Record<(typeof NAMES)[number], (code: string) => string>> = {
    act: (code) => labelOf(messages.auditAct, code),
    structure: (code) => structureLabel(session.bundle.registrars, code),
    row: (code) => rowName(code, language),
    intent: (code) => labelOf(messages.auditIntent, code),
  };
  const any = { value: "", label: words.any };
  const offered = (codes: ReadonlySet<string>, label: (code: string) => string): { value: string; label: string }[] => [
    any,
    ...[...codes].map((code) => ({ value: code, label: label(code) })).sort((a, b) => a.label.localeCompare(b.label)),
  ];
  const active = Object.values(wanted).filter((value) => value !== undefined).length;
  return (
    <Disclosure summary={active === 0 ? words.title : `${words.title} (${active})`}>
      <div class="fields">
        {NAMES.map((name) => (
          <Select
            key={name}
            label={words[name]}
            options={offered(occurring[name], labels[name])}
            value={wanted[name] ?? ""}
            onChange={(value) => {
              onChange({ ...wanted, [name]: value === "" ? undefined : value });
            }}
          />
        ))}
        <Select
          label={words.rule}
          options={offered(occurring.rule, (code) => code)}
          value={wanted.rule ?? ""}
          onChange={(value) => {
            onChange({ ...wanted, rule: value === "" ? undefined : value });
          }}
        />
        <Select
          label={words.outcome}
          options={offered(occurring.outcome, (code) => labelOf(words, code))}
          value={wanted.outcome ?? ""}
          onChange={(value) => {
            onChange({ ...wanted, outcome: OUTCOMES.find((one) => one === value) });
          }}
        />
        <TextField
          label={words.user}
          value={wanted.user ?? ""}
          maxLength={64}
          onInput={(value) => {
            const typed = value.trim().toLowerCase();
            onChange({ ...wanted, user: typed === "" ? undefined : typed });
          }}
        />
      </div>
      <div class="row">
        <Button
          onPress={() => {
            onChange({});
          }}
        >
          {words.reset}
        </Button>
      </div>
    </Disclosure>
  );
}

type Occurring = Readonly<Record<(typeof NAMES)[number] | "rule", Set<string>>> & { readonly outcome: Set<Outcome> };

function found(acts: readonly Logged[]): Occurring {
  const all: Occurring = {
    act: new Set(),
    structure: new Set(),
    row: new Set(),
    intent: new Set(),
    rule: new Set(),
    outcome: new Set(),
  };
  for (const act of acts) {
    if (act.view === undefined) continue;
    for (const name of NAMES) {
      const code = act.view[name];
      if (code !== undefined) all[name].add(code);
    }
    for (const rule of act.view.rules) all.rule.add(rule);
    all.outcome.add(outcomeOf(act));
  }
  return all;
}
