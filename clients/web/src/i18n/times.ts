/** Dates, hours and durations in words, in the language of the page and the time zone of the device. Instants are milliseconds. */
import type { Language } from "./messages.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TAGS: Readonly<Record<Language, string>> = { fr: "fr-FR", en: "en-GB" };

/** Made once: making one takes longer than a line of a list may. */
const PAST: Readonly<Record<Language, Intl.RelativeTimeFormat>> = {
  fr: new Intl.RelativeTimeFormat(TAGS.fr, { numeric: "auto" }),
  en: new Intl.RelativeTimeFormat(TAGS.en, { numeric: "auto" }),
};

type Form = "hour" | "date" | "longDate" | "instant";
const OPTIONS: Readonly<Record<Form, Intl.DateTimeFormatOptions>> = {
  hour: { hour: "2-digit", minute: "2-digit" },
  date: { day: "numeric", month: "long", year: "numeric" },
  longDate: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  instant: { dateStyle: "full", timeStyle: "short" },
};
const FIRST = /(^| )1(?= \p{L})/u;
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function format(ms: number, language: Language, form: Form): string {
  const name = `${language} ${form}`;
  const made = FORMATS.get(name) ?? new Intl.DateTimeFormat(TAGS[language], OPTIONS[form]);
  FORMATS.set(name, made);
  return asSaid(made.format(ms), language);
}

/** A date as it is said: in French the first of a month is « le 1er », never « le 1 ». */
export function asSaid(formatted: string, language: Language): string {
  return language === "fr" ? formatted.replace(FIRST, "$11er") : formatted;
}

/** « 14:05 » */
export function hour(ms: number, language: Language): string {
  return format(ms, language, "hour");
}

/** « 3 mars 2026 » */
export function date(ms: number, language: Language): string {
  return format(ms, language, "date");
}

/** « mardi 3 mars 2026 » */
export function longDate(ms: number, language: Language): string {
  return format(ms, language, "longDate");
}

/** « mardi 3 mars 2026 à 14:05 » */
export function instant(ms: number, language: Language): string {
  return format(ms, language, "instant");
}

/** « à l’instant », « il y a 5 minutes », « hier », else the date: what somebody would say. */
export function ago(ms: number, nowMs: number, language: Language): string {
  const words = PAST[language];
  const past = nowMs - ms;
  if (past < MINUTE) return words.format(0, "second");
  if (past < HOUR) return words.format(-Math.floor(past / MINUTE), "minute");
  const days = Math.round((midnight(nowMs) - midnight(ms)) / DAY);
  if (days === 0) return words.format(-Math.floor(past / HOUR), "hour");
  if (days < 7) return words.format(-days, "day");
  return date(ms, language);
}

/** « 3 heures », « 2 jours »: the largest unit that fits, rounded down, never less than a minute. */
export function duration(ms: number, language: Language): string {
  const [count, unit] =
    ms >= DAY
      ? [Math.floor(ms / DAY), "day"]
      : ms >= HOUR
        ? [Math.floor(ms / HOUR), "hour"]
        : [Math.floor(ms / MINUTE), "minute"];
  return new Intl.NumberFormat(TAGS[language], { style: "unit", unit, unitDisplay: "long" }).format(Math.max(count, 1));
}

/** The start of the local day. */
export function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}
