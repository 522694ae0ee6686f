/** Who may see an entry now, asked of the rules one by one as the hub would; nobody whom the open chain does not name. */
import { decide } from "../../protocol/access.ts";
import type { Capacity } from "../../protocol/capacities.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import type { PolicyTable } from "../../protocol/policy-table.ts";
import { isPermitted, questionOf } from "../../protocol/questions.ts";
import type { EntryMeta } from "../../protocol/questions.ts";

/** Somebody who sees an entry: a professional by their function, else the person or who represents her. */
export interface Seeing {
  readonly user: string;
  readonly capacity: Capacity | undefined;
}

/** Everybody but `me` who may read this entry at that instant, professionals first. */
export function seeing(facts: CaseFacts, table: PolicyTable, entry: EntryMeta, me: string, atMs: number): readonly Seeing[] {
  const may = (user: string, capacity: Capacity | undefined): boolean => {
    const { compartment, level } = entry;
    return isPermitted(
      decide(table, facts, questionOf({ action: "read", user, capacity, compartment, level, entry, atMs, via: "any" })),
    );
  };
  const found = new Map<string, Seeing>();
  for (const record of facts.of("participation")) {
    const { user, capacity } = record.fact;
    if (user !== me && facts.inForce(record, atMs) && !found.has(user) && may(user, capacity))
      found.set(user, { user, capacity });
  }
  const own = [...facts.personUsers, ...facts.of("mandate").map(({ fact }) => fact.holder)];
  for (const user of own)
    if (user !== me && !found.has(user) && may(user, undefined)) found.set(user, { user, capacity: undefined });
  return [...found.values()];
}
