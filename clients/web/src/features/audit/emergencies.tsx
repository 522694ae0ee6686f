/** Emergencies of all cases in scope: to review, in progress, reviewed; and one of them, closed as legitimate or not. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { awaitsReview } from "../../client/emergency-reviews.ts";
import type { Audited } from "../../client/emergency-reviews.ts";
import { rowName } from "../../i18n/codes.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { mayReviewEmergencies } from "../../protocol/operator-roles.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts, List, Name, Row } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { ReviewForm, Reviewed } from "../reading/emergency-review.tsx";
import { momentOf, short } from "./words.ts";
import type { Words } from "./words.ts";

function caller({ fact }: Audited, { messages, language, session }: Words): string {
  const where = structureLabel(session.bundle.registrars, fact.structure);
  return `${rowName(fact.row, language)}, ${where}, ${messages.audit.account(short(fact.user))}`;
}

export function EmergenciesScreen(): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const words = messages.auditEmergency;
  const loading = useLoad(() => client.emergencyReviews.listed(), [client]);
  return (
    <Page title={words.title} lead={words.lead}>
      <Loaded from={loading} lines={6}>
        {({ emergencies, look }) => {
          const now = nowMs();
          const waiting = emergencies.filter((one) => awaitsReview(one, now));
          const running = emergencies.filter((one) => one.review === undefined && now < one.overMs);
          const closed = emergencies.filter((one) => one.review !== undefined);
          return (
            <>
              <Note kind="plain">{messages.audit.logged(String(look))}</Note>
              {emergencies.length === 0 && <Empty title={words.none} />}
              <Group title={words.toReview} found={waiting} tone="warn" />
              <Group title={words.running} found={running} tone="accent" />
              <Group title={words.closed} found={closed} tone="good" />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface GroupProps {
  readonly title: string;
  readonly found: readonly Audited[];
  readonly tone: "warn" | "accent" | "good";
}

function Group({ title, found, tone }: GroupProps): JSX.Element {
  const app = useApp();
  const { messages, language, nowMs } = app;
  const words = messages.auditEmergency;
  if (found.length === 0) return <></>;
  const state = ({ review, overMs }: Audited): string => {
    if (review !== undefined) return review.outcome === "legitimate" ? words.legitimate : words.notLegitimate;
    const when = momentOf(overMs, language);
    return nowMs() < overMs ? words.until(when) : words.over(when);
  };
  return (
    <section class="stack">
      <h2>{title}</h2>
      <List label={title}>
        {found.map((one) => (
          <Row
            key={one.emergency}
            href={href({ name: "audit-emergency", emergency: one.emergency })}
            title={one.reason === undefined ? words.noReason : words[one.reason.reason]}
            detail={
              <>
                {caller(one, app)}
                <br />
                {messages.audit.file(referenceOf(one.case))} · {state(one)}
              </>
            }
            aside={<Badge tone={one.review?.outcome === "not_legitimate" ? "danger" : tone}>{title}</Badge>}
          />
        ))}
      </List>
    </section>
  );
}

export function EmergencyScreen({ emergency }: { readonly emergency: string }): JSX.Element {
  const app = useApp();
  const { messages, language, client, acting, nowMs } = app;
  const words = messages.auditEmergency;
  const loading = useLoad(() => client.emergencyReviews.listed(), [client]);
  return (
    <Page title={words.title} back={{ href: href({ name: "audit-emergencies" }), label: words.back }}>
      <Loaded from={loading} lines={8}>
        {({ emergencies, look }) => {
          const found = emergencies.find((one) => one.emergency === emergency);
          if (found === undefined) return <Empty title={words.none} />;
          const { fact, reason, text, overMs, review } = found;
          return (
            <>
              <Card title={reason === undefined ? words.noReason : words[reason.reason]}>
                <Facts
                  items={[
                    [messages.auditEntry.who, caller(found, app)],
                    [messages.auditEntry.case, referenceOf(found.case)],
                    [words.declared, momentOf(fact.openedMs, language)],
                    [words.ends, momentOf(overMs, language)],
                    [words.words, text === undefined ? words.noWords : <Name key="words">{text}</Name>],
                  ]}
                />
                <div class="row">
                  <ButtonLink href={href({ name: "audit-entry", index: String(found.leaf) })}>{words.entry}</ButtonLink>
                </div>
              </Card>
              {review !== undefined && <Reviewed review={review} />}
              {review === undefined && !mayReviewEmergencies(acting?.capacity) && <Note kind="plain">{words.officer}</Note>}
              {review === undefined && mayReviewEmergencies(acting?.capacity) && nowMs() >= overMs && (
                <ReviewForm judge={(judged) => client.emergencyReviews.review(found, judged)} onDone={loading.again} />
              )}
              {review === undefined && nowMs() < overMs && (
                <Note kind="plain">{`${words.running}, ${words.until(momentOf(overMs, language))}`}</Note>
              )}
              <p class="soft">{messages.audit.logged(String(look))}</p>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
