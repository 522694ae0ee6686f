/**
 * The team, in one act: telling the person what is still untold, and adding somebody with all that goes with it.
 *
 * `tell` records as many lines as the table asks for in one signed notice (F4). `add` signs once for the participation, the notice
 * lines it needs and the consent or recognition it rests on (F5; gestures, docs/spec/facts.md), and opens in the same write what a
 * newcomer needs of the past (F3). Keys follow at the next sync of whoever holds them.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import type { CaseFacts } from "../protocol/case-facts.ts";
import { instantOf } from "../protocol/case-state.ts";
import { composeOpening } from "../protocol/compose.ts";
import type { Consent, Information, Notice, NoticeLine, Recipients, Support } from "../protocol/fact-notices.ts";
import type { Participation, Recognition, Regime } from "../protocol/fact-people.ts";
import { FACT_SALT_SIZE, factHash } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { bodyOfFact } from "./appending.ts";
import type { Appended, Appender, Compose } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { Misuse } from "./errors.ts";
import { consent, handedOver, noticeOf } from "./facts.ts";
import type { Members } from "./members.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";
import { historyFrom, NO_HEADS } from "./team-horizon.ts";
import type { Heads, Horizon, HorizonName } from "./team-horizon.ts";
import { missingLines, supposing, teamReaders } from "./team-lines.ts";
import type { Reader } from "./team-lines.ts";
import { partsToAsk, whoSees } from "./who-sees.ts";

export const TITLES = ["same-team", "prescribed", "outside"] as const;
export type JoiningTitle = (typeof TITLES)[number];
/** The limb of the care team of each title. */
export const LIMBS: Readonly<Record<JoiningTitle, number>> = { "same-team": 1, prescribed: 2, outside: 0 };
const OPENED_MS = 365 * 24 * 3_600_000;

/** The hash of the version of each text that the person is given, by kind; `falc` where she was told so. */
export type TextHash = (kind: "general" | "cross-category" | "consent", easy: boolean) => string;

/** How the person was informed: by which means, and what was left with her, or why nothing could be. */
export interface Informed {
  readonly means: Notice["means"];
  readonly support?: Support;
}

/** How somebody joins: in which title, seeing from when, the person informed or not yet, agreeing to what. */
export interface Joining {
  readonly title?: JoiningTitle;
  readonly horizon?: HorizonName;
  readonly informed?: Informed;
  readonly consent?: readonly Information[];
  readonly recognised?: Recognition["means"];
  readonly regime?: Regime;
  readonly capacity?: string;
  readonly untilMs?: number;
  /** A user whose title and horizon are inherited. */
  readonly replaces?: string;
}

/** What `add` would have to tell the person, and what only her agreement would open to whom is added. */
export interface Proposed {
  readonly lines: readonly NoticeLine[];
  readonly toAsk: readonly Information[];
}

/** What one gesture wrote. `untold` are the lines the person has not been told; `left` entries were too many. */
export interface Added {
  readonly appended: Appended;
  readonly participation: string;
  readonly told: readonly NoticeLine[];
  readonly untold: readonly NoticeLine[];
  readonly opened: readonly string[];
  readonly left: number;
}

export interface TeamParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly members: Members;
  readonly horizon: Horizon;
}

/** Tells the person, and adds people. */
export class Team {
  readonly #parts: TeamParts;

  constructor(parts: TeamParts) {
    this.#parts = parts;
  }

  /** What the person has to be told so that everybody who takes part may read what they are allowed. */
  async untold(case_: string): Promise<readonly NoticeLine[]> {
    const { facts, nowMs } = await this.#known(case_);
    return missingLines(await this.#parts.rules.table(), facts, teamReaders(facts, nowMs), nowMs);
  }

  /** Whether nobody has told the person yet that a team shares about her (F4, R23). */
  async inPreparation(case_: string): Promise<boolean> {
    return isInPreparation((await this.#known(case_)).facts);
  }

  /** Record, in one notice, everything the person still had to be told; undefined when nothing was missing. */
  async tell(case_: string, informed: Informed, texts: TextHash): Promise<Appended | undefined> {
    const { appender, author } = this.#parts;
    const lines = await this.untold(case_);
    if (lines.length === 0) return undefined;
    const fact = noticeFor(lines, author.nowMs(), informed, texts);
    return appender.append(case_, "main", [appender.gesture([bodyOfFact(fact, draw(FACT_SALT_SIZE))])]);
  }

  /** What goes with adding somebody, before anything is signed. Throws `Misuse` for a choice that does not hold together. */
  async proposed(case_: string, user: string, joining: Joining): Promise<Proposed> {
    const { facts, nowMs } = await this.#known(case_);
    const table = await this.#parts.rules.table();
    const participation = await this.#participation(facts, user, joining, nowMs);
    const supposed = await this.#supposed(facts, [participation], nowMs);
    const seer = whoSees(supposed, table, nowMs).findLast((one) => one.user === user);
    const toAsk = seer === undefined ? [] : partsToAsk(seer);
    return { lines: missingLines(table, supposed, [{ user, capacity: participation.capacity }], nowMs), toAsk };
  }

  /**
   * Let somebody take part, with what the person was told and agreed to, in one signature. Throws `Misuse` for a choice that does
   * not hold together; `Refused` when the hub takes nothing.
   */
  async add(case_: string, user: string, joining: Joining, texts: TextHash): Promise<Added> {
    const { appender, rules } = this.#parts;
    const { facts, nowMs } = await this.#known(case_);
    const participation = await this.#participation(facts, user, joining, nowMs);
    const reader = { user, capacity: participation.capacity };
    const agreed = joining.consent === undefined ? [] : [consentFor(facts, { users: [user] }, joining, nowMs, texts)];
    const before = await this.#supposed(facts, [participation, ...agreed], nowMs);
    const lines = missingLines(await rules.table(), before, [reader], nowMs);
    await this.#checkTold(facts, participation, lines, joining);
    const told = joining.informed === undefined ? [] : lines;
    const notices = joining.informed === undefined || told.length === 0 ? [] : [noticeFor(told, nowMs, joining.informed, texts)];
    const made: readonly Fact[] = [participation, ...notices, ...agreed];
    const bodies = made.map((fact) => bodyOfFact(fact, draw(FACT_SALT_SIZE)));
    const heads = await this.#heads(case_, await this.#supposed(facts, made, nowMs), reader, joining, participation);
    const links: Compose[] = [appender.gesture(bodies)];
    if (heads.entries.length > 0) links.push(this.#opening(user, heads, bodies, nowMs));
    const appended = await appender.append(case_, "main", links);
    const untold = told.length > 0 ? [] : lines;
    const [first = ""] = appended.facts;
    return { appended, participation: first, told, untold, opened: heads.entries.map(({ id }) => id), left: heads.left };
  }

  async #participation(facts: CaseFacts, user: string, joining: Joining, startMs: number): Promise<Participation> {
    const { id, capacity } = await this.#parts.members.attestation(user, joining.capacity);
    const terms = termsOf(facts, joining, startMs);
    const recognised = { means: joining.recognised ?? "oral", atMs: startMs };
    return {
      type: "participation",
      user,
      attestation: id,
      capacity,
      ...terms,
      startMs,
      ...(joining.untilMs === undefined ? {} : { untilMs: joining.untilMs }),
      ...(terms.limb === LIMBS.prescribed ? { recognised } : {}),
    };
  }

  /** Refuse to let the other category in while the person does not even know that there is a case (F4). */
  async #checkTold(facts: CaseFacts, added: Participation, lines: readonly NoticeLine[], joining: Joining): Promise<void> {
    const own = (await this.#parts.author.acting())?.category;
    const untold = joining.informed === undefined && lines.length > 0;
    if (untold && isInPreparation(facts) && added.capacity.category !== own) throw new Misuse("in-preparation");
  }

  async #heads(
    case_: string,
    facts: CaseFacts,
    reader: Reader,
    { horizon = "essential" }: Joining,
    { historyFromMs }: Participation,
  ): Promise<Heads> {
    if (horizon !== "essential" || historyFromMs === undefined) return NO_HEADS;
    const view = await this.#parts.casebook.view(case_, { refresh: false });
    return this.#parts.horizon.heads(view, facts, reader, historyFromMs);
  }

  #opening(user: string, heads: Heads, bodies: readonly JsonObject[], nowMs: number): Compose {
    const [participation, ...basis] = bodies.map((body) => factHash(body));
    return async (_chain, head) => {
      const recipient = { user, capacity: participation };
      const { entries } = heads;
      const link = { type: "opening", head, entries, recipient, basis: basis.sort(), untilMs: nowMs + OPENED_MS } as const;
      const { chain } = await this.#parts.directory.refresh(user);
      return composeOpening(link, heads.shares, new Map([[user, chain]]));
    };
  }

  async #supposed(facts: CaseFacts, made: readonly Fact[], nowMs: number): Promise<CaseFacts> {
    const { author } = this.#parts;
    const capacity = await author.acting();
    const by = { user: author.user, capacity };
    return made.reduce((known, fact) => supposing(known, fact, `${fact.type} of the gesture`, by, nowMs), facts);
  }

  async #known(case_: string): Promise<{ readonly facts: CaseFacts; readonly nowMs: number }> {
    const { main } = await this.#parts.casebook.view(case_);
    return { facts: main.facts, nowMs: instantOf(main, this.#parts.author.nowMs()) };
  }
}

/** Whether no general information was recorded yet. */
export function isInPreparation(facts: CaseFacts): boolean {
  return !facts.of("notice").some(({ fact }) => fact.lines.some(({ kind }) => kind === "general"));
}

type Joined = Pick<Participation, "limb" | "regime" | "historyFromMs">;

function termsOf(
  facts: CaseFacts,
  { title = "same-team", horizon = "essential", regime = "care", replaces }: Joining,
  nowMs: number,
): Joined {
  if (replaces === undefined) {
    const sinceMs = historyFrom(horizon, facts, nowMs);
    return { limb: LIMBS[title], regime, ...(sinceMs === undefined ? {} : { historyFromMs: sinceMs }) };
  }
  const before = facts.participationsOf(replaces).at(-1)?.fact;
  if (before === undefined) throw new Misuse("no-such-user");
  return { limb: before.limb, regime: before.regime, historyFromMs: before.historyFromMs ?? before.startMs };
}

const CONSENT_MEANS = { oral: "oral", paper: "written", falc: "written", electronic: "electronic" } as const;

/** The consent for somebody outside the team, named or by function and structure. Throws `Misuse` without what it rests on. */
export function consentFor(facts: CaseFacts, recipients: Recipients, joining: Joining, nowMs: number, texts: TextHash): Consent {
  const { title = "same-team", replaces, informed, untilMs } = joining;
  if (title !== "outside" || replaces !== undefined) throw new Misuse("consent-in-team");
  const support = informed === undefined ? undefined : (informed.support ?? handedOver(informed.means));
  if (informed === undefined || support === undefined) throw new Misuse("not-informed");
  const terms = {
    information: joining.consent ?? [],
    recipients,
    text: texts("consent", isEasy(informed)),
    support,
    means: CONSENT_MEANS[informed.means],
    ...(untilMs === undefined ? {} : { untilMs }),
  };
  const made = consent(terms)(facts, nowMs);
  if (made.type !== "consent") throw new Misuse("fact");
  return made;
}

/** The notice of these lines, as the person was told them. */
export function noticeFor(lines: readonly NoticeLine[], givenMs: number, informed: Informed, texts: TextHash): Notice {
  const kind = lines.some((line) => line.kind !== "general") ? "cross-category" : "general";
  const { means, support } = informed;
  const told = { lines, means, text: texts(kind, isEasy(informed)), ...(support === undefined ? {} : { support }) };
  return noticeOf(told, givenMs);
}

function isEasy({ means, support }: Informed): boolean {
  return means === "falc" || support === "falc";
}
