/** Where who watches over the log begins: what they may see, and the period to look at. Nothing is looked at yet. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { go } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { ProtocolError } from "../../protocol/errors.ts";
import { Refused } from "../../client/errors.ts";
import { dateAfter, dayStarts, wallTime } from "../../client/paris.ts";
import { LOG_REASONS } from "../../protocol/log-request.ts";
import type { LogReason } from "../../protocol/log-request.ts";
import { date } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Facts } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { DateField, Select, TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";

const DAYS = 7;

export function AuditHome(): JSX.Element {
  const { messages } = useApp();
  return (
    <Page title={messages.audit.title} lead={messages.audit.lead}>
      <PeriodForm />
      <Scope />
    </Page>
  );
}

/** The case that a form names, found by its reference; says what is wrong beside the field. */
export function useReference(): {
  readonly value: string;
  readonly error: string | undefined;
  readonly set: (value: string) => void;
  readonly find: () => Promise<string | undefined>;
} {
  const { messages, client } = useApp();
  const [value, setValue] = useState("");
  const [error, setError] = useState<string>();
  const find = async (): Promise<string | undefined> => {
    setError(undefined);
    try {
      return await client.audit.caseOfReference(value);
    } catch (reason) {
      const isWrong = reason instanceof ProtocolError || (reason instanceof Refused && reason.problem === "not-found");
      if (!isWrong) throw reason;
      setError(messages.audit.badReference);
      return undefined;
    }
  };
  return { value, error, set: setValue, find };
}

function PeriodForm(): JSX.Element {
  const { messages, nowMs } = useApp();
  const words = messages.audit;
  const today = wallTime(nowMs()).date;
  const [since, setSince] = useState(dateAfter(today, 1 - DAYS));
  const [until, setUntil] = useState(today);
  const [which, setWhich] = useState<"all" | "one">("all");
  const [reason, setReason] = useState<LogReason>("inspection");
  const reference = useReference();
  const sinceError = dayStarts(since) === undefined ? words.badDate : undefined;
  const untilError = dayStarts(until) === undefined ? words.badDate : until < since ? words.badOrder : undefined;
  const look = async (): Promise<void> => {
    if (sinceError !== undefined || untilError !== undefined) return;
    if (which === "all") {
      go({ name: "audit-log", since, until });
      return;
    }
    const found = await reference.find();
    if (found !== undefined) go({ name: "audit-case", case: found, reason, since, until });
  };
  return (
    <Card title={words.period}>
      <div class="fields">
        <DateField label={words.since} value={since} onInput={setSince} error={sinceError} />
        <DateField label={words.untilDay} value={until} onInput={setUntil} error={untilError} />
      </div>
      <Choice
        legend={words.which}
        options={[
          { value: "all", label: words.allCases },
          { value: "one", label: words.oneCase },
        ]}
        value={which}
        onChange={setWhich}
      />
      {which === "one" && (
        <div class="fields">
          <TextField
            label={words.reference}
            hint={words.referenceHint}
            value={reference.value}
            onInput={reference.set}
            error={reference.error}
            maxLength={64}
          />
          <ReasonField value={reason} onChange={setReason} />
        </div>
      )}
      <p class="soft">{words.willBeLogged}</p>
      <div class="row">
        <Button kind="main" onPress={look}>
          {words.look}
        </Button>
      </div>
    </Card>
  );
}

interface ReasonProps {
  readonly value: LogReason;
  readonly onChange: (value: LogReason) => void;
}

/** Why one case is looked up, or a pseudonym lifted. */
export function ReasonField({ value, onChange }: ReasonProps): JSX.Element {
  const { messages } = useApp();
  const options = LOG_REASONS.map((reason) => ({ value: reason, label: messages.auditReason[reason] }));
  return (
    <Select label={messages.audit.reason} hint={messages.audit.reasonHint} options={options} value={value} onChange={onChange} />
  );
}

function Scope(): JSX.Element {
  const { messages, language, session, acting } = useApp();
  const words = messages.audit;
  const scope = acting?.scope;
  if (acting === undefined || scope === undefined) return <></>;
  const lines: string[] = [];
  if (scope.controllers.length > 0) {
    const named = scope.controllers.map((id) => structureLabel(session.bundle.registrars, id));
    lines.push(words.scopeControllers(named.join(", ")));
  }
  if (scope.cases.length > 0) lines.push(words.scopeCases(String(scope.cases.length)));
  const day = (atMs: number | undefined): string => (atMs === undefined ? "…" : date(atMs, language));
  if (scope.fromMs !== undefined || scope.untilMs !== undefined) {
    lines.push(words.scopeDates(day(scope.fromMs), day(scope.untilMs)));
  }
  if (scope.guest) lines.push(words.scopeGuest);
  return (
    <Card title={words.scopeTitle}>
      <Facts
        items={[
          [words.scopeTitle, lines.length === 0 ? words.scopeWhole : lines.join(" · ")],
          [words.until, date(acting.untilMs, language)],
        ]}
      />
    </Card>
  );
}
