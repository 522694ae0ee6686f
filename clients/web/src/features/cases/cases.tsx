/** « Mes dossiers »: each case by the name it has on this device, with what is new in it. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { toRead } from "../../client/inbox.ts";
import { ago } from "../../i18n/times.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Empty, List, Row } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { CaseName, caseName } from "../reading/words.tsx";

export function CasesScreen(): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const found = useLoad(async () => {
    const { desk } = client;
    const [cases, names, marks, received] = await Promise.all([client.casebook.cases(), desk.names, desk.marks, desk.all()]);
    const rows = cases.map((id) => {
      const of = received.filter((one) => one.case === id);
      const fresh = toRead(of, marks, client.author.user, nowMs()).length;
      return { id, fresh, newestMs: Math.max(0, ...of.map(({ writtenMs }) => writtenMs)) };
    });
    const byName = new Intl.Collator(language).compare;
    const named = (id: string): string => caseName(names, id, messages);
    return { names, rows: rows.sort((a, b) => b.fresh - a.fresh || byName(named(a.id), named(b.id))) };
  }, [client]);
  const { again } = found;
  useLookAgain(again);
  return (
    <Page title={messages.cases.title}>
      <Loaded from={found} lines={8}>
        {({ names, rows }) =>
          rows.length === 0 ? (
            <Empty title={messages.cases.none}>
              <p>{messages.cases.noneBody}</p>
            </Empty>
          ) : (
            <List label={messages.cases.title}>
              {rows.map(({ id, fresh, newestMs }) => (
                <Row
                  key={id}
                  href={href({ name: "case", case: id })}
                  title={<CaseName names={names} of={id} />}
                  detail={newestMs === 0 ? messages.cases.empty : ago(newestMs, nowMs(), language)}
                  aside={fresh > 0 ? <Badge tone="accent">{messages.cases.fresh(String(fresh))}</Badge> : messages.cases.nothing}
                />
              ))}
            </List>
          )
        }
      </Loaded>
      {/* With the list, not before it: a link that moves under the finger is not the one pressed. */}
      {found.state !== "loading" && (
        <div class="row">
          <ButtonLink href={href({ name: "open-case" })}>{messages.opening.link}</ButtonLink>
          <ButtonLink href={href({ name: "round" })}>{messages.round.link}</ButtonLink>
          <ButtonLink href={href({ name: "hand-over" })}>{messages.handOver.link}</ButtonLink>
          <ButtonLink href={href({ name: "urgent" })}>{messages.urgent.elsewhere}</ButtonLink>
          <ButtonLink href={href({ name: "consulted" })}>{messages.consulted.title}</ButtonLink>
        </div>
      )}
    </Page>
  );
}
