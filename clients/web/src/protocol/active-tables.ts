/** Policy tables by hash, and when each was in force (docs/spec/case-chains.md, protocol 6.7). */
import type { PolicyTable } from "./policy-table.ts";

/** A link made just before another table came into force may reach the chain just after it. */
export const OVERLAP_MS = 600_000;
/** The author's clock may be two minutes behind the hub's, which says since when a table is in force. */
export const EARLY_MS = 120_000;

/** A table that came into force at an instant, until the next one did. */
export interface Period {
  readonly table: string;
  readonly sinceMs: number;
}

/** Tables by hash, with the periods in which each was in force, oldest first; without periods each always is. */
export interface ActiveTables {
  readonly tables: ReadonlyMap<string, PolicyTable>;
  readonly periods?: readonly Period[];
}

/** Whether a table was in force at an instant, within the ten minutes before or the two after it. */
export function isActive(periods: readonly Period[], hash: string, atMs: number): boolean {
  return periods.some(({ table, sinceMs }, number) => {
    const end = periods[number + 1]?.sinceMs ?? Infinity;
    return table === hash && sinceMs <= atMs + EARLY_MS && atMs - OVERLAP_MS < end;
  });
}

/** The table a link names, if it was in force at that instant. */
export function activeTable(active: ActiveTables, hash: string, atMs: number): PolicyTable | undefined {
  if (active.periods !== undefined && !isActive(active.periods, hash, atMs)) return undefined;
  return active.tables.get(hash);
}
