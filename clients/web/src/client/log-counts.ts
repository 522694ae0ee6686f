/** Acts counted, for tables and simple bars: by structure, hour, rule, outcome, kind, and along time. Pure. */
import type { Logged } from "./log-cases.ts";
import { OUTCOMES, outcomeOf, weightOf } from "./log-search.ts";
import { dateAfter, wallTime } from "./paris.ts";

/** One thing counted. `key` is a code, an hour or a date; empty for what has none. */
export interface Count {
  readonly key: string;
  readonly count: number;
}

/** The counts of a list of acts; refusals counted together weigh what they stand for. */
export interface Counts {
  readonly total: number;
  readonly structures: readonly Count[];
  readonly acts: readonly Count[];
  readonly hours: readonly Count[];
  readonly rules: readonly Count[];
  readonly outcomes: readonly Count[];
  /** By day, or by month where the acts span more than 62 days; without gap. */
  readonly times: readonly Count[];
}

const MOST_DAYS = 62;
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));

/** Count in one pass over the acts. */
export function countActs(acts: readonly Logged[]): Counts {
  const [structures, kinds, hours] = [new Tally(), new Tally(), new Tally(HOURS)];
  const [rules, outcomes, days] = [new Tally(), new Tally(OUTCOMES), new Tally()];
  let total = 0;
  for (const act of acts) {
    if (act.view === undefined) continue;
    const weight = weightOf(act);
    const { date, hour } = wallTime(act.leaf.tsMs);
    total += weight;
    structures.add(act.view.structure ?? "", weight);
    kinds.add(act.view.act, weight);
    hours.add(String(hour), weight);
    days.add(date, weight);
    outcomes.add(outcomeOf(act), weight);
    for (const rule of act.view.rules) rules.add(rule, weight);
  }
  return {
    total,
    structures: structures.largestFirst(),
    acts: kinds.largestFirst(),
    hours: hours.inOrder(),
    rules: rules.largestFirst(),
    outcomes: outcomes.inOrder(),
    times: alongTime(days.inOrder()),
  };
}

/** Days without gap, folded into months where there are too many to look at. */
export function alongTime(days: readonly Count[]): Count[] {
  const counted = new Map(days.map(({ key, count }) => [key, count]));
  const dates = [...counted.keys()].sort();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const filled: Count[] = [];
  if (Date.parse(last) - Date.parse(first) <= MOST_DAYS * 86_400_000) {
    for (let day = first; day <= last; day = dateAfter(day, 1)) filled.push({ key: day, count: counted.get(day) ?? 0 });
    return filled;
  }
  const months = new Tally();
  for (let month = first.slice(0, 7); month <= last.slice(0, 7); month = nextMonth(month)) months.add(month, 0);
  for (const { key, count } of days) months.add(key.slice(0, 7), count);
  return months.inOrder();
}

function nextMonth(month: string): string {
  return dateAfter(`${month}-28`, 4).slice(0, 7);
}

class Tally {
  readonly #counts: Map<string, number>;

  constructor(keys: readonly string[] = []) {
    this.#counts = new Map(keys.map((key) => [key, 0]));
  }

  add(key: string, weight: number): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + weight);
  }

  inOrder(): Count[] {
    return [...this.#counts].map(([key, count]) => ({ key, count }));
  }

  largestFirst(): Count[] {
    return this.inOrder().sort((left, right) => right.count - left.count || (left.key < right.key ? -1 : 1));
  }
}
