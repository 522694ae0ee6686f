/** The acts held, counted by structure, hour, rule, outcome, kind, and along time. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { structureLabel } from "../../app/shell.tsx";
import { countActs } from "../../client/log-counts.ts";
import type { Logged } from "../../client/log-cases.ts";
import { Bars, Columns } from "./bars.tsx";
import { dayOf, labelOf } from "./words.ts";

export function CountsView({ acts }: { readonly acts: readonly Logged[] }): JSX.Element {
  const { messages, language, session } = useApp();
  const words = messages.auditCount;
  const counts = useMemo(() => countActs(acts), [acts]);
  const structure = (id: string): string => (id === "" ? words.noStructure : structureLabel(session.bundle.registrars, id));
  const days = (key: string): string => (key.length === 10 ? dayOf(key, language) : key);
  return (
    <div class="stack">
      <div class="tiles">
        <Columns title={words.times} counts={counts.times} label={days} unit={words.day} />
        <Columns title={words.hours} counts={counts.hours} label={words.hourShown} unit={words.hour} />
        <Bars title={words.outcomes} counts={counts.outcomes} label={(key) => labelOf(messages.auditFilter, key)} />
        <Bars title={words.structures} counts={counts.structures} label={structure} />
        <Bars title={words.acts} counts={counts.acts} label={(key) => labelOf(messages.auditAct, key)} />
        <Bars title={words.rules} counts={counts.rules} label={(key) => key} />
      </div>
    </div>
  );
}
