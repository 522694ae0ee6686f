/** Days and hours of Paris, in which the law counts and people read; instants are milliseconds. */

const ZONE = "Europe/Paris";
const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});
const DAY_MS = 86_400_000;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** An instant on the wall of Paris: `2026-03-31`, the hour 0 to 23, the weekday 0 (Sunday) to 6. */
export interface WallTime {
  readonly date: string;
  readonly hour: number;
  readonly weekday: number;
}

export function wallTime(atMs: number): WallTime {
  const parts = new Map(PARTS.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const date = `${parts.get("year") ?? ""}-${parts.get("month") ?? ""}-${parts.get("day") ?? ""}`;
  return { date, hour: Number(parts.get("hour")), weekday: new Date(`${date}T00:00:00Z`).getUTCDay() };
}

/** The first instant of a date, `after` days later; undefined for what is no date. */
export function dayStarts(date: string, after = 0): number | undefined {
  const midnight = DATE.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const wanted = new Date(midnight + after * DAY_MS).toISOString().slice(0, 10);
  // Paris is one or two hours ahead of UTC: the midnight looked for is one of these two.
  for (const ahead of [1, 2]) {
    const atMs = midnight + after * DAY_MS - ahead * 3_600_000;
    const wall = wallTime(atMs);
    if (wall.date === wanted && wall.hour === 0) return atMs;
  }
  return undefined;
}

/** The date `days` after a date. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
