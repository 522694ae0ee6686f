/** What the records of the log say, in words: functions, structures, accounts, instants. Codes stay codes where nobody named them. */
import type { App } from "../../app/context.ts";
import { structureLabel } from "../../app/shell.tsx";
import { outcomeOf, weightOf } from "../../client/log-search.ts";
import { userOf } from "../../client/log-cases.ts";
import type { Logged } from "../../client/log-cases.ts";
import { partName, rowName } from "../../i18n/codes.ts";
import type { Messages } from "../../i18n/messages.ts";
import { asSaid } from "../../i18n/times.ts";

/** What words need of the application. */
export type Words = Pick<App, "messages" | "language" | "session">;

const SHORT = 8;

export function short(id: string): string {
  return id.slice(0, SHORT);
}

export function actLabel(act: Logged, messages: Messages): string {
  return act.view === undefined ? messages.audit.erased : messages.auditAct[act.view.act];
}

/** One of a group of messages by a code that came from a record; the code itself when nobody named it. */
export function labelOf(group: Readonly<Record<string, string>>, code: string): string {
  return new Map(Object.entries(group)).get(code) ?? code;
}

/** Function and structure, or that it is the person; what nobody signed is of the hub. */
export function who(act: Logged, { messages, language, session }: Words): string {
  const { view } = act;
  const user = userOf(act);
  const parts: string[] = [];
  const isPerson = view?.act === "release" || view?.purpose === "own_access";
  if (view?.role !== undefined) parts.push(messages.auditRole[view.role]);
  else if (view?.row !== undefined) parts.push(rowName(view.row, language));
  else if (user === undefined) parts.push(messages.audit.platform);
  else if (isPerson) parts.push(messages.audit.person);
  if (view?.structure !== undefined) parts.push(structureLabel(session.bundle.registrars, view.structure));
  if (user !== undefined) parts.push(messages.audit.account(short(user)));
  return parts.join(", ");
}

/** What was asked, where, and how it ended, in one line under the act. */
export function about(act: Logged, words: Words): string {
  const { messages, language } = words;
  const { view } = act;
  if (view === undefined) return "";
  const parts: string[] = [];
  if (view.compartment !== undefined) parts.push(partName(view.compartment, language));
  if (view.intent !== undefined) parts.push(labelOf(messages.auditIntent, view.intent));
  if (view.purpose !== undefined) parts.push(labelOf(messages.auditPurpose, view.purpose));
  const outcome = outcomeOf(act);
  if (outcome === "emergency") parts.push(messages.audit.emergency);
  if (act.identity?.refusal !== undefined) parts.push(labelOf(messages.refused, act.identity.refusal));
  if (weightOf(act) > 1) parts.push(messages.auditReportHelp.times(String(weightOf(act))));
  return parts.join(" · ");
}

/** A number as people write it. */
export function count(number: number, language: Words["language"]): string {
  return new Intl.NumberFormat(language).format(number);
}

/** A day of Paris as people say it: « 3 mars 2026 ». */
export function dayOf(date: string, language: Words["language"]): string {
  const at = new Date(`${date}T12:00:00Z`);
  return asSaid(new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "Europe/Paris" }).format(at), language);
}

/** An instant of Paris to the second: what a log says is compared to the second. */
export function momentOf(atMs: number, language: Words["language"]): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium", timeZone: "Europe/Paris" });
  return asSaid(format.format(atMs), language);
}

/** An instant of Paris, short: « 03/03/2026 09:00 ». */
export function briefly(atMs: number, language: Words["language"]): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short", timeZone: "Europe/Paris" }).format(atMs);
}
