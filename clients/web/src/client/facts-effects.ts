/** What a fact changed: who may read which part now and who no longer, and which keys have to be renewed. */
import type { CaseFacts } from "../protocol/case-facts.ts";
import type { CaseChain } from "../protocol/case-state.ts";
import { debtsOf } from "../protocol/debts.ts";
import type { Directory } from "../protocol/directory.ts";
import { classOf, SECTIONS } from "../protocol/places.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { SectionAccess } from "../protocol/section-access.ts";

/** The sections that one user may read since, and may read no longer. */
export interface Change {
  readonly user: string;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** What changed for whom, and the sections whose keys the next writer renews. */
export interface Effects {
  readonly changes: readonly Change[];
  readonly owed: readonly string[];
}

export const NO_EFFECTS: Effects = { changes: [], owed: [] };

/** The chain after a fact, by which table, when, and the people it names. */
export interface After {
  readonly chain: CaseChain;
  readonly table: PolicyTable;
  readonly atMs: number;
  readonly directory: Directory;
}

/** The difference between the facts before and the chain after, both asked at one instant. */
export function effectsOf(before: CaseFacts, { chain, table, atMs, directory }: After): Effects {
  const changes = changesBetween(before, chain.facts, table, atMs);
  return { changes, owed: [...debtsOf(chain, table, atMs, directory).keys()] };
}

/** What would change if one more fact were recorded: shown before it is signed. */
export function changesBetween(before: CaseFacts, after: CaseFacts, table: PolicyTable, atMs: number): readonly Change[] {
  const [was, is] = [SectionAccess.at(table, before, atMs), SectionAccess.at(table, after, atMs)];
  const users = [...new Set([...everybody(before), ...everybody(after)])].sort();
  return users.map((user) => changeOf(user, was, is)).filter(({ gained, lost }) => gained.length + lost.length > 0);
}

function changeOf(user: string, was: SectionAccess, is: SectionAccess): Change {
  const [gained, lost]: [string[], string[]] = [[], []];
  for (const section of SECTIONS.filter((one) => classOf(one) === "main")) {
    const [then, now] = [was.mayRead(user, section), is.mayRead(user, section)];
    if (now && !then) gained.push(section);
    else if (then && !now) lost.push(section);
  }
  return { user, gained, lost };
}

function everybody(facts: CaseFacts): readonly string[] {
  return [
    ...facts.personUsers,
    ...facts.of("participation").map(({ fact }) => fact.user),
    ...facts.of("mandate").map(({ fact }) => fact.holder),
  ];
}
