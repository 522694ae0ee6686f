/**
 * May somebody have a part of an entry at an instant? What the hub asks at each release, and an auditor asks again.
 *
 * By standing, or by an opening in force, and where the entry leaves the hub by the rules of that too (R31-R43). Pure: the same
 * chain, table and instant give the same answer years later, so a wrong decision is found (docs/spec/releases.md).
 */
import { decide } from "./access.ts";
import type { Capacity } from "./capacities.ts";
import { isSameAuthor } from "./case-facts.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { CaseChain, OpeningState } from "./case-state.ts";
import { once } from "./decisions.ts";
import { emergencyDecision } from "./emergencies.ts";
import { headerId } from "./entry-header.ts";
import type { EntryHeader } from "./entry-header.ts";
import { ProtocolError } from "./errors.ts";
import { kindOfMask } from "./masks.ts";
import { checkOpeningRelease } from "./openings.ts";
import { COORDINATION_ALERT, viaOf } from "./outside.ts";
import type { Outside } from "./outside.ts";
import type { PlaceKind } from "./places.ts";
import type { PolicyTable } from "./policy-table.ts";
import { isPermitted, questionOf } from "./questions.ts";
import type { Decision, EntryMeta, Question } from "./questions.ts";
import type { Part } from "./sealing.ts";
import { SectionAccess } from "./section-access.ts";

/** Who asks in which capacity, for what part, with what purpose, under which table. */
export interface Asked {
  readonly user: string;
  readonly capacity: Capacity | undefined;
  readonly part: Part;
  readonly purpose: string;
  readonly table: PolicyTable;
}

/** The decision about one entry, and the opening it rests on. */
export interface Ruled {
  readonly decision: Decision;
  readonly question: Question;
  readonly opening?: string;
  readonly emergency?: true;
}

/** The entry that a question is about, its place, the chain as it stood, and the instant. */
export interface Ruling {
  readonly meta: EntryMeta;
  readonly place: PlaceKind;
  readonly state: CaseChain;
  readonly atMs: number;
}

/** An entry as the policy sees it: `category` is its author's, `members` those of its exchange by epoch. */
export function metaOf(
  header: EntryHeader,
  category: number | undefined,
  members: ReadonlyMap<number, Iterable<string>>,
): EntryMeta {
  const named = new Set((header.named ?? []).map((reader) => reader.user));
  if (header.place.kind === "exchange") for (const user of members.get(header.epoch ?? 0) ?? []) named.add(user);
  return {
    id: headerId(header),
    author: header.preamble.user,
    authorCategory: category,
    writtenMs: header.preamble.timeMs,
    compartment: header.compartment,
    level: header.level,
    masks: new Set(header.mask === undefined ? [] : [header.mask]),
    named,
    kind: kindOfMask(header.mask),
    passages: (header.passages ?? []).length > 0,
    maskUntilMs: header.maskUntilMs,
  };
}

/** The decision by standing, or by an opening that is in force at the instant. */
export function ruleRelease(asked: Asked, ruling: Ruling): Ruled {
  const { meta, place, state, atMs } = ruling;
  const { user, capacity, purpose, table } = asked;
  const { compartment, level } = meta;
  const parts = { action: "read", user, capacity, compartment, level, entry: meta, atMs, via: "any", purpose };
  const question = questionOf(parts);
  const between = place === "exchange" || place === "report";
  if (between && !meta.named.has(user) && user !== meta.author) {
    // What was said between named people is for them, whatever else the asker may read.
    return { decision: plain(table, "deny", ["R1"]), question };
  }
  const ruled = { decision: decide(table, state.facts, question), question };
  if (isPermitted(ruled.decision)) return ruled;
  for (const [hash, opening] of state.openings) {
    const opened = isOpened(hash, opening, asked, ruling) ? byOpening(hash, opening, asked, ruling, question) : undefined;
    if (opened !== undefined) return opened;
  }
  return ruled;
}

function isOpened(hash: string, opening: OpeningState, asked: Asked, { meta, state, atMs }: Ruling): boolean {
  if (!opening.link.entries.some((item) => item.id === meta.id)) return false;
  try {
    const { part, user } = asked;
    checkOpeningRelease(state, { opening: hash, entry: meta, part, user }, asked.table, atMs);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

function byOpening(
  hash: string,
  { link }: OpeningState,
  asked: Asked,
  { meta, state, atMs }: Ruling,
  question: Question,
): Ruled | undefined {
  const { user, capacity, table } = asked;
  if (link.started !== undefined) {
    const under = emergencyDecision(SectionAccess.at(table, state.facts, atMs), link, user, meta);
    if (!isSameAuthor({ user, capacity }, under.question)) return undefined;
    // The decision keeps its obligations: inform the person after, review.
    const said = { ...under.question, purpose: asked.purpose };
    return { decision: under.decision, question: said, opening: hash, emergency: true };
  }
  const named = { ...meta, named: new Set([...meta.named, user]) };
  const decision = decide(table, state.facts, { ...question, entry: named });
  const rules = isPermitted(decision) ? decision.rules : ["R10"];
  return { decision: plain(table, "permit", rules), question, opening: hash };
}

function plain(table: PolicyTable, effect: "permit" | "deny", rules: readonly string[]): Decision {
  const hidden = effect === "deny";
  return { effect, rules, policy: table.hash, obligations: [], hidden, facts: [], step: "", lines: [] };
}

/**
 * What was ruled, narrowed by the decision on the export; what stays in the hub is ruled alike. The kind of an entry is
 * ciphertext: that one holds a need for coordination alone is its sender's signed word.
 */
export function ruleExport(ruled: Ruled, to: Outside | undefined, facts: CaseFacts, table: PolicyTable): Ruled {
  const { entry } = ruled.question;
  if (to === undefined || entry === undefined || !isPermitted(ruled.decision)) return ruled;
  const question = {
    ...ruled.question,
    action: "export_document",
    via: viaOf(to),
    carriesIns: to.ins,
    entry: to.alert ? { ...entry, kind: COORDINATION_ALERT } : entry,
    recipients: [{ user: to.party, row: to.row, account: "none" }],
  };
  const decision = decide(table, facts, question);
  if (!isPermitted(decision)) return { decision, question };
  const before = ruled.decision;
  const rules = once([...before.rules, ...decision.rules]);
  const used = once([...before.facts, ...decision.facts]);
  const obligations = once([...before.obligations, ...decision.obligations]);
  return { ...ruled, decision: { ...before, rules, facts: used, obligations } };
}

/** The decision on a deposit as entry `number` of its list. */
export function ruleWrite(asked: Asked, { meta, place, state, atMs }: Ruling, number: number): Ruled {
  const { user, capacity, table } = asked;
  const { compartment, level } = meta;
  const question = questionOf({ action: "write", user, capacity, compartment, level, entry: meta, atMs });
  // Each member of an exchange was judged when the list was made and is judged again at each release.
  if (place === "exchange") return { decision: plain(table, "permit", []), question };
  // Whom a report names answers in it, whatever their function writes elsewhere.
  if (place === "report" && number > 1) return { decision: plain(table, "permit", ["R38"]), question };
  return { decision: decide(table, state.facts, question), question };
}
