/** The compartments of a case in their five groups (F34). */
import type { SectionShown } from "../../client/cases.ts";
import type { Count } from "../../client/waiting.ts";
import { GROUPS } from "../../i18n/codes.ts";
import type { Group } from "../../i18n/codes.ts";

type Parts = readonly (readonly [string, readonly SectionShown[]])[];

/** The groups that show something, those with something I may read first, in the order of F34 otherwise. */
export function grouped(
  sections: readonly SectionShown[],
  counts: ReadonlyMap<string, Count>,
): readonly (readonly [Group, Parts])[] {
  const groups = (Object.keys(GROUPS) as Group[]).map((group) => {
    const parts = GROUPS[group]
      .map((part) => [part, sections.filter(({ question }) => question.compartment === part)] as const)
      .filter(([, found]) => found.length > 0);
    return [group, parts] as const;
  });
  const readable = ([, parts]: readonly [Group, Parts]): number =>
    Number(parts.some(([, found]) => found.some(({ section }) => (counts.get(`section ${section}`)?.readable ?? 0) > 0)));
  return groups.filter(([, parts]) => parts.length > 0).sort((a, b) => readable(b) - readable(a));
}
