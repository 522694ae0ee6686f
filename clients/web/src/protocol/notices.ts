/** Whether a notice covers a question: codes of the table's `cover` column (R13, R15, R23, R25, R26, P7). */
import type { Capacity } from "./capacities.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import type { Information, Notice, NoticeLine, To } from "./fact-notices.ts";
import { whoConsents } from "./powers.ts";
import type { Missing } from "./questions.ts";

/** A code, the hashes of the facts it rests on, and what is missing when it does not cover. */
export interface Cover {
  readonly code: string;
  readonly facts: readonly string[];
  readonly missing?: Missing;
}

/** What needs no cover. */
export const NO_COVER: Cover = { code: "-", facts: [] };

/** Whom the information would reach. */
export interface Reader {
  readonly user: string;
  readonly capacity: Capacity;
}

/**
 * How notices in force at `atMs` cover information of an author category reaching a reader. `fromCategory` undefined =
 * written by the person or a representative: no category is crossed. Deferred while nobody can be told (R24).
 */
export function noticeCover(
  facts: CaseFacts,
  atMs: number,
  asked: Information,
  entry: string | undefined,
  fromCategory: number | undefined,
  reader: Reader,
): Cover {
  const given = facts.of("notice").filter((record) => record.fact.givenMs <= atMs);
  if (fromCategory === undefined || fromCategory === reader.capacity.category) {
    const [general] = having(given, isGeneral);
    if (general !== undefined) return { code: "same", facts: [general.hash] };
    return { code: "general_missing", facts: [], missing: { what: "notice", kind: "general", information: [], to: [] } };
  }
  const crossing = (line: NoticeLine): boolean => !isGeneral(line) && line.fromCategory === fromCategory;
  const reached = (line: NoticeLine): boolean => crossing(line) && line.to !== undefined && reaches(line.to, reader);
  const about = (line: NoticeLine): boolean => isAbout(line, asked, entry);
  const [told] = having(given, (line) => reached(line) && about(line));
  if (told !== undefined) return { code: "cross", facts: [told.hash] };
  const another = having(given, (line) => crossing(line) && about(line) && isToCategory(line.to, reader.capacity.category));
  const uncovered = having(given, reached).length > 0 ? "cross_uncovered" : "cross_missing";
  const code = another.length > 0 ? "cross_identity" : uncovered;
  return deferred(facts, atMs, { code, facts: [], missing: crossMissing(asked, fromCategory, reader) });
}

function having(notices: readonly FactRecord<Notice>[], matches: (line: NoticeLine) => boolean): readonly FactRecord<Notice>[] {
  return notices.filter(({ fact }) => fact.lines.some(matches));
}

function isGeneral(line: NoticeLine): boolean {
  return line.kind === "general" || line.to === undefined || line.fromCategory === undefined;
}

function reaches(to: To, { user, capacity }: Reader): boolean {
  if ("user" in to) return to.user === user && to.category === capacity.category;
  return to.row === capacity.row && to.structure === capacity.structure;
}

/** Whether somebody else of that category was named. */
function isToCategory(to: To | undefined, category: number | undefined): boolean {
  return to !== undefined && "user" in to && to.category === category;
}

/** Whether a line tells of that information: of whatever the compartment holds, or of the entry by itself. */
function isAbout(line: NoticeLine, asked: Information, entry: string | undefined): boolean {
  const named = line.entries === undefined || (entry !== undefined && line.entries.includes(entry));
  return named && line.information.some((item) => isWithin(asked, item));
}

/** Whether information asked about lies within what was named (P7); levels begin at 1. */
export function isWithin(asked: Information, named: Information): boolean {
  return named.compartment === asked.compartment && asked.level >= 1 && asked.level <= named.level;
}

function crossMissing(asked: Information, fromCategory: number, { user, capacity }: Reader): Missing {
  const to: To[] = [{ row: capacity.row, structure: capacity.structure }];
  if (capacity.category !== undefined) to.push({ user, category: capacity.category });
  return { what: "notice", kind: "cross_category", information: [asked], fromCategory, to };
}

/**
 * A missing notice across categories is deferred while nobody can be told (R24; rules.md section 4): the person is unable to
 * express their will and nobody represents them in matters of the person: they are informed as soon as their state allows. The
 * general notice is no part of R24.
 */
function deferred(facts: CaseFacts, atMs: number, cover: Cover): Cover {
  if (facts.ability(atMs) !== "unable" || whoConsents(facts, atMs).mandate !== undefined) return cover;
  return { code: "cross_deferred", facts: cover.facts };
}
