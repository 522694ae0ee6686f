/**
 * What the person still has to be told about a team: the lines that the table asks for and no notice in force has.
 *
 * Asked of the same engine that decides releases: each member, each part of the case, as if every line proposed so far had been
 * recorded. A function in a structure is named rather than somebody, so that whoever replaces them is covered (R26), and a
 * newcomer whose function is covered adds no line (F4).
 */
import { decide } from "../protocol/access.ts";
import type { Capacity } from "../protocol/capacities.ts";
import { isEqualCapacity } from "../protocol/case-facts.ts";
import type { CaseFacts, FactAuthor } from "../protocol/case-facts.ts";
import { sectionParts } from "../protocol/case-links.ts";
import type { Information, NoticeLine } from "../protocol/fact-notices.ts";
import type { Fact } from "../protocol/facts.ts";
import { SECTIONS } from "../protocol/places.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { questionOf } from "../protocol/questions.ts";
import type { Missing } from "../protocol/questions.ts";

// A section is written by at most two categories, and the general information comes first.
const LINES_A_SECTION = 4;

/** Somebody who takes part, or is about to, in one capacity. */
export interface Reader {
  readonly user: string;
  readonly capacity: Capacity;
}

/** The facts as if one more had been recorded; `name` stands for its hash. */
export function supposing(facts: CaseFacts, fact: Fact, name: string, author: FactAuthor, atMs: number): CaseFacts {
  return facts.withRecord({ fact, hash: name, position: 0, author, recordedMs: atMs, power: "member" });
}

/** Everybody who takes part at an instant, in the order in which they came. */
export function teamReaders(facts: CaseFacts, atMs: number): readonly Reader[] {
  const found: Reader[] = [];
  for (const record of facts.of("participation")) {
    const { user, capacity } = record.fact;
    const isKnown = found.some((one) => one.user === user && isEqualCapacity(one.capacity, capacity));
    if (facts.inForce(record, atMs) && !isKnown) found.push({ user, capacity });
  }
  return found;
}

/** The lines to tell the person so that these readers may read what their function allows; maybe none. */
export function missingLines(
  table: PolicyTable,
  facts: CaseFacts,
  readers: readonly Reader[],
  atMs: number,
): readonly NoticeLine[] {
  const lines: NoticeLine[] = [];
  let supposed = facts;
  for (const reader of readers) {
    for (const section of SECTIONS) {
      for (let asked = 0; asked < LINES_A_SECTION; asked++) {
        const line = missingLine(table, supposed, reader, section, atMs);
        if (line === undefined) break;
        const told = { type: "notice", lines: [line], givenMs: atMs, means: "oral" } as const;
        supposed = supposing(supposed, told, `line ${lines.length}`, reader, atMs);
        lines.push(line);
      }
    }
  }
  return merged(lines);
}

function missingLine(
  table: PolicyTable,
  facts: CaseFacts,
  { user, capacity }: Reader,
  section: string,
  atMs: number,
): NoticeLine | undefined {
  const [compartment, level] = sectionParts(section);
  const asked = questionOf({ action: "read", user, capacity, compartment, level, entry: undefined, atMs });
  const decision = decide(table, facts, asked);
  return decision.effect === "permit_with_notice" && decision.missing !== undefined ? lineOf(decision.missing) : undefined;
}

/** The line that a decision asks for, to a function wherever it may be one; undefined for what is no notice. */
export function lineOf({ what, kind, information, fromCategory, to }: Missing): NoticeLine | undefined {
  if (what !== "notice") return undefined;
  if (kind === "general") return { kind, information: [] };
  const named = to.find((one) => "row" in one) ?? to[0];
  return {
    kind: "cross_category",
    information,
    ...(fromCategory === undefined ? {} : { fromCategory }),
    ...(named === undefined ? {} : { to: named }),
  };
}

/** The lines with one for each origin and recipient: every part once, at its highest level. */
function merged(lines: readonly NoticeLine[]): readonly NoticeLine[] {
  const found = new Map<string, NoticeLine>();
  for (const line of lines) {
    const key = JSON.stringify([line.kind, line.fromCategory ?? null, line.to ?? null]);
    const levels = new Map<string, number>();
    for (const { compartment, level } of [...(found.get(key)?.information ?? []), ...line.information]) {
      levels.set(compartment, Math.max(level, levels.get(compartment) ?? 0));
    }
    const information = [...levels].map(([compartment, level]): Information => ({ compartment, level }));
    found.set(key, { ...line, information });
  }
  return [...found.values()];
}
