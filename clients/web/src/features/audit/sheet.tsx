/** The sheet of an inspection: one case, one day, who had access and by which facts; to be printed in French. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Logged } from "../../client/log-cases.ts";
import { inspect, recordsUntil } from "../../client/log-inspection.ts";
import type { Sheet, Stated } from "../../client/log-inspection.ts";
import { dateAfter, dayStarts, wallTime } from "../../client/paris.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import type { OpeningState } from "../../protocol/case-state.ts";
import type { Course } from "../../protocol/emergency-course.ts";
import { LOG_REASONS } from "../../protocol/log-request.ts";
import type { LogReason } from "../../protocol/log-request.ts";
import { rowName } from "../../i18n/codes.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty } from "../../ui/card.tsx";
import { DateField, TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { ReasonField, useReference } from "./home.tsx";
import { about, briefly, count, dayOf, short, who } from "./words.ts";
import type { Words } from "./words.ts";

/** Which case, which day, and why. */
export function SheetForm(): JSX.Element {
  const { messages, nowMs } = useApp();
  const words = messages.auditSheet;
  const [day, setDay] = useState(dateAfter(wallTime(nowMs()).date, 0));
  const [reason, setReason] = useState<LogReason>("inspection");
  const reference = useReference();
  const dayError = dayStarts(day) === undefined ? messages.audit.badDate : undefined;
  const make = async (): Promise<void> => {
    if (dayError !== undefined) return;
    const found = await reference.find();
    if (found !== undefined) go({ name: "audit-sheet-of", case: found, reason, day });
  };
  return (
    <Page title={words.title} lead={words.lead}>
      <Card title={words.make}>
        <div class="fields">
          <TextField
            label={messages.audit.reference}
            hint={messages.audit.referenceHint}
            value={reference.value}
            onInput={reference.set}
            error={reference.error}
            maxLength={64}
          />
          <DateField label={words.day} value={day} onInput={setDay} error={dayError} />
          <ReasonField value={reason} onChange={setReason} />
        </div>
        <p class="soft">{messages.audit.willBeLogged}</p>
        <div class="row">
          <Button kind="main" onPress={make}>
            {words.make}
          </Button>
        </div>
      </Card>
    </Page>
  );
}

interface SheetProps {
  readonly of: string;
  readonly reason: string;
  readonly day: string;
}

export function SheetScreen({ of, reason, day }: SheetProps): JSX.Element {
  const { messages, language, client } = useApp();
  const words = messages.auditSheet;
  const loading = useLoad(async () => {
    const [startMs, endMs] = [dayStarts(day), dayStarts(day, 1)];
    const why = LOG_REASONS.find((one) => one === reason);
    if (startMs === undefined || endMs === undefined || why === undefined) return undefined;
    const { audit, leaves, directory, rules } = client;
    const parts = { audit, leaves, directory, rules };
    return inspect(await recordsUntil(parts, of, why, endMs), { startMs, endMs }, parts);
  }, [client, of, reason, day]);
  const heading = words.heading(referenceOf(of), dayOf(day, language));
  return (
    <Page title={heading} back={{ href: href({ name: "audit-sheet" }), label: words.title }} wide>
      <Loaded from={loading} lines={10}>
        {(sheet) => (sheet === undefined ? <Empty title={words.notYet} /> : <Paper sheet={sheet} heading={heading} />)}
      </Loaded>
    </Page>
  );
}

function Paper({ sheet, heading }: { readonly sheet: Sheet; readonly heading: string }): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const words = messages.auditSheet;
  const capacity = (row: string, structure: string, user: string): string =>
    [rowName(row, language), structureLabel(app.session.bundle.registrars, structure), messages.audit.account(short(user))].join(
      ", ",
    );
  const acted = (act: Logged): string =>
    [briefly(act.leaf.tsMs, language), who(act, app), about(act, app), words.number(String(act.index))].join(" · ");
  return (
    <div class="sheet">
      <div class="row screen-only">
        <Button
          kind="main"
          onPress={() => {
            print();
          }}
        >
          {words.print}
        </Button>
      </div>
      <Section title={words.policy} none={words.nothing}>
        {sheet.policy === undefined ? [] : [sheet.policy.slice(0, 16)]}
      </Section>
      <Section title={words.members} none={words.noMember}>
        {sheet.members.map(({ fact, hash }) => {
          const since = words.since(briefly(fact.startMs, language));
          const held = capacity(fact.capacity.row, fact.capacity.structure, fact.user);
          return `${held}, ${since} (${source(sheet, hash, app)})`;
        })}
      </Section>
      <Section title={words.stated} none={words.nothing}>
        {sheet.stated.map((one) => statedLine(sheet, one, app))}
      </Section>
      <Section title={words.openings} none={words.nothing}>
        {sheet.openings.map(([hash, opening]) => openingLine(hash, opening, app))}
      </Section>
      <Section title={words.emergencies} none={words.nothing}>
        {sheet.emergencies.map(({ record, reviews }) => {
          const { fact, hash } = record;
          const held = capacity(fact.row, fact.structure, fact.user);
          return `${briefly(fact.openedMs, language)} · ${held} (${source(sheet, hash, app)}, ${reviewed(reviews, app)})`;
        })}
      </Section>
      <Section title={words.exports} none={words.nothing}>
        {sheet.left.map(acted)}
      </Section>
      <Section title={words.incidents} none={words.nothing}>
        {sheet.incidents.map(({ taken, opened }) => `${words.number(String(taken.index))} ← ${acted(opened)}`)}
      </Section>
      <Section title={words.thatDay} none={words.nothing}>
        {Object.entries(sheet.thatDay).map(([what, number]) => `${labelled(what, app)} : ${count(number, language)}`)}
      </Section>
      <p>{words.hidden(count(sheet.gone, language))}</p>
      <PrintFooter>
        <span>{heading}</span>
        <span>{words.confidential}</span>
      </PrintFooter>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly none: string;
  readonly children: readonly ComponentChildren[];
}

function Section({ title, none, children }: SectionProps): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      {children.length === 0 ? (
        <p>{none}</p>
      ) : (
        <ul>
          {children.map((line, at) => (
            <li key={at}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function labelled(what: string, { messages }: Words): string {
  const { release, refusal, deposit, emergency, leaving, looks } = messages.auditSheet;
  const labels = new Map(Object.entries({ release, refusal, deposit, emergency, leaving, looks }));
  return labels.get(what) ?? what;
}

function source(sheet: Sheet, hash: string, { messages }: Words): string {
  const found = sheet.recorded.get(hash);
  return messages.auditSheet.fact(hash.slice(0, 16), found === undefined ? "…" : String(found.index));
}

/** A notice, a consent, its withdrawal or an opposition: when it was recorded, by which fact, and the code of its paper. */
function statedLine(sheet: Sheet, one: Stated, app: Words): string {
  const words = app.messages.auditSheet;
  const kinds = { notice: words.notice, consent: words.consent, "consent-withdrawal": words.withdrawal } as const;
  const { type } = one.fact;
  const kind = type === "opposition" ? words.opposition : kinds[type];
  const link = sheet.recorded.get(one.hash)?.link;
  const isHanded = type === "consent" || type === "consent-withdrawal";
  const code = link === undefined || !isHanded ? [] : [words.paper((link.slice(0, 32).match(/.{4}/g) ?? []).join(" "))];
  const recorded = words.recorded(briefly(one.recordedMs, app.language));
  return `${kind} (${[source(sheet, one.hash, app), recorded, ...code].join(", ")})`;
}

function openingLine(hash: string, { link, opener }: OpeningState, { messages, language, session }: Words): string {
  const words = messages.auditSheet;
  const to = link.recipient;
  const whom =
    "user" in to
      ? messages.audit.account(short(to.user))
      : `${rowName(to.row, language)}, ${structureLabel(session.bundle.registrars, to.structure)}`;
  const span = words.span(briefly(link.head.preamble.timeMs, language), briefly(link.untilMs, language));
  const by = messages.audit.account(short(opener));
  return `${words.opened(String(link.entries.length))} ${words.openedTo(whom)}, ${span}, ${by} (${hash.slice(0, 16)})`;
}

function reviewed(reviews: Course["reviews"], { messages }: Words): string {
  const words = messages.auditSheet;
  const last = reviews.at(-1)?.fact.outcome;
  if (last === undefined) return words.toReview;
  return last === "legitimate" ? words.reviewedWell : words.reviewedBadly;
}
