/** Emergencies of all cases in scope: to review, in progress, reviewed; and one of them, closed as legitimate or not. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { awaitsReview } from "../../client/emergency-reviews.ts";
import type { Audited } from "../../client/emergency-reviews.ts";
import { rowName } from "../../i18n/codes.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { MAX_WORDS } from "../../protocol/emergency-words.ts";
import { TOLD_MEANS } from "../../protocol/fact-emergencies.ts";
import type { EmergencyReview, Told } from "../../protocol/fact-emergencies.ts";
import { mayReviewEmergencies } from "../../protocol/operator-roles.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts, List, Name, Row } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Select, TextArea } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
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
                <ReviewForm found={found} onDone={loading.again} />
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

function Reviewed({ review }: { readonly review: EmergencyReview }): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.auditEmergency;
  const isGood = review.outcome === "legitimate";
  return (
    <Card title={isGood ? words.legitimate : words.notLegitimate} tone={isGood ? "good" : "danger"}>
      <p>{words.reviewed(momentOf(review.atMs, language))}</p>
      {!isGood && <p>{words.notLegitimateHelp}</p>}
    </Card>
  );
}

function ReviewForm({ found, onDone }: { readonly found: Audited; readonly onDone: () => void }): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.auditEmergency;
  const [outcome, setOutcome] = useState<EmergencyReview["outcome"]>();
  const [text, setText] = useState("");
  const [told, setTold] = useState<Told["means"] | "no">("no");
  const [missing, setMissing] = useState(false);
  const close = useAct(async (_sent, judged: EmergencyReview["outcome"]) => {
    const said = text.trim() === "" ? undefined : text.trim();
    const leaf = await client.emergencyReviews.review(found, {
      outcome: judged,
      text: said,
      told: told === "no" ? undefined : told,
    });
    tell(words.done(String(leaf)));
    onDone();
  });
  return (
    <Card title={words.review}>
      <Choice
        legend={words.judge}
        options={[
          { value: "legitimate", label: words.legitimate, detail: words.legitimateHelp },
          { value: "not_legitimate", label: words.notLegitimate, detail: words.notLegitimateHelp },
        ]}
        value={outcome}
        onChange={setOutcome}
      />
      <TextArea label={words.text} hint={words.textHint} value={text} onInput={setText} maxLength={MAX_WORDS} />
      <Select
        label={words.told}
        options={[{ value: "no", label: words.toldNo }, ...TOLD_MEANS.map((means) => ({ value: means, label: words[means] }))]}
        value={told}
        onChange={setTold}
      />
      {missing && outcome === undefined && <Note kind="danger">{words.choose}</Note>}
      <div class="row">
        <Button
          kind="main"
          onPress={async () => {
            setMissing(outcome === undefined);
            if (outcome !== undefined) await close.run(outcome);
          }}
        >
          {words.close}
        </Button>
      </div>
      <ActNote act={close} />
    </Card>
  );
}
