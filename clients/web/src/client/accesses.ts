/**
 * Who looked, as a person reads it: few lines, the odd ones first (F8, F17). Pure: verified acts in, an order out.
 *
 * An act is odd when a professional looks for the first time or at night, in an emergency, when something leaves on paper or as a file, or
 * when it was recorded late. What was opened on a screen is counted apart from what was handed to a device: a device that prepares
 * for a day without network receives much that nobody looks at.
 */
import { DAY_MS } from "../protocol/capacities.ts";
import type { Leaf } from "../protocol/leaf.ts";
import type { ViewPayload } from "../protocol/log-payload.ts";

const OPENED: ReadonlySet<string> = new Set(["open"]);
const DELIVERED: ReadonlySet<string> = new Set(["sync", "search", "offline"]);
const TAKEN_OUT: ReadonlySet<string> = new Set(["print", "export"]);
const COMMUNICATED: ReadonlySet<string> = new Set(["opening", "exchange"]);
const EMERGENCIES: ReadonlySet<string> = new Set(["emergency-start", "emergency-stop"]);
/** Who first looked longer ago than this is no longer news. */
export const NEW_FOR_MS = 30 * DAY_MS;
const NIGHT_FROM = 21;
const NIGHT_UNTIL = 6;

/** One verified act of the log; `index` is its position. `view` is undefined where its openings were erased. */
export interface Access {
  readonly index: number;
  readonly timeMs: number;
  readonly view: ViewPayload | undefined;
  readonly leaf: Leaf;
}

/** Why an act stands before the others. */
export type Odd = "emergency" | "taken-out" | "night" | "new" | "late";

/** Who looked, as far as the person may know: a participation, else a function in a structure. */
export interface Reader {
  readonly participation: string | undefined;
  readonly row: string | undefined;
  readonly structure: string | undefined;
}

/** The consultations of one reader in one week that begins on `mondayMs`; `last` is the newest, for the words. */
export interface Group {
  readonly reader: Reader;
  readonly mondayMs: number;
  readonly opened: number;
  readonly delivered: number;
  readonly takenOut: number;
  readonly purposes: readonly string[];
  readonly last: Access;
  readonly acts: readonly Access[];
}

/** The acts of a case in the order in which they are read: the odd ones, newest first, then weeks by reader. */
export interface Reading {
  readonly odd: readonly { readonly act: Access; readonly why: readonly Odd[] }[];
  readonly groups: readonly Group[];
  readonly opened: number;
  readonly delivered: number;
  readonly takenOut: number;
  readonly refused: number;
}

type Known = readonly [act: Access, view: ViewPayload];

/** What to show of the acts. Hours and weeks are those of this device. */
export function reading(acts: readonly Access[], nowMs: number): Reading {
  const known = acts.flatMap((act): readonly Known[] => (act.view === undefined ? [] : [[act, act.view]]));
  const first = new Map<string, number>();
  for (const [act, view] of known) {
    const reader = readerKey(view);
    if (view.act === "release" && !first.has(reader)) first.set(reader, act.index);
  }
  const odd = known.map(([act, view]) => ({ act, why: whyOdd(act, view, first, nowMs) }));
  const reads = known.filter(([, view]) => view.act === "release");
  const views = reads.map(([, view]) => view);
  return {
    odd: odd.filter(({ why }) => why.length > 0).reverse(),
    groups: grouped(reads),
    opened: count(views, OPENED),
    delivered: count(views, DELIVERED),
    takenOut: count(views, TAKEN_OUT),
    refused: known.filter(([, view]) => view.act === "refusal").length,
  };
}

/** Who looked. */
export function readerOf({ participation, row, structure }: ViewPayload): Reader {
  return { participation, row, structure };
}

function readerKey({ participation, row, structure }: Reader): string {
  return JSON.stringify([participation ?? "", row ?? "", structure ?? ""]);
}

function whyOdd(act: Access, view: ViewPayload, first: ReadonlyMap<string, number>, nowMs: number): readonly Odd[] {
  const found: Odd[] = [];
  const reads = view.act === "release";
  const looks = OPENED.has(view.intent ?? "") || TAKEN_OUT.has(view.intent ?? "");
  if (view.emergency || EMERGENCIES.has(view.act)) found.push("emergency");
  if (hasLeft(view)) found.push("taken-out");
  const hour = new Date(act.timeMs).getHours();
  // At home any hour is one's own, and the first look of the person, or of who represents her, is no news to her.
  const byProfessional = view.row !== undefined;
  if (byProfessional && reads && looks && (hour < NIGHT_UNTIL || hour >= NIGHT_FROM)) found.push("night");
  const news = byProfessional && nowMs - act.timeMs < NEW_FOR_MS;
  if (reads && news && first.get(readerKey(view)) === act.index) found.push("new");
  if (view.late !== undefined) found.push("late");
  return found;
}

function hasLeft(view: ViewPayload): boolean {
  return view.to !== undefined || (view.act === "release" && TAKEN_OUT.has(view.intent ?? ""));
}

function grouped(reads: readonly Known[]): readonly Group[] {
  const held = new Map<string, { readonly mondayMs: number; readonly ones: Known[] }>();
  for (const one of reads) {
    const mondayMs = mondayOf(one[0].timeMs);
    const key = `${mondayMs} ${readerKey(one[1])}`;
    const group = held.get(key) ?? { mondayMs, ones: [] };
    group.ones.push(one);
    held.set(key, group);
  }
  const groups = [...held.values()].flatMap(({ mondayMs, ones }): readonly Group[] => {
    const last = ones.at(-1);
    if (last === undefined) return [];
    const views = ones.map(([, view]) => view);
    return [
      {
        reader: readerOf(last[1]),
        mondayMs,
        opened: count(views, OPENED),
        delivered: count(views, DELIVERED),
        takenOut: count(views, TAKEN_OUT),
        purposes: [...new Set(views.flatMap((view) => view.purpose ?? []))].sort(),
        last: last[0],
        acts: ones.map(([act]) => act),
      },
    ];
  });
  return groups.sort((left, right) => right.mondayMs - left.mondayMs || right.last.index - left.last.index);
}

/** The start of the local week. */
export function mondayOf(ms: number): number {
  const day = new Date(ms);
  day.setHours(0, 0, 0, 0);
  // A week of 23 or 25 hours' days too: the date is moved, never the milliseconds.
  day.setDate(day.getDate() - ((day.getDay() + 6) % 7));
  return day.getTime();
}

function count(views: Iterable<ViewPayload>, intents: ReadonlySet<string>): number {
  return [...views].filter((view) => intents.has(view.intent ?? "")).length;
}

/** To whom what went (GDPR article 15.1 c): what left, what was put before somebody, emergencies, and looks by reader. */
export interface Account {
  readonly left: readonly Access[];
  readonly communicated: readonly Access[];
  readonly emergencies: readonly Access[];
  readonly consulted: readonly { readonly last: Access; readonly count: number }[];
  readonly erased: number;
}

/** The account of a period, from its start included to its end excluded. */
export function account(acts: readonly Access[], fromMs: number, untilMs: number): Account {
  const within = acts.filter((act) => fromMs <= act.timeMs && act.timeMs < untilMs);
  const [left, communicated, emergencies] = [new Array<Access>(), new Array<Access>(), new Array<Access>()];
  const looks = new Map<string, { readonly last: Access; readonly count: number }>();
  for (const act of within) {
    const { view } = act;
    if (view === undefined) continue;
    if (hasLeft(view)) left.push(act);
    else if (view.emergency || view.act === "emergency-start") emergencies.push(act);
    else if (COMMUNICATED.has(view.act)) communicated.push(act);
    else if (view.act === "release" && view.row !== undefined) {
      looks.set(readerKey(view), { last: act, count: (looks.get(readerKey(view))?.count ?? 0) + 1 });
    }
  }
  const erased = within.filter((act) => act.view === undefined).length;
  return { left, communicated, emergencies, consulted: [...looks.values()], erased };
}
