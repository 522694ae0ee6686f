/** Where a composer stands: under an entry, in the same place; and above the thread of a compartment. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import type { Received } from "../../client/desk.ts";
import { explain } from "../../i18n/codes.ts";
import { instantOf } from "../../protocol/case-state.ts";
import { isClosed } from "../../protocol/linked-cases.ts";
import { isPermitted } from "../../protocol/questions.ts";
import type { Decision } from "../../protocol/questions.ts";
import type { Place } from "../../protocol/places.ts";
import { Composer } from "./composer.tsx";

/** The sections of a compartment that this user may write in, and why not the others. */
async function writable(
  { client }: App,
  of: string,
  part: string,
): Promise<{
  readonly places: readonly Place[];
  readonly refused: readonly { readonly level: number; readonly why: Decision }[];
}> {
  const view = await client.casebook.view(of, { refresh: false });
  // A case that another one continues takes nothing: its own screen says so, with the way to the other.
  if (isClosed(view.main.facts, instantOf(view.main, client.nowMs()))) return { places: [], refused: [] };
  const sections = (await client.cases.sections(view)).filter(({ question }) => question.compartment === part);
  return {
    places: sections.flatMap(({ section, write }) => (isPermitted(write) ? [{ kind: "section", name: section } as const] : [])),
    refused: sections.flatMap(({ question, write }) => (isPermitted(write) ? [] : [{ level: question.level, why: write }])),
  };
}

/** Whether an entry can be answered where it stands: in an exchange by who is in it, else by the rules. */
export async function answerable(app: App, one: Received): Promise<boolean> {
  if (one.placed.kind === "exchange") return true;
  return (await writable(app, one.case, one.compartment)).places.some(({ name }) => name === one.placed.name);
}

interface ReplyProps {
  readonly one: Received;
  readonly onSent: () => void | Promise<void>;
}

/** Answering an entry, in its own place; where that may not be written, why. */
export function Reply({ one, onSent }: ReplyProps): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const found = useLoad(() => writable(app, one.case, one.compartment), [app.client, one.case, one.compartment]);
  if (found.state !== "ready") return <></>;
  const places =
    one.placed.kind === "exchange" ? [one.placed] : found.value.places.filter(({ name }) => name === one.placed.name);
  const [place] = places;
  if (place === undefined) {
    const why = found.value.refused.find(({ level }) => level === one.level)?.why;
    return why === undefined ? <></> : <p class="soft">{explain(why, one.compartment, one.level, language)}</p>;
  }
  return (
    <Composer of={one.case} places={[place]} label={messages.compose.reply} kind="message" replies={one.entry} onSent={onSent} />
  );
}

interface WriteProps {
  readonly of: string;
  readonly part: string;
  readonly onSent: () => void | Promise<void>;
}

/** Writing in a compartment, at a level of those that one may write. */
export function Write({ of, part, onSent }: WriteProps): JSX.Element {
  const app = useApp();
  const { messages } = app;
  const found = useLoad(() => writable(app, of, part), [app.client, of, part]);
  if (found.state !== "ready" || found.value.places.length === 0) return <></>;
  const kind = part === "transmissions" ? "transmission" : "message";
  return <Composer of={of} places={found.value.places} label={messages.compose.write} kind={kind} onSent={onSent} />;
}
