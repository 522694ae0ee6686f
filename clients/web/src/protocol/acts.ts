/**
 * Acts that are not reading or writing: consents, invitations, accounts, the log, the active base. The codes are folded here;
 * the `act` table of the policy answers.
 */
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts } from "./case-facts.ts";
import { isStanding } from "./consents.ts";
import { answer, atGate, unknownCode, worst } from "./decisions.ts";
import type { GivenBy } from "./fact-codec.ts";
import type { Opposition } from "./fact-notices.ts";
import { MINOR_MANDATES } from "./fact-powers.ts";
import type { PolicyTable } from "./policy-table.ts";
import { consentPower, hasSay } from "./powers.ts";
import { questionAbout } from "./questions.ts";
import type { ConsentAsked, Decision, EntryMeta, Party, Question } from "./questions.ts";
import { NEVER, PARTICIPATING, reachOf, REPRESENTING } from "./reach.ts";
import { caseState, gateOf, maskOf } from "./shields.ts";
import { situationOf } from "./situation.ts";

export const WITHOUT_COMPARTMENT: ReadonlySet<string> = new Set([
  "consent",
  "withdraw_consent",
  "open_account",
  "export_log",
  "read_log",
  "read_content_from_log",
  "keep_active",
]);
// The log and the question of archiving outlive the active use of a file.
const PAST_THE_GATE: ReadonlySet<string> = new Set(["keep_active", "export_log", "read_content_from_log", "open_account"]);
const PASSABLE: ReadonlySet<string> = new Set(["dead", "archived", "inactive", "no_account_row"]);
const LOST: ReadonlySet<string> = new Set(["majority", "mandate_not_in_force", "parent_without_exercise"]);

/** The decision on an act; an unknown one is denied. */
export function decideAct(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const gate = gateOf(table, facts, question, question.capacity?.row);
  if (gate !== "" && !(PAST_THE_GATE.has(question.action) && PASSABLE.has(gate))) return atGate(table, question, gate);
  switch (question.action) {
    case "keep_active":
      return toAct(table, question, caseState(facts, question.atMs) || "active");
    case "open_account":
      return openAccount(table, facts, question);
    case "consent":
      return recordConsent(table, facts, question);
    case "invite":
      return invite(table, facts, question);
    case "read_log":
      return readLog(table, facts, question);
    case "withdraw_consent":
      return lost(table, facts, question) ?? toAct(table, question, tieOf(facts, question));
    case "export_log":
    case "read_content_from_log":
      return toAct(table, question, tieOf(facts, question));
    default:
      return unknownCode(table, question);
  }
}

function toAct(table: PolicyTable, question: Question, relation: string): Decision {
  return answer(table, question, table.ask("act", question.action, relation), "act");
}

function isOnOwnSide(relation: string): boolean {
  return relation === "self" || REPRESENTING.has(relation);
}

/** What the actor is to the case, in the codes of the act table. */
function tieOf(facts: CaseFacts, question: Question): string {
  const via = question.via === "mandate" ? "mandate" : "any";
  const asked = { ...question, via, compartment: question.compartment || "identity" };
  const { relation } = situationOf(facts, asked);
  if (isOnOwnSide(relation) || relation === "operator") return relation;
  const listed = situationOf(facts, { ...asked, via: "child_protection" }).relation;
  return PARTICIPATING.has(relation) || PARTICIPATING.has(listed) ? "member" : "stranger";
}

/** Why who once had a mandate here has none now (P4, R50, R52, R57), undefined for anybody else. */
function lost(table: PolicyTable, facts: CaseFacts, question: Question): Decision | undefined {
  const via = question.via === "mandate" ? "mandate" : "any";
  const standing = situationOf(facts, { ...question, via, compartment: "identity" });
  if (!LOST.has(standing.relation)) return undefined;
  const outcome = table.ask("standing", "read", standing.relation, "-", "-");
  return answer(table, question, outcome, "participation", standing.facts);
}

/** The refusal to tell of an entry that a mandate does not reach, undefined where it does (R57). */
function beyondMandate(table: PolicyTable, facts: CaseFacts, question: Question, entry: EntryMeta): Decision | undefined {
  const { compartment, level } = entry;
  const asked = { ...question, action: "read", via: "any", compartment, level };
  const standing = situationOf(facts, asked);
  const { row, relation } = standing;
  if (row === undefined || (relation !== "parent" && relation !== "guardian")) return undefined;
  if (NEVER.has(table.cell(row, compartment))) {
    return answer(table, asked, table.ask("shield", "never", row), "never", standing.facts);
  }
  const reach = reachOf(table, asked, standing, row);
  if (reach !== "domain") return undefined;
  return answer(table, asked, table.ask("standing", "read", relation, reach, "-"), "regime", standing.facts);
}

function readLog(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const before = lost(table, facts, question);
  if (before !== undefined) return before;
  const [tie, { entry }] = [tieOf(facts, question), question];
  if (entry !== undefined && isOnOwnSide(tie)) {
    // A log line tells that an entry exists: what hides the entry hides its lines (R53, P8).
    const row = situationOf(facts, { ...question, via: "any" }).row ?? "O1";
    const mask = maskOf(facts, entry, question, row, tie);
    if (mask !== "" && mask !== "third_party") return answer(table, question, table.ask("shield", mask, row), "masks");
    const beyond = beyondMandate(table, facts, question, entry);
    if (beyond !== undefined) return beyond;
  }
  return toAct(table, question, tie);
}

/** Who may have an account: whose row may, the person, and who represents them (P2, P9). */
function openAccount(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const asker = { user: question.user, capacity: question.capacity, row: question.capacity?.row };
  const [first = asker, ...others] = question.recipients;
  const decided = (party: Party): Decision => {
    const name = party.capacity === undefined ? party.row : party.capacity.row;
    const tied = name === undefined && isOnOwnSide(tieOf(facts, { ...questionAbout(question, party), via: "any" }));
    const allowed = tied || (name !== undefined && table.row(name)?.account === true);
    return toAct(table, question, allowed ? "account" : "no_account");
  };
  return worst(decided(first), ...others.map(decided));
}

/** An invitation into the child-protection list: by its members, of people bound by secret. */
function invite(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const inviter = situationOf(facts, { ...question, via: "child_protection" }).relation;
  if (inviter !== "list") return toAct(table, question, inviter === "unbound" ? "unbound" : "outside_list");
  const [first, ...others] = question.recipients;
  if (first === undefined) return unknownCode(table, question);
  const decided = (party: Party): Decision => {
    const closed = gateOf(table, facts, questionAbout(question, party), undefined);
    // Whoever has no open account, or whose identity nobody checked, enters no list (R1, R11).
    if (closed !== "") return answer(table, question, table.ask("shield", closed, "O14"), "gate");
    const { capacity } = party;
    const row = capacity && table.row(capacity.row);
    const bound = row?.account === true && capacity !== undefined && capacity.secretBasis.length > 0;
    const cell = row?.cells.get("child_protection") ?? "x";
    return toAct(table, question, bound && cell !== "x" && cell !== "0" ? "bound" : "unbound");
  };
  return worst(decided(first), ...others.map(decided));
}

function recordConsent(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const { consent: asked, atMs } = question;
  if (asked === undefined) return unknownCode(table, question);
  const { givenBy } = asked;
  if (!mayRecord(facts, question, givenBy)) return toAct(table, question, "stranger");
  const parts = asked.information.map((item) => item.compartment);
  const power = consentPower(facts, givenBy, atMs, parts);
  if (power !== "") {
    // Against the known word of an able person the disagreement itself goes to the judge (C. civ. 459).
    const disagrees = power === "powerless_guardian" && isContradicted(facts, asked, atMs);
    return toAct(table, question, disagrees ? "conflict" : power);
  }
  if (givenBy.mandate === undefined) return toAct(table, question, "giver_person");
  if (isContradicted(facts, asked, atMs)) return toAct(table, question, "conflict");
  const { kind } = facts.find("mandate", givenBy.mandate).fact;
  const parent = MINOR_MANDATES.some((one) => one === kind);
  return toAct(table, question, parent ? "giver_parent" : "giver_guardian");
}

/** Whether the actor may make it: for themself, or, taking part, as whose words they heard. */
function mayRecord(facts: CaseFacts, question: Question, givenBy: GivenBy): boolean {
  if (tieOf(facts, question) === "member") return true;
  if (givenBy.mandate === undefined) return facts.personUsers.has(question.user);
  const records = facts.of("mandate").filter((record) => record.hash === givenBy.mandate);
  return records.some((record) => record.fact.holder === question.user);
}

/** Whether somebody else who decides is known to refuse the same share (R51, R57). */
function isContradicted(facts: CaseFacts, asked: ConsentAsked, atMs: number): boolean {
  const another = (giver: GivenBy): boolean => giver.mandate !== asked.givenBy.mandate && hasSay(facts, giver, atMs);
  const refused = facts.of("consent").some((record) => {
    const { fact } = record;
    const same = fact.kind === asked.kind && fact.information.some((item) => isNamed(asked, item.compartment));
    return same && fact.decision === "refused" && another(fact.givenBy) && isStanding(facts, record, atMs);
  });
  const opposed = facts.of("opposition").some(({ fact, hash }) => {
    const standing = fact.fromMs <= atMs && atMs < Math.min(fact.untilMs ?? FOREVER, facts.endedAt(hash));
    return standing && another(fact.expressedBy) && isOverlapping(fact, asked);
  });
  return refused || opposed;
}

function isNamed(asked: ConsentAsked, compartment: string): boolean {
  return asked.information.some((item) => item.compartment === compartment);
}

function isOverlapping(fact: Opposition, { information, recipients }: ConsentAsked): boolean {
  if (fact.scope === "all") return true;
  if (fact.scope === "compartment") return information.some((item) => fact.compartments.includes(item.compartment));
  return (
    (recipients.users ?? []).some((user) => fact.users.includes(user)) ||
    (recipients.rows ?? []).some((row) => fact.rows.includes(row)) ||
    (recipients.categories ?? []).some((category) => fact.categories.includes(category))
  );
}
