/**
 * What an inspection asks of one case on one day (F18): who had access and by which facts. No words here: the screen says them.
 *
 * Replayed from the records of the log alone, up to the end of that day, with the judges of the protocol: every link verified
 * against its author's chain. Accounts and functions, no names: those are not in it.
 */
import { extendCase, startCase, startClass } from "../protocol/case-chain.ts";
import type { FactRecord } from "../protocol/case-facts.ts";
import type { CaseChain, OpeningState } from "../protocol/case-state.ts";
import { courses } from "../protocol/emergency-course.ts";
import type { Course } from "../protocol/emergency-course.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Consent, ConsentWithdrawal, Notice, Opposition } from "../protocol/fact-notices.ts";
import type { Participation } from "../protocol/fact-people.ts";
import type { LogReason } from "../protocol/log-request.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";
import type { Audit } from "./audit.ts";
import type { Directory } from "./directory.ts";
import { factsOf, statementOf, userOf } from "./log-cases.ts";
import type { Logged } from "./log-cases.ts";
import type { LogLeaves } from "./log-leaves.ts";
import { leaves } from "./log-reports.ts";
import { weightOf } from "./log-search.ts";
import type { Rules } from "./rules.ts";

const LINKS: ReadonlySet<string> = new Set(["fact", "claim", "grant", "revoke", "rotate", "opening", "opening-close"]);

/** The day inspected, in milliseconds: its end is excluded. */
export interface Day {
  readonly startMs: number;
  readonly endMs: number;
}

export type Stated = FactRecord<Notice> | FactRecord<Consent> | FactRecord<ConsentWithdrawal> | FactRecord<Opposition>;

/** What somebody opened before its author took it back: sent to the wrong person or file. */
export interface TakenBack {
  readonly taken: Logged;
  readonly opened: Logged;
}

/** The sheet of one case on one day. `recorded`: by fact, the leaf and the link that recorded it. */
export interface Sheet {
  readonly case: string;
  readonly policy: string | undefined;
  readonly members: readonly FactRecord<Participation>[];
  readonly stated: readonly Stated[];
  readonly openings: readonly (readonly [string, OpeningState])[];
  readonly emergencies: readonly Course[];
  readonly left: readonly Logged[];
  readonly incidents: readonly TakenBack[];
  readonly thatDay: Readonly<Record<"release" | "refusal" | "deposit" | "emergency" | "leaving" | "looks", number>>;
  readonly recorded: ReadonlyMap<string, { readonly index: number; readonly link: string }>;
  /** How many facts were erased: what they said is not told. */
  readonly gone: number;
}

/** What a sheet is made with. */
export interface Inspecting {
  readonly audit: Audit;
  readonly leaves: LogLeaves;
  readonly directory: Directory;
  readonly rules: Rules;
}

/** Read a case from its creation to the end of a day; each page is a look, with the reason. */
export async function recordsUntil(
  { audit, leaves: log }: Inspecting,
  case_: string,
  reason: LogReason,
  endMs: number,
): Promise<readonly Logged[]> {
  const checkpoint = await log.newest();
  const to = await log.firstAt(endMs, checkpoint);
  const acts: Logged[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const page: Awaited<ReturnType<Audit["page"]>> = await audit.page({ from, to, case: case_, reason });
    acts.push(...page.acts);
    from = page.next;
  }
  return acts;
}

/** The sheet of a case on a day; undefined before it existed. Throws `ProtocolError` for a chain that is broken. */
export async function inspect(acts: readonly Logged[], day: Day, inspecting: Inspecting): Promise<Sheet | undefined> {
  await meet(acts, inspecting);
  const tables = await inspecting.rules.tables(policiesOf(acts));
  const { directory } = inspecting;
  const chains = new Map<string, CaseChain>();
  const recorded = new Map<string, { index: number; link: string }>();
  for (const act of acts) {
    const statement = act.view === undefined || act.view.act === "refusal" ? undefined : statementOf(act);
    if (statement === undefined) continue;
    if (statement.type === "case-create") chains.set("main", await startCase(statement, directory, tables));
    else if (statement.type === "class-create") {
      const chain = await startClass(statement, mainOf(chains), directory);
      chains.set(chain.class, chain);
    } else if (LINKS.has(statement.type)) {
      const class_ = classOf(statement);
      const state = chains.get(class_);
      if (state === undefined) throw new ProtocolError("unknown-reference", `link of ${class_}`);
      const main = class_ === "main" ? undefined : mainOf(chains);
      chains.set(class_, await extendCase(state, statement, act.fact, { directory, tables, main }));
      for (const { hash } of factsOf(act)) recorded.set(hash, { index: act.index, link: statement.hash });
    }
  }
  return chains.has("main") ? sheet([...chains.values()], mainOf(chains), acts, day, recorded) : undefined;
}

function sheet(
  chains: readonly CaseChain[],
  main: CaseChain,
  acts: readonly Logged[],
  day: Day,
  recorded: Sheet["recorded"],
): Sheet {
  const { facts } = main;
  const that = acts.filter(({ leaf }) => leaf.tsMs >= day.startMs && leaf.tsMs < day.endMs);
  const count = (holds: (act: Logged) => boolean): number => that.filter(holds).reduce((sum, act) => sum + weightOf(act), 0);
  const isAct = (name: string) => (act: Logged) => act.view?.act === name;
  const stated: Stated[] = [
    ...facts.of("notice"),
    ...facts.of("consent"),
    ...facts.of("consent-withdrawal"),
    ...facts.of("opposition"),
  ];
  return {
    case: main.case,
    policy: acts.findLast((act) => act.view?.policy !== undefined)?.view?.policy,
    members: facts.of("participation").filter((one) => one.fact.startMs < day.endMs && facts.participationEnd(one) > day.startMs),
    stated: stated.sort((left, right) => left.recordedMs - right.recordedMs),
    openings: chains.flatMap((chain) => [...chain.openings].filter(([, opening]) => isOpen(opening, day))),
    emergencies: courses(facts).filter(({ record, overMs }) => record.fact.openedMs < day.endMs && overMs > day.startMs),
    left: that.filter(leaves),
    incidents: that.filter(isAct("take-back")).flatMap((taken) => openedBefore(taken, acts)),
    thatDay: {
      release: count(isAct("release")),
      refusal: count(isAct("refusal")),
      deposit: count(isAct("deposit")),
      emergency: count(isAct("emergency-start")),
      leaving: count(leaves),
      looks: count(isAct("log-look")),
    },
    recorded,
    gone: chains.reduce((sum, chain) => sum + chain.missing.size, 0),
  };
}

/** Meet everybody who acted: the judges ask for their chains and attestations at once. */
async function meet(acts: readonly Logged[], { directory }: Inspecting): Promise<void> {
  const heads = new Map<string, number>();
  for (const act of acts) {
    const user = userOf(act);
    const statement = user === undefined ? undefined : statementOf(act);
    if (user === undefined || statement === undefined) continue;
    heads.set(user, Math.max(heads.get(user) ?? 0, statement.preamble.userHead.seq));
  }
  // Whom facts name takes part in the case as well: their attestations are asked for by their participation.
  for (const act of acts) {
    for (const { body } of factsOf(act)) {
      const user = body["type"] === "participation" ? body["user"] : undefined;
      if (typeof user === "string" && !heads.has(user)) heads.set(user, 0);
    }
  }
  await directory.meet(heads);
}

function policiesOf(acts: readonly Logged[]): Set<string> {
  const named = new Set<string>();
  for (const act of acts) {
    const policy = statementOf(act)?.body["policy"];
    if (typeof policy === "string") named.add(policy);
  }
  return named;
}

function mainOf(chains: ReadonlyMap<string, CaseChain>): CaseChain {
  const main = chains.get("main");
  if (main === undefined) throw new ProtocolError("unknown-reference", "main chain");
  return main;
}

function classOf({ body }: UnverifiedStatement): string {
  const { class: class_ } = body;
  return typeof class_ === "string" ? class_ : "";
}

function isOpen({ link, closedSeq }: OpeningState, day: Day): boolean {
  return closedSeq === undefined && link.head.preamble.timeMs < day.endMs && link.untilMs > day.startMs;
}

function openedBefore(taken: Logged, acts: readonly Logged[]): TakenBack[] {
  const entries = new Set(taken.view?.entries);
  const opens = ({ index, view, ...act }: Logged): boolean =>
    index < taken.index &&
    view?.act === "release" &&
    view.part === "body" &&
    view.entries.some((entry) => entries.has(entry)) &&
    userOf({ index, view, ...act }) !== userOf(taken);
  return acts.filter(opens).map((opened) => ({ taken, opened }));
}
