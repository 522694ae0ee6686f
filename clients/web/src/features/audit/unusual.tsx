/** The closed reports over the acts held: each line is an act to look at, never a verdict. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { href } from "../../app/router.ts";
import { REPORT_NAMES, REPORTS } from "../../client/log-reports.ts";
import type { Line, ReportName } from "../../client/log-reports.ts";
import type { Logged } from "../../client/log-cases.ts";
import { Badge, Card, List, Row } from "../../ui/card.tsx";
import { about, actLabel, briefly, count, labelOf, short, who } from "./words.ts";

const MOST_LINES = 50;

export function UnusualView({ acts }: { readonly acts: readonly Logged[] }): JSX.Element {
  const { messages, language } = useApp();
  const reports = useMemo(() => REPORT_NAMES.map((name) => ({ name, lines: REPORTS[name](acts) })), [acts]);
  const [some, none] = [reports.filter(({ lines }) => lines.length > 0), reports.filter(({ lines }) => lines.length === 0)];
  return (
    <div class="stack">
      <p class="soft">{messages.auditReportHelp.lead}</p>
      {some.map(({ name, lines }) => (
        <Card
          title={messages.auditReport[name]}
          aside={<Badge tone="warn">{messages.auditReportHelp.lines(count(lines.length, language))}</Badge>}
          key={name}
        >
          <p class="soft">{messages.auditReportHelp[name]}</p>
          <List label={messages.auditReport[name]}>
            {lines.slice(0, MOST_LINES).map((line) => (
              <ReportRow name={name} line={line} key={line.acts[0]?.index} />
            ))}
          </List>
          {lines.length > MOST_LINES && (
            <p class="soft">{messages.auditReportHelp.more(count(lines.length - MOST_LINES, language))}</p>
          )}
        </Card>
      ))}
      {none.length > 0 && (
        <Card title={messages.auditReportHelp.nothing}>
          <ul class="row">
            {none.map(({ name }) => (
              <li key={name}>
                <Badge tone="good">{messages.auditReport[name]}</Badge>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

function ReportRow({ name, line }: { readonly name: ReportName; readonly line: Line }): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const help = messages.auditReportHelp;
  const act = line.acts.at(-1);
  if (act === undefined) return <></>;
  const parts: string[] = [];
  if (name === "refusals") parts.push(labelOf(messages.refused, line.problem ?? ""), line.rules ?? "");
  else parts.push(who(act, app), about(act, app));
  if (line.reason !== undefined) parts.push(labelOf(messages.auditReason, line.reason));
  if (line.lifted !== undefined) parts.push(messages.audit.account(short(line.lifted)));
  const counted =
    line.count === undefined ? undefined : (name === "bulk" ? help.entries : help.times)(count(line.count, language));
  return (
    <Row
      href={href({ name: "audit-entry", index: String(act.index) })}
      title={counted ?? actLabel(act, messages)}
      detail={parts.filter((part) => part !== "").join(" · ")}
      aside={briefly(act.leaf.tsMs, language)}
    />
  );
}
