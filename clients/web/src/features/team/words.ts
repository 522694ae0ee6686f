/** What people around a case are called here: the name that this device gives them, else what they are and where they work. */
import { useApp } from "../../app/context.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { Names } from "../../client/names.ts";
import { functionName, levelName, partName, rowName } from "../../i18n/codes.ts";
import type { Capacity } from "../../protocol/capacities.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import type { Consent, Information, NoticeLine } from "../../protocol/fact-notices.ts";

/** The words for people and what concerns them, in the language of the page. */
export interface Sayings {
  readonly structure: (id: string) => string;
  readonly role: (capacity: Capacity) => string;
  readonly who: (user: string, capacity: Capacity | undefined) => string;
  /** What stands under `who`: the function too, unless it is what they are called by already. */
  readonly where: (user: string, capacity: Capacity) => string;
  readonly information: (items: readonly Information[]) => string;
  readonly sentence: (line: NoticeLine) => string;
  readonly recipients: (consent: Consent, facts: CaseFacts) => string;
}

export function useSayings(names: Names): Sayings {
  const { messages, language, session, client } = useApp();
  const said = messages.team;
  const structure = (id: string): string => structureLabel(session.bundle.registrars, id);
  const role = (capacity: Capacity): string => `${functionName(capacity, language)} · ${structure(capacity.structure)}`;
  const who = (user: string, capacity: Capacity | undefined): string => {
    if (user === client.author.user) return messages.thread.me;
    return names.of("contact", user) ?? (capacity === undefined ? messages.thread.someone : functionName(capacity, language));
  };
  const where = (user: string, capacity: Capacity): string =>
    who(user, undefined) === messages.thread.someone ? structure(capacity.structure) : role(capacity);
  const information = (items: readonly Information[]): string =>
    items.map(({ compartment, level }) => `${partName(compartment, language)} (${levelName(level, language)})`).join(", ");
  const sentence = ({ kind, to, fromCategory, information: items }: NoticeLine): string => {
    if (kind === "general" || to === undefined) return said.sentenceGeneral;
    const whose = fromCategory === 1 ? said.fromHealth : said.fromSocial;
    const whom = "row" in to ? `${rowName(to.row, language)}, ${structure(to.structure)}` : who(to.user, undefined);
    return said.sentence(whose, whom, information(items));
  };
  const recipients = ({ recipients: named }: Consent, facts: CaseFacts): string =>
    [
      ...(named.users ?? []).map((user) => {
        const capacity = facts.participationsOf(user).at(-1)?.fact.capacity;
        const called = who(user, capacity);
        return capacity === undefined ? called : `${called}, ${structure(capacity.structure)}`;
      }),
      ...(named.rows ?? []).map((row) => rowName(row, language)),
      ...(named.professions ?? []).map((profession) => functionName({ row: "", profession }, language)),
      ...(named.structures ?? []).map(structure),
      ...(named.outsiders ?? []),
    ].join(", ");
  return { structure, role, who, where, information, sentence, recipients };
}
