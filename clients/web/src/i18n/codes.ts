/**
 * Codes in words: compartments and their groups, levels, functions, and decisions with their next step (glossary; days of work,
 * words on the screens). The sentences are those of the Python package: `codes-fr.json` and `codes-en.json` are written from it, and come
 * with the words of their language.
 *
 * Safe to show to whoever asked: a refusal that hides says the same thing as absence, with no rule and no near miss.
 */
import type { Capacity } from "../protocol/capacities.ts";
import type { Decision, Missing } from "../protocol/questions.ts";
import type { Compartment } from "../protocol/vocabulary.ts";
import type { Language } from "./messages.ts";
import { typeset } from "./typography.ts";

type Words = Readonly<Record<string, string>>;

/** The words of one language. */
export interface CodeWords {
  readonly parts: Words;
  readonly by_rule: Words & { readonly R1: string };
  readonly by_line: Words;
  readonly owed: Words;
  readonly rows: Words;
  /** National names of professions and roles: in French only. */
  readonly professions: Words;
}

const spoken = new Map<Language, CodeWords>();

/** Take the words of a language, when they have come. */
export function speak(language: Language, words: CodeWords): void {
  spoken.set(language, words);
}

function wordsOf(language: Language): CodeWords {
  const words = spoken.get(language);
  if (words === undefined) throw new Error(`no words in ${language} yet`);
  return words;
}

/** Fifteen compartments as five groups (F34). Child protection is shown inside its own list only. */
export const GROUPS = {
  health: ["medical", "medication", "psychological"],
  daily: ["autonomy", "plan", "transmissions", "expression"],
  home: ["social", "housing", "budget"],
  rights: ["identity", "rights", "protection"],
  school: ["education"],
  child: ["child_protection"],
} as const satisfies Readonly<Record<string, readonly Compartment[]>>;
export type Group = keyof typeof GROUPS;

const GROUP_WORDS: Readonly<Record<Language, Readonly<Record<Group, string>>>> = {
  fr: {
    health: "Santé",
    daily: "Vie quotidienne et projet",
    home: "Famille, logement, argent",
    rights: "Droits et protection",
    school: "École et travail",
    child: "Protection de l’enfance",
  },
  en: {
    health: "Health",
    daily: "Daily life and project",
    home: "Family, housing, money",
    rights: "Rights and protection",
    school: "School and work",
    child: "Child protection",
  },
};
const LEVEL_WORDS: Readonly<Record<Language, readonly [string, string]>> = {
  fr: ["l’essentiel", "le détail"],
  en: ["the essentials", "the detail"],
};
const CATEGORY_WORDS: Readonly<Record<Language, readonly [string, string]>> = {
  fr: ["professionnel de santé", "professionnel du social ou médico-social"],
  en: ["health professional", "social or medico-social professional"],
};
/** The four of row O14, whose own name is all of them at once. */
const OPERATOR_WORDS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: {
    administrator: "Administrateur informatique",
    host: "Hébergeur",
    dpo: "Délégué à la protection des données",
    auditor: "Auditeur",
  },
  en: { administrator: "IT administrator", host: "Host", dpo: "Data protection officer", auditor: "Auditor" },
};
const ABSENT: Readonly<Record<Language, string>> = {
  fr: "Rien de tel n’existe pour vous ici.",
  en: "There is nothing of that kind here for you.",
};

export function groupName(group: Group, language: Language): string {
  return GROUP_WORDS[language][group];
}

/** What a screen calls a compartment; the code itself for one that this version does not know. */
export function partName(compartment: string, language: Language): string {
  return own(wordsOf(language).parts, compartment) ?? compartment;
}

/** « l'essentiel » or « le détail ». */
export function levelName(level: number, language: Language): string {
  return LEVEL_WORDS[language][level - 1] ?? "";
}

/** What people call a row of the matrix. */
export function rowName(row: string, language: Language): string {
  return own(wordsOf(language).rows, row) ?? row;
}

/** What somebody is called by what they do: the national name of profession or role, else that of the row. */
export function functionName(capacity: Pick<Capacity, "row" | "profession" | "role">, language: Language): string {
  const code = capacity.role ?? capacity.profession;
  const named =
    code === undefined ? undefined : (own(OPERATOR_WORDS[language], code) ?? own(wordsOf(language).professions, code));
  return named ?? rowName(capacity.row, language);
}

/** One or two sentences about a section: what the answer is and the next step. */
export function explain(decision: Decision, compartment: string, level: number, language: Language): string {
  const said = answer(decision, compartment, level, language);
  return language === "fr" ? typeset(said) : said;
}

function answer(decision: Decision, compartment: string, level: number, language: Language): string {
  if (decision.hidden) return ABSENT[language];
  const [part, told] = [partName(compartment, language), levelName(level, language)];
  switch (decision.effect) {
    case "permit":
      return allowed(decision, language);
    case "permit_with_notice":
      return noticeNeeded(decision.missing, part, told, language);
    case "permit_after_consent":
      return consentNeeded(decision.missing, part, told, language);
    case "deny":
      return refusal(decision, part, told, language);
  }
}

function allowed(decision: Decision, language: Language): string {
  const owed = decision.obligations.map((one) => own(wordsOf(language).owed, one) ?? one);
  const [said, then, between] = language === "fr" ? ["Autorisé.", " Il faut ensuite : ", " ; "] : ["Allowed.", " Then: ", "; "];
  return owed.length === 0 ? said : `${said}${then}${owed.join(between)}.`;
}

function refusal(decision: Decision, part: string, level: string, language: Language): string {
  if (decision.narrowedBy !== undefined) {
    return language === "fr"
      ? `Votre structure n’ouvre pas ${level} de « ${part} » à votre fonction. Voyez avec elle ou avec l’auteur.`
      : `Your structure does not open ${level} of ${part} to your function. Ask it, or ask the author.`;
  }
  const { by_line: byLine, by_rule: byRule } = wordsOf(language);
  const sentence = first(byLine, decision.lines) ?? first(byRule, decision.rules) ?? byRule.R1;
  const escalate =
    language === "fr" ? " Le désaccord doit être porté devant le juge." : " The disagreement must be taken to the judge.";
  const filled = sentence.replaceAll("{part}", part).replaceAll("{level}", level);
  return filled + (decision.obligations.includes("escalate_to_judge") ? escalate : "");
}

function noticeNeeded(missing: Missing | undefined, part: string, level: string, language: Language): string {
  if (missing?.kind === "general") {
    return language === "fr"
      ? "La personne n’a pas encore été informée que l’équipe partage et qu’elle peut s’y opposer. Informez-la, puis enregistrez : « la personne a été informée »."
      : "The person was not told that the team shares and that they may oppose it. Tell them and record it.";
  }
  const who = CATEGORY_WORDS[language][(missing?.fromCategory ?? 0) - 1] ?? "";
  return language === "fr"
    ? `La personne doit d’abord être informée que ${level} de « ${part} », écrit par un ${who}, vous sera connu. Informez-la, puis enregistrez : « la personne a été informée ».`
    : `The person must first be told that ${level} of ${part}, written by a ${who}, will be known to you. Tell them and record it.`;
}

function consentNeeded(missing: Missing | undefined, part: string, level: string, language: Language): string {
  const standsIn = missing?.givenBy?.mandate !== undefined;
  if (language === "fr") {
    const who = standsIn ? "Son représentant doit" : "La personne doit";
    return `${who} d’abord donner son accord : aucun accord ne couvre ${level} de « ${part} » pour vous. Lui demander.`;
  }
  const who = standsIn ? "Their representative" : "The person";
  return `${who} must agree first: no consent covers ${level} of ${part} for you. Ask for it.`;
}

function first(said: Words, codes: readonly string[]): string | undefined {
  for (const code of codes) {
    const found = own(said, code);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A value by its own key: what came from the wire may be called `constructor`. */
function own(said: Words, key: string): string | undefined {
  return Object.hasOwn(said, key) ? said[key] : undefined;
}
