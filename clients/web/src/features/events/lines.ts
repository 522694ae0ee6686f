/** Lines of a sheet: somebody in one, and several things typed in one field, guests of a conference or what it decided. `undefined` for a line that lacks a part. */
import type { DecisionTaken, Invited } from "../../protocol/meeting-words.ts";

/** A day of work ends then: what is due that day is late after it. */
const DUE_HOUR = 18;
const DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** « Mme Roux, infirmière »: who is called by the function is not called by it twice. */
export function personLine(...parts: readonly (string | undefined)[]): string {
  return [...new Set(parts.filter((part) => part !== undefined))].join(", ");
}

/** What stands under what somebody is called: the rest of it. */
export function underName(name: string, ...parts: readonly string[]): string {
  return parts.filter((part) => part !== name).join(", ");
}

/** « Mme Roux, infirmière, Cabinet de la Place »: name, function, and what follows as the structure. */
export function guestsOf(text: string): readonly (Invited | undefined)[] {
  return linesOf(text).map((line) => {
    const [name = "", work = "", ...rest] = line.split(",").map((part) => part.trim());
    const structure = rest.join(", ");
    if (name === "" || work === "") return undefined;
    return { name, function: work, ...(structure === "" ? {} : { structure }) };
  });
}

/** « Appeler la fille ; Coord ; 30/11/2026 »: what, who, until when. */
export function decisionsOf(text: string): readonly (DecisionTaken | undefined)[] {
  return linesOf(text).map((line) => {
    const [what = "", who = "", due = ""] = line.split(";").map((part) => part.trim());
    if (what === "" || who === "") return undefined;
    if (due === "") return { text: what, who };
    const dueMs = dueOf(due);
    return dueMs === undefined ? undefined : { text: what, who, dueMs };
  });
}

function dueOf(text: string): number | undefined {
  const [, day = 0, month = 0, year = 0] = (DAY.exec(text) ?? []).map(Number);
  const due = new Date(year, month - 1, day, DUE_HOUR);
  // The calendar makes 3 March of 31 February: nobody meant it.
  return due.getDate() === day && due.getMonth() === month - 1 && day > 0 ? due.getTime() : undefined;
}
