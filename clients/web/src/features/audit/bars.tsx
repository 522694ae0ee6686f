/** Counts to look at: bars beside numbers in a table, and columns along time with their table underneath. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import type { Count } from "../../client/log-counts.ts";
import { useWords } from "../../i18n/words.ts";
import { Card } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { count } from "./words.ts";

interface BarsProps {
  readonly title: string;
  readonly counts: readonly Count[];
  readonly label: (key: string) => string;
}

function largest(counts: readonly Count[]): number {
  return counts.reduce((most, one) => Math.max(most, one.count), 1);
}

/** One line each, the number beside its bar. */
export function Bars({ title, counts, label }: BarsProps): JSX.Element {
  const { messages, language } = useWords();
  const most = largest(counts);
  const columns = [messages.auditCount.what, messages.auditCount.count] as const;
  return (
    <Card title={title}>
      <table class="bars">
        <caption class="hidden-visually">{title}</caption>
        <thead class="hidden-visually">
          <tr>
            <th scope="col">{columns[0]}</th>
            <th scope="col">{columns[1]}</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((one) => (
            <tr key={one.key}>
              <th scope="row">{label(one.key)}</th>
              <td>
                <span class="bar-count">{count(one.count, language)}</span>
                <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect class="bar-fill" x="0" y="0" height="8" width={(100 * one.count) / most} />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

interface ColumnsProps extends BarsProps {
  /** What stands in the first column of the table: day, hour. */
  readonly unit: string;
}

const STEP = 10;
const HEIGHT = 48;
/** Room for a week: one day alone is no wall. */
const FEWEST = 7;

/** Columns in their order; the largest is said in words, the rest is in the table. */
export function Columns({ title, counts, label, unit }: ColumnsProps): JSX.Element {
  const { messages, language } = useWords();
  const id = useId();
  const most = largest(counts);
  const peak = counts.find((one) => one.count === most);
  const [first, last] = [counts[0], counts.at(-1)];
  const said = peak === undefined ? "" : messages.auditCount.chart(count(most, language), label(peak.key));
  return (
    <Card title={title}>
      <figure class="columns" aria-labelledby={id}>
        <svg
          class="columns-chart"
          viewBox={`0 0 ${Math.max(counts.length, FEWEST) * STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
        >
          {counts.map((one, at) => {
            const height = (HEIGHT * one.count) / most;
            return <rect class="bar-fill" x={at * STEP + 1} y={HEIGHT - height} width={STEP - 2} height={height} key={one.key} />;
          })}
        </svg>
        {first !== undefined && last !== undefined && first !== last && (
          <p class="columns-ends soft" aria-hidden="true">
            <span>{label(first.key)}</span>
            <span>{label(last.key)}</span>
          </p>
        )}
        <figcaption id={id}>{said}</figcaption>
      </figure>
      <Disclosure summary={messages.auditCount.table}>
        <Grid
          caption={title}
          columns={[unit, messages.auditCount.count]}
          rows={counts.map((one) => ({ key: one.key, head: label(one.key), cells: [count(one.count, language)] }))}
        />
      </Disclosure>
    </Card>
  );
}
