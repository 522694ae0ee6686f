/** Who wrote, where, and what a kind is called: the words around every entry. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Names } from "../../client/names.ts";
import { functionName, levelName, partName } from "../../i18n/codes.ts";
import type { Language, Messages } from "../../i18n/messages.ts";
import { Name } from "../../ui/card.tsx";

const SHORT = 8;

interface Wrote {
  readonly author: string;
  readonly capacity: string | undefined;
}

/** Who wrote, as this device calls them; else by what they do. */
export function writerName({ client, language, messages }: App, names: Names | undefined, { author, capacity }: Wrote): string {
  if (author === client.author.user) return messages.thread.me;
  const named = names?.of("contact", author);
  if (named !== undefined) return named;
  if (capacity === undefined) return messages.thread.person;
  return client.directory.hasMet(capacity)
    ? functionName(client.directory.attestation(capacity).capacity, language)
    : messages.thread.someone;
}

/** « Infirmier, Cabinet de la Place »: what the writer was, in which structure. */
export function writerRole({ client, language, session }: App, { capacity }: Wrote): string {
  if (capacity === undefined || !client.directory.hasMet(capacity)) return "";
  const held = client.directory.attestation(capacity).capacity;
  return `${functionName(held, language)}, ${structureLabel(session.bundle.registrars, held.structure)}`;
}

/** What stands beside `writerName`: the structure alone for somebody who is called by the function already. */
export function writerPlace(app: App, names: Names | undefined, wrote: Wrote): string {
  const [name, role] = [writerName(app, names, wrote), writerRole(app, wrote)];
  return role.startsWith(`${name}, `) ? role.slice(name.length + 2) : role;
}

/** « Léa · Infirmier, Cabinet de la Place », « Infirmier, Cabinet de la Place » without a name, or what there is of it. */
export function writerLine(app: App, names: Names | undefined, wrote: Wrote): string {
  const [name, role] = [writerName(app, names, wrote), writerRole(app, wrote)];
  return role.startsWith(`${name}, `) ? role : [name, role].filter((text) => text !== "").join(" · ");
}

/** « Santé, l'essentiel » */
export function placeName(compartment: string, level: number, language: Language): string {
  return `${partName(compartment, language)}, ${levelName(level, language)}`;
}

export function caseName(names: Names | undefined, case_: string, messages: Messages): string {
  return names?.of("case", case_) ?? messages.cases.unnamed(case_.slice(0, SHORT));
}

export function exchangeName(names: Names | undefined, exchange: string, messages: Messages): string {
  return names?.of("exchange", exchange) ?? messages.cases.exchange(exchange.slice(0, SHORT));
}

export function kindName(kind: string, messages: Messages): string {
  return Object.hasOwn(messages.kind, kind) ? messages.kind[kind as keyof Messages["kind"]] : kind;
}

/** A case by the name it has on this device. */
export function CaseName({ names, of }: { readonly names: Names | undefined; readonly of: string }): JSX.Element {
  const { messages } = useApp();
  return <Name>{caseName(names, of, messages)}</Name>;
}
