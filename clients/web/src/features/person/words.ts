/** One act of the log in words: no row, no category, no rule's code on a person's screen (glossary). */
import type { App } from "../../app/context.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Access } from "../../client/accesses.ts";
import type { Names } from "../../client/names.ts";
import { functionName, levelName, partName } from "../../i18n/codes.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import type { ViewPayload } from "../../protocol/log-payload.ts";

type Words = Pick<App, "messages" | "language" | "session">;

/** What the trust file says of names. */
interface Named {
  readonly session: { readonly bundle: { readonly accessNames: string } };
}

/** The word of a code in one group of messages; undefined for one that this version does not know. */
function word(group: Readonly<Record<string, string>>, code: string | undefined): string | undefined {
  return code === undefined ? undefined : new Map(Object.entries(group)).get(code);
}

/** What was done. */
export function deedOf(view: ViewPayload | undefined, { messages }: Words): string {
  if (view === undefined) return messages.myLooks.erased;
  return word(messages.deed, view.act) ?? messages.deed.other;
}

/** Who did it: what they are, and where they work. The person and who represents her have no function. */
export function doerOf(view: ViewPayload | undefined, words: Words): string {
  const { messages, language, session } = words;
  if (view === undefined) return "";
  if (view.row === undefined) return messages.myLooks.you;
  const service = structureLabel(session.bundle.registrars, view.structure ?? "");
  return [functionName({ row: view.row }, language), service].filter((one) => one !== "").join(" · ");
}

/** Which compartment, and how far. */
export function whereOf(view: ViewPayload | undefined, { language }: Words): string | undefined {
  if (view?.compartment === undefined) return undefined;
  const level = levelName(view.level ?? 0, language);
  return level === "" ? partName(view.compartment, language) : `${partName(view.compartment, language)} (${level})`;
}

export function howOf(view: ViewPayload | undefined, { messages }: Words): string | undefined {
  return word(messages.deedIntent, view?.intent);
}

export function purposeOf(purpose: string | undefined, { messages }: Words): string | undefined {
  return word(messages.deedPurpose, purpose);
}

/**
 * By what title. A leaf names every rule that had a part: the first of the list that had one says it, the more particular before
 * the more general. Undefined where the leaf names none.
 */
export function titleOf(rules: readonly string[], { messages }: Words): string | undefined {
  if (rules.length === 0) return undefined;
  const found = Object.entries(messages.deedTitle).find(([rule]) => rules.includes(rule));
  return found?.[1] ?? messages.deedTitle.other;
}

/**
 * The name that this device has for who looked: of her own list, or who declared an emergency, if only one of that function and
 * structure did. None where the controllers' trust file says functions and services only (F17).
 */
export function nameOf({ view }: Access, facts: CaseFacts, { session }: Named, names: Names | undefined): string | undefined {
  if (view === undefined || session.bundle.accessNames !== "team") return undefined;
  const taking = facts.of("participation").find((one) => one.hash === view.participation)?.fact.user;
  if (taking !== undefined || !(view.emergency || view.act.startsWith("emergency-"))) return named(names, taking);
  const called = facts.of("emergency").filter(({ fact }) => fact.row === view.row && fact.structure === view.structure);
  const [one, other] = new Set(called.map(({ fact }) => fact.user));
  return other === undefined ? named(names, one) : undefined;
}

const named = (names: Names | undefined, user: string | undefined): string | undefined =>
  user === undefined ? undefined : names?.of("contact", user);

/**
 * Who looked, in the case's own words: an earlier participation has the profession that the act does not name. Some show by name;
 * all others by what they are and where they work.
 */
export function readerOf(act: Access, facts: CaseFacts, words: Words, names?: Names): string {
  const { view } = act;
  const taking = facts.of("participation").find((one) => one.hash === view?.participation)?.fact.capacity;
  const role =
    taking === undefined
      ? doerOf(view, words)
      : `${functionName(taking, words.language)} · ${structureLabel(words.session.bundle.registrars, taking.structure)}`;
  const name = nameOf(act, facts, words, names);
  return name === undefined ? role : `${name} · ${role}`;
}

/** Under whose mandate somebody acts for the person: their own; undefined for the person herself. */
export function holderOf(facts: CaseFacts, user: string): string | undefined {
  return facts.personUsers.has(user) ? undefined : user;
}
