/**
 * Documents that leave the hub: to a party without account, or to a professional under an INS (rules.md section 4).
 *
 * For a party without account `0` is a document at the person's request (R43), `s` a statutory transmission (R31, R33, R37,
 * R42), `x` nothing (P9).
 */
import { mayAct } from "./act-rules.ts";
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts } from "./case-facts.ts";
import { consentCover, REQUEST } from "./consents.ts";
import { answer, unknownCode, worst } from "./decisions.ts";
import { decideExchange, decideSide, isQualified } from "./exchange-access.ts";
import type { Procedure } from "./fact-powers.ts";
import { NO_COVER } from "./notices.ts";
import type { Cover } from "./notices.ts";
import { COORDINATION_ALERT, STATUTORY_ROWS } from "./outside.ts";
import type { PolicyTable } from "./policy-table.ts";
import { consentPower } from "./powers.ts";
import { questionAbout } from "./questions.ts";
import type { Decision, EntryMeta, Party, Question } from "./questions.ts";
import { HIDDEN_KINDS, maskOf } from "./shields.ts";
import { openProcedure, situationOf } from "./situation.ts";
import type { Situation } from "./situation.ts";
import { domainsOf } from "./vocabulary.ts";

const EXPORT = "export_document";
const PROCEDURES: ReadonlyMap<string, Procedure["kind"]> = new Map([
  ["C3", "ccapex"],
  ["C2", "siao"],
]);
const COURT = "O13";
const TOWN = "O11";

/** What founds a transmission, what covers it, and the facts used. */
interface Basis {
  readonly channel: string;
  readonly cover: Cover;
  readonly facts: readonly string[];
}

/** The decision on sending a document out to each recipient. */
export function decideExport(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const { capacity, recipients } = question;
  // The INS is for those who take care of the person: no party outside gets it (R76).
  const outside = recipients.some((party) => party.row !== undefined);
  if (question.carriesIns && (outside || !isQualified(facts))) {
    return answer(table, question, table.ask("shield", "identity_status", "O14"), "gate");
  }
  if (capacity !== undefined && !mayAct(EXPORT, capacity)) {
    return answer(table, question, table.ask("act", EXPORT, "row"), "act");
  }
  const send = { ...question, action: "exchange_send", via: "any", recipients: [] };
  // No opposition stops a transmission that the law orders (R3, R31, R33, R36, R37, R42).
  const statutory = recipients.length > 0 && recipients.every((party) => STATUTORY_ROWS.has(party.row ?? ""));
  const sides = recipients.map((party) =>
    party.row === undefined ? received(table, facts, question, party) : sent(table, facts, question, party, party.row),
  );
  const decision = worst(decideSide(table, facts, send, !statutory), ...sides);
  if (!question.carriesIns || decision.effect !== "permit") return decision;
  return { ...decision, rules: [...decision.rules, "R76"] };
}

function received(table: PolicyTable, facts: CaseFacts, question: Question, party: Party): Decision {
  const sender = { user: question.user, capacity: question.capacity };
  const receive = { ...question, action: "exchange_receive", sender, carriesIns: false };
  // A document reaches a professional without account by another way; one whose account was closed, never.
  const reached = party.account === "none" ? { ...party, account: "active" } : party;
  return decideExchange(table, facts, questionAbout(receive, reached));
}

function sent(table: PolicyTable, facts: CaseFacts, question: Question, party: Party, row: string): Decision {
  if (table.row(row) === undefined) return unknownCode(table, question);
  const cell = table.cell(row, question.compartment);
  if (cell === "x") return answer(table, question, table.ask("shield", "never", row), "never");
  const basis = basisOf(facts, question, party, row);
  const mask = question.entry === undefined ? "" : hiddenBy(facts, question, question.entry, party, row);
  if (mask !== "") return answer(table, question, table.ask("shield", mask, row), "masks");
  const within = table.within("read", cell, question.level) && question.level <= (row === TOWN ? 1 : 2);
  const reach = cell === "0" ? "on_request" : within ? "within" : "above";
  const { channel, cover } = basis;
  if (channel === "no_basis" || (channel === "request") !== (cell === "0")) {
    return answer(table, question, table.ask("outbound", row, "no_basis", reach, "-"), "regime");
  }
  const outcome = table.ask("outbound", row, channel, reach, cover.code);
  return answer(table, question, outcome, "regime", [...basis.facts, ...cover.facts], cover.missing);
}

function by(channel: string, facts: readonly string[] = [], cover: Cover = NO_COVER): Basis {
  return { channel, cover, facts };
}

function basisOf(facts: CaseFacts, question: Question, party: Party, row: string): Basis {
  const kind = question.entry?.kind ?? "note";
  const ordered = question.via === "any" || question.via === "statutory";
  const procedure = PROCEDURES.get(row);
  if (procedure !== undefined && ordered && isSocial(question)) {
    const open = openProcedure(facts, procedure, question.atMs, party.user);
    return open === undefined ? by("no_basis") : by(procedure, [open.hash]);
  }
  if (row === TOWN && ordered) return toTown(facts, question, kind);
  if (row === COURT && ordered) {
    if (HIDDEN_KINDS.has(kind)) return by("report");
    return kind === "adult_ill_treatment" ? illTreatment(facts, question, party, row) : by("no_basis");
  }
  if (question.via === "any" || question.via === "person_request") {
    return by("request", [], requested(facts, question, party, row));
  }
  return by("no_basis");
}

function toTown(facts: CaseFacts, question: Question, kind: string): Basis {
  const { user, atMs } = question;
  const social = isSocial(question);
  if (kind === COORDINATION_ALERT) return by(social ? "alert" : "not_coordinator");
  // What is revealed to the mayor comes from somebody bound by secret (R9, R33).
  if ((question.capacity?.secretBasis.length ?? 0) === 0) return by("not_coordinator");
  const named = facts.of("designation").find(({ fact, hash }) => {
    const until = Math.min(fact.untilMs ?? FOREVER, facts.endedAt(hash));
    const coordinates = fact.kind === "coordinator_l121_6_2" && fact.designated === user;
    return coordinates && fact.fromMs <= atMs && atMs < until;
  });
  if (named !== undefined) return by("coordinator", [named.hash]);
  const live = facts.of("participation").filter((record) => facts.inForce(record, atMs));
  const alone = live.length > 0 && live.every(({ fact }) => fact.user === user);
  return by(social && alone ? "coordinator" : "not_coordinator");
}

/** The channel of R4: an able adult victim agrees first; nobody else needs to (R3). */
function illTreatment(facts: CaseFacts, question: Question, party: Party, row: string): Basis {
  const guarded = facts.isMinor(question.atMs) || facts.ability(question.atMs) === "unable";
  return guarded ? by("report") : by("ill_treatment", [], requested(facts, question, party, row));
}

/** How the person's own request covers this document; the person who sends it asks for it by sending. */
function requested(facts: CaseFacts, question: Question, party: Party, row: string): Cover {
  const { atMs, compartment, level, entry } = question;
  const standing = situationOf(facts, { ...question, via: "any" });
  if (question.capacity === undefined && isDecider(facts, question, standing)) {
    return { code: "given", facts: standing.facts };
  }
  const to = { id: party.user, row };
  const found = consentCover(facts, atMs, REQUEST, { compartment, level }, entry?.id, to);
  if (found.code.startsWith("powerless") || found.code === "late_notice" || found.code === "reported") {
    return { ...found, code: "powerless" };
  }
  return found.code === "conflict" ? { ...found, code: "refused" } : found;
}

/** Whether the sender is a social or medico-social professional: the only ones those laws name (R31, R42). */
function isSocial(question: Question): boolean {
  return question.capacity?.row.startsWith("S") === true;
}

/** Whether who sends asks for it by sending: the person, or who stands in for them in that domain (R56). */
function isDecider(facts: CaseFacts, question: Question, standing: Situation): boolean {
  const { atMs, compartment } = question;
  if (standing.relation === "self") return consentPower(facts, {}, atMs) === "";
  const { mandate } = standing;
  if (mandate === undefined || (standing.relation !== "parent" && standing.relation !== "guardian")) return false;
  // A mandate for the person alone gives no word on property, nor while the person is able on anything (R56, R57).
  const held = mandate.fact.domains.includes("property") && domainsOf(compartment).includes("property");
  return (held && standing.reachesDomain) || consentPower(facts, { mandate: mandate.hash }, atMs, [compartment]) === "";
}

/** The mask that keeps an entry from a party outside: what no request of the person or relative lifts. */
function hiddenBy(facts: CaseFacts, question: Question, entry: EntryMeta, party: Party, row: string): string {
  const asked = { ...question, user: party.user, capacity: undefined };
  if (STATUTORY_ROWS.has(row)) {
    // Reports, and what child protection hides, go to the prosecutor and to no other authority (R35, R36, R37).
    const court = row === COURT;
    const told = court ? ["address_secret"] : ["address_secret", "child_protection_hidden"];
    const masks = new Set(told.filter((mask) => entry.masks.has(mask)));
    return maskOf(facts, { ...entry, kind: court ? "note" : entry.kind, masks }, asked, row, "");
  }
  // What the person or a representative may not see is not sent at their request.
  const own = maskOf(facts, entry, asked, row, facts.isMinor(question.atMs) ? "parent" : "self");
  if (own !== "") return own;
  const reported = entry.kind === "adult_ill_treatment" || entry.masks.has("ill_treatment_hidden");
  return reported ? "ill_treatment" : "";
}
