/** « Mes consultations »: what the log holds of what was handed to oneself, over all cases, by day (F29). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { consultations } from "../../client/consultations.ts";
import type { Consulted } from "../../client/consultations.ts";
import { LogWindow } from "../../client/log-window.ts";
import type { Names } from "../../client/names.ts";
import { partName } from "../../i18n/codes.ts";
import { longDate } from "../../i18n/times.ts";
import { DAY_MS } from "../../protocol/capacities.ts";
import { Badge, Card, Empty, List, Row } from "../../ui/card.tsx";
import { Segments } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";

const RECENT_MS = 30 * DAY_MS;

export function ConsultedScreen(): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const words = messages.consulted;
  const [period, setPeriod] = useState<"days" | "all">("days");
  const found = useLoad(async () => {
    const { audit, leaves, desk } = client;
    const own = { page: (asked: { readonly from: number }) => audit.page({ ...asked, own: true }) };
    const window = await LogWindow.open(own, leaves, period === "days" ? { sinceMs: nowMs() - RECENT_MS } : {});
    const held = await window.fill();
    return { lines: consultations(held.acts), count: held.acts.length, rest: held.rest, names: await desk.names };
  }, [client, period]);
  return (
    <Page title={words.title} lead={words.lead} back={{ href: href({ name: "device" }), label: messages.nav.device }}>
      <Segments
        label={words.period}
        options={[
          { value: "days", label: words.days },
          { value: "all", label: words.all },
        ]}
        value={period}
        onChange={setPeriod}
      />
      <Loaded from={found} lines={6}>
        {({ lines, count, rest, names }) => (
          <>
            {lines.length === 0 ? <Empty title={words.none} /> : <Note kind="good">{words.verified(count)}</Note>}
            {[...new Set(lines.map((one) => one.dayMs))].map((dayMs) => (
              <Day key={dayMs} dayMs={dayMs} lines={lines.filter((one) => one.dayMs === dayMs)} names={names} />
            ))}
            {rest && <Note kind="plain">{words.rest}</Note>}
            <p class="soft">{words.apart}</p>
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface DayProps {
  readonly dayMs: number;
  readonly lines: readonly Consulted[];
  readonly names: Names;
}

function Day({ dayMs, lines, names }: DayProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.consulted;
  const day = longDate(dayMs, language);
  return (
    <Card title={day}>
      <List label={day}>
        {lines.map((one) => {
          const ways = [
            [one.opened, words.opened],
            [one.delivered, words.delivered],
            [one.takenOut, words.takenOut],
          ] as const;
          const times = ways.flatMap(([count, said]) => (count > 0 ? [said(count)] : []));
          const parts = one.parts.map((part) => partName(part, language)).join(", ");
          return (
            <Row
              key={one.case}
              title={<CaseName names={names} of={one.case} />}
              detail={[parts, ...times].filter((part) => part !== "").join(" · ")}
              aside={one.urgent && <Badge tone="warn">{words.urgent}</Badge>}
            />
          );
        })}
      </List>
    </Card>
  );
}
