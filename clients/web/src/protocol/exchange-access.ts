/**
 * Exchanges: steps 1 to 4 and 6 for the sender and each recipient, then the notice across categories (R12, R13).
 *
 * `exchange_send` asks about the sender, `exchange_receive` about one recipient, `exchange` about all of them at once.
 */
import type { CaseFacts } from "./case-facts.ts";
import { consentCover, MDPH } from "./consents.ts";
import { answer, atGate, bound, worst } from "./decisions.ts";
import { NO_COVER, noticeCover } from "./notices.ts";
import type { Cover } from "./notices.ts";
import type { PolicyTable } from "./policy-table.ts";
import { questionAbout } from "./questions.ts";
import type { Decision, Question } from "./questions.ts";
import { NEVER, PARTICIPATING, reachOf, REPRESENTING } from "./reach.ts";
import { gateOf, HIDDEN_KINDS, maskOf, oppositionTo, withoutAccount } from "./shields.ts";
import { situationOf } from "./situation.ts";
import type { Situation } from "./situation.ts";

const BY_NOTICE: ReadonlySet<string> = new Set(["team", "care"]);
const RECEIVABLE: ReadonlySet<string> = new Set(["same", "general_missing", "cross", "cross_deferred"]);
const KEPT_VIAS: ReadonlySet<string> = new Set(["child_protection", "mdph", "mandate"]);

/** The decision on sending, on receiving, or on the whole exchange. */
export function decideExchange(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  if (question.carriesIns && !isQualified(facts)) {
    return answer(table, question, table.ask("shield", "identity_status", "O14"), "gate");
  }
  if (question.action === "exchange_send" || question.action === "exchange_receive") {
    return decideSide(table, facts, channelOf(question), !isReport(question));
  }
  const sender = { user: question.user, capacity: question.capacity, account: question.account };
  const receive = { ...question, action: "exchange_receive", sender, mandate: undefined };
  const received = question.recipients.map(
    (party) => withoutAccount(table, question, party) ?? decideExchange(table, facts, questionAbout(receive, party)),
  );
  return worst(decideExchange(table, facts, { ...question, action: "exchange_send", recipients: [] }), ...received);
}

/** Whether the identity may carry the INS in an exchange (R76). */
export function isQualified(facts: CaseFacts): boolean {
  return facts.person?.identityStatus === "QUAL";
}

/** An exchange looks at every participation, save when a regime is claimed. */
function channelOf(question: Question): Question {
  // A report of danger is sent by any professional bound by secret, from outside the list (R36).
  const reporting = question.action === "exchange_send" && isReport(question);
  return KEPT_VIAS.has(question.via) && !reporting ? question : { ...question, via: "any" };
}

function isReport({ entry }: Question): boolean {
  return entry !== undefined && HIDDEN_KINDS.has(entry.kind);
}

/** The decision on one side; an opposition binds neither child protection nor a statutory transmission. */
export function decideSide(table: PolicyTable, facts: CaseFacts, question: Question, opposable: boolean): Decision {
  return bound(table, question, (binding) => sideOf(binding, facts, question, opposable));
}

function sideOf(table: PolicyTable, facts: CaseFacts, question: Question, opposable: boolean): Decision {
  const { action, capacity, entry } = question;
  const sending = action === "exchange_send";
  const standing = situationOf(facts, question);
  const { relation, row } = standing;
  const gate = gateOf(table, facts, question, capacity?.row);
  if (gate !== "") return atGate(table, question, gate);
  const onOwnSide = relation === "self" || REPRESENTING.has(relation);
  if (row === undefined || (!PARTICIPATING.has(relation) && !onOwnSide)) {
    return answer(table, question, table.ask("standing", action, relation, "-", "-"), "participation");
  }
  if (sending && isReport(question) && capacity?.secretBasis.length === 0) {
    return answer(table, question, table.ask("standing", action, "unbound", "-", "-"), "regime");
  }
  if (NEVER.has(table.cell(row, question.compartment))) {
    return answer(table, question, table.ask("shield", "never", row), "never", standing.facts);
  }
  const mask = entry === undefined ? "" : maskOf(facts, entry, question, row, relation);
  // Sending a withheld entry by name is its author's right, and the recipient is then named.
  const ownWord = entry !== undefined && question.sender?.user === entry.author;
  if (mask !== "" && (sending || mask !== "withheld" || !ownWord)) {
    return answer(table, question, table.ask("shield", mask, row), "masks", standing.facts);
  }
  const opposed =
    opposable && PARTICIPATING.has(relation) && relation !== "list" ? oppositionTo(facts, question, entry?.id, false) : undefined;
  if (opposed !== undefined) {
    const used = [...standing.facts, ...opposed.facts];
    return answer(table, question, table.ask("shield", opposed.code, row), "opposition", used);
  }
  const beyond = PARTICIPATING.has(relation) ? beyondOf(table, question, standing, row) : "";
  if (beyond !== "") {
    const outcome = table.ask("standing", action, beyond, beyond === "mdph" ? "above" : "-", "-");
    return answer(table, question, outcome, "exchange", standing.facts);
  }
  const [reach, cover] = codesOf(table, facts, question, standing, row);
  const outcome = table.ask("standing", action, relation, reach, cover.code);
  return answer(table, question, outcome, "exchange", [...standing.facts, ...cover.facts], cover.missing);
}

/** The relation that says why this side may not hold what is sent, or "". */
function beyondOf(table: PolicyTable, question: Question, standing: Situation, row: string): string {
  const { entry, capacity } = question;
  if (question.action === "exchange_receive") {
    // Whatever else they take part in, who is not bound by secret receives no child protection (R34).
    const protects = question.compartment === "child_protection" || isReport(question);
    return protects && capacity?.secretBasis.length === 0 ? "unbound" : "";
  }
  if (entry !== undefined && entry.author !== question.user && entry.writtenMs < standing.historyFromMs) {
    return "before_start";
  }
  // The person's agreement lets two teams exchange no more than what their members may hold.
  return standing.relation === "mdph_cross" && heldOf(table, question, standing, row) !== "within" ? "mdph" : "";
}

/** The reach and cover columns of this side. */
function codesOf(
  table: PolicyTable,
  facts: CaseFacts,
  question: Question,
  standing: Situation,
  row: string,
): readonly [reach: string, cover: Cover] {
  const { relation } = standing;
  const { atMs, user, capacity, entry } = question;
  const information = { compartment: question.compartment, level: question.level };
  if (relation === "mdph_cross") {
    return ["within", consentCover(facts, atMs, MDPH, information, entry?.id, { id: user, capacity })];
  }
  if (question.action === "exchange_send") {
    return [PARTICIPATING.has(relation) ? heldOf(table, question, standing, row) : "-", NO_COVER];
  }
  if (BY_NOTICE.has(relation) && capacity !== undefined) {
    const covers = sendingCategories(table, question).map((category) =>
      noticeCover(facts, atMs, information, entry?.id, category, { user, capacity }),
    );
    return ["-", covers.find((cover) => !RECEIVABLE.has(cover.code)) ?? covers.at(-1) ?? NO_COVER];
  }
  if (relation === "parent" || relation === "guardian") return [reachOf(table, question, standing, row), NO_COVER];
  return ["-", NO_COVER];
}

/** Whether the sender may hold what is sent: their own words, or an entry within their ceiling. */
function heldOf(table: PolicyTable, question: Question, standing: Situation, row: string): string {
  const { entry } = question;
  if (entry === undefined || entry.author === question.user) return "within";
  return reachOf(table, question, standing, row);
}

/** The category information comes from: the sender's, else the author's, else all who can write there. */
function sendingCategories(table: PolicyTable, question: Question): readonly (number | undefined)[] {
  const { sender, entry } = question;
  if (sender !== undefined) return [sender.capacity?.category];
  if (entry !== undefined) return [entry.authorCategory];
  const writing = table.writingCategories(question.compartment, question.level);
  return writing.length > 0 ? writing : [undefined];
}
