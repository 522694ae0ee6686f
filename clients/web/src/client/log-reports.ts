/**
 * What an auditor looks for in the records of the log, as closed reports: pure.
 *
 * A line of a report is an act that somebody should look at, never a verdict. Reading in bulk and at odd hours count only what a
 * human asked for (intents open, search, print, export): what a device fetched by itself is not a look (F8).
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { caseOf, factsOf, statementOf, userOf } from "./log-cases.ts";
import type { Logged } from "./log-cases.ts";
import { weightOf } from "./log-search.ts";
import { wallTime } from "./paris.ts";

const LOOKS: ReadonlySet<string> = new Set(["open", "search", "print", "export"]);
const LEAVING: ReadonlySet<string> = new Set(["print", "export"]);
const RIGHTS: ReadonlySet<string> = new Set([
  "grant",
  "revoke",
  "rotate",
  "claim",
  "attestation",
  "policy",
  "opening",
  "opening-close",
]);
const RIGHTS_FACTS: ReadonlySet<string> = new Set(["participation", "participation-end", "mandate", "mandate-end", "referent"]);
export const BULK = 50;
export const DAY_STARTS = 7;
export const DAY_ENDS = 20;

/** One line of a report: the acts it rests on, the newest last, and what was counted. */
export interface Line {
  readonly acts: readonly Logged[];
  readonly user?: string | undefined;
  readonly count?: number;
  readonly problem?: string;
  readonly rules?: string;
  readonly reason?: string | undefined;
  readonly lifted?: string | undefined;
}

type Report = (acts: readonly Logged[]) => Line[];

/** Whether an act left the hub: printed or exported. */
export function leaves(act: Logged): boolean {
  return act.view?.act === "release" && act.view.intent !== undefined && LEAVING.has(act.view.intent);
}

/** Whether somebody asked to see contents: a list of titles is no look at each of its entries. */
export function isLook(act: Logged): boolean {
  const { view } = act;
  return view?.act === "release" && view.part === "body" && view.intent !== undefined && LOOKS.has(view.intent);
}

/** Whether an instant is by night or at a weekend, Paris time. */
export function isOddHour(atMs: number): boolean {
  const { hour, weekday } = wallTime(atMs);
  return weekday === 0 || weekday === 6 || hour < DAY_STARTS || hour >= DAY_ENDS;
}

const releases = (acts: readonly Logged[]): Logged[] => acts.filter((act) => act.view?.act === "release");
const single = (act: Logged): Line => ({ acts: [act], user: userOf(act) });

/** Releases to a professional who did not take part in the case, outside an emergency. */
function noTeam(acts: readonly Logged[]): Line[] {
  const odd = releases(acts).filter(({ view }) => view?.row !== undefined && view.participation === undefined && !view.emergency);
  return odd.map(single);
}

/** Emergencies declared that nobody reviewed. */
function emergencies(acts: readonly Logged[]): Line[] {
  const reviewed = new Set<unknown>();
  for (const act of acts) {
    for (const { body } of factsOf(act)) if (body["type"] === "emergency-review") reviewed.add(body["emergency"]);
  }
  const declared = acts.filter((act) => act.view?.act === "emergency-start");
  const open = declared.filter((act) => {
    const named = statementOf(act)?.body["fact"];
    return named !== undefined && !reviewed.has(named) && !factsOf(act).some(({ hash }) => reviewed.has(hash));
  });
  return open.map(single);
}

/** Refusals counted by reason: problem and rules. */
function refusals(acts: readonly Logged[]): Line[] {
  const groups = grouped(
    acts.filter((act) => act.view?.act === "refusal"),
    (act) => JSON.stringify([act.identity?.refusal ?? "", act.view?.rules.join(" ") ?? ""]),
  );
  return [...groups].sort(byKey).map(([, found]) => ({
    acts: found,
    count: found.reduce((sum, act) => sum + weightOf(act), 0),
    problem: found[0]?.identity?.refusal ?? "",
    rules: found[0]?.view?.rules.join(" ") ?? "",
  }));
}

/** Days on which one user asked for the content of more than 50 entries. */
function bulk(acts: readonly Logged[]): Line[] {
  const days = grouped(acts.filter(isLook), (act) => `${userOf(act) ?? ""} ${wallTime(act.leaf.tsMs).date}`);
  return [...days].sort(byKey).flatMap(([, found]) => {
    const entries = new Set(found.flatMap((act) => act.view?.entries ?? []));
    const [first] = found;
    return entries.size > BULK && first !== undefined ? [{ acts: found, user: userOf(first), count: entries.size }] : [];
  });
}

/** Looks of professionals by night or at a weekend, Paris time. */
function hours(acts: readonly Logged[]): Line[] {
  return acts.filter((act) => isLook(act) && act.view?.row !== undefined && isOddHour(act.leaf.tsMs)).map(single);
}

/** Looks of a professional, in that capacity, at the case in which they are the person. */
function ownFile(acts: readonly Logged[]): Line[] {
  const persons = new Set<string>();
  for (const act of acts) {
    for (const { body } of factsOf(act)) {
      if (body["type"] === "person" && typeof body["user"] === "string") persons.add(`${caseOf(act) ?? ""} ${body["user"]}`);
    }
  }
  const own = (act: Logged): boolean => persons.has(`${caseOf(act) ?? ""} ${userOf(act) ?? ""}`);
  return releases(acts)
    .filter((act) => act.view?.row !== undefined && own(act))
    .map(single);
}

/** Who had opened what its author took back then: sent to the wrong person or file. The act shown is the opening. */
function takenBack(acts: readonly Logged[]): Line[] {
  const opened = new Map<string, Logged[]>();
  const lines: Line[] = [];
  for (const act of acts) {
    const { view } = act;
    if (view?.act === "take-back") {
      const others = (opened.get(view.entries[0] ?? "") ?? []).filter((one) => userOf(one) !== userOf(act));
      lines.push(...others.map((one) => ({ acts: [act, one], user: userOf(one) })));
    } else if (view?.act === "release" && view.part === "body") {
      for (const entry of view.entries) opened.set(entry, [...(opened.get(entry) ?? []), act]);
    }
  }
  return lines;
}

/** What was printed or left the hub. */
function exports(acts: readonly Logged[]): Line[] {
  return acts.filter(leaves).map(single);
}

/** Changes of rights: keys, openings, attestations, policies, and the facts that give or end a standing. */
function rights(acts: readonly Logged[]): Line[] {
  const gives = ({ type }: JsonObject): boolean => typeof type === "string" && RIGHTS_FACTS.has(type);
  const states = (act: Logged): boolean => factsOf(act).some(({ body }) => gives(body));
  return acts.filter((act) => act.view !== undefined && (RIGHTS.has(act.view.act) || states(act))).map(single);
}

/** Looks at the log by who watches over it, those at one case with the reason they gave. */
function lookUps(acts: readonly Logged[]): Line[] {
  const looks = acts.filter(({ view }) => view?.act === "log-look" && view.purpose === "audit");
  return looks.map((act) => {
    const body = statementOf(act)?.body ?? {};
    const scope = isObject(body["scope"]) ? body["scope"] : {};
    const named = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return { ...single(act), reason: named(body["reason"]), lifted: named(scope["user"]) };
  });
}

/** Pseudonyms lifted: whose case, or whose account in it, for which reason. What a data protection officer is told of. */
function lifted(acts: readonly Logged[]): Line[] {
  return lookUps(acts).filter((line) => line.reason !== undefined);
}

/** Every report by name. */
export const REPORTS = {
  "no-team": noTeam,
  emergencies,
  refusals,
  bulk,
  hours,
  "own-file": ownFile,
  "taken-back": takenBack,
  exports,
  rights,
  "look-ups": lookUps,
  lifted,
} as const satisfies Readonly<Record<string, Report>>;
export type ReportName = keyof typeof REPORTS;
export const REPORT_NAMES = Object.keys(REPORTS) as readonly ReportName[];

function grouped(acts: readonly Logged[], keyOf: (act: Logged) => string): Map<string, Logged[]> {
  const groups = new Map<string, Logged[]>();
  for (const act of acts) {
    const key = keyOf(act);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [act]);
    else group.push(act);
  }
  return groups;
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}
