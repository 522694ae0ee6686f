/** What denies before any standing is looked at: gate, masks, opposition (rules.md section 2, steps 1, 3 and 4). */
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts } from "./case-facts.ts";
import { answer } from "./decisions.ts";
import type { GivenBy } from "./fact-codec.ts";
import { covers } from "./fact-notices.ts";
import type { Opposition } from "./fact-notices.ts";
import { ANNOUNCEMENT_MS } from "./masks.ts";
import type { PolicyTable } from "./policy-table.ts";
import { consentPower, hasSay } from "./powers.ts";
import { aboutOf } from "./questions.ts";
import type { Decision, EntryMeta, Party, Question } from "./questions.ts";

export const HIDDEN_KINDS: ReadonlySet<string> = new Set(["information_preoccupante", "signalement"]);
const ADDRESS_HIDDEN_FROM: ReadonlySet<string> = new Set(Array.from({ length: 12 }, (_, i) => `O${i + 2}`));
const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ["unverified", "unverified"],
  ["revoked", "revoked"],
  ["none", "without_account"],
]);
const ACTIVE_YEARS = 2;
// Looking at content is no end of an audit nor of retention, in any channel.
const NOT_FOR_CONTENT: ReadonlySet<string> = new Set(["audit", "retention"]);
const PURPOSES: ReadonlyMap<string, readonly string[]> = new Map([
  ["child_protection", ["child_protection", "authority_alert"]],
  ["emergency", ["emergency_care"]],
  ["mdph", ["mdph_evaluation"]],
]);
const REPRESENTING: ReadonlySet<string> = new Set(["parent", "guardian", "curator"]);

/** The code of step 1 that stops the question, or "". */
export function gateOf(table: PolicyTable, facts: CaseFacts, question: Question, row: string | undefined): string {
  const account = ACCOUNTS.get(question.account);
  if (account !== undefined) return account;
  if (row !== undefined) {
    const known = table.row(row);
    if (known === undefined) return "unknown_code";
    if (!known.account) return "no_account_row";
  }
  return caseState(facts, question.atMs);
}

/** The refusal that a party without account gets nothing in the hub (P9), undefined for any other party. */
export function withoutAccount(table: PolicyTable, question: Question, party: Party): Decision | undefined {
  const row = party.row === undefined || party.capacity !== undefined ? undefined : table.row(party.row);
  if (row === undefined || row.account) return undefined;
  return answer(table, question, table.ask("shield", "no_account_row", row.row), "gate");
}

/** Dead, archived or inactive (R65, R74), or "" for a file in use. */
export function caseState(facts: CaseFacts, atMs: number): string {
  if (facts.deathMs !== undefined && facts.deathMs <= atMs) return "dead";
  const { retention } = facts;
  if (retention === undefined) return "";
  if (retention.decision !== "none") return "archived";
  return atMs >= yearsAfter(retention.lastContactMs, ACTIVE_YEARS) ? "inactive" : "";
}

function yearsAfter(instantMs: number, years: number): number {
  const later = new Date(instantMs);
  // 29 February ends on 1 March: a day later, never a day earlier.
  return later.setUTCFullYear(later.getUTCFullYear() + years);
}

/** The code of the mask that hides an entry from this reader, or "". The author sees their own. */
export function maskOf(facts: CaseFacts, entry: EntryMeta, question: Question, row: string, relation: string): string {
  if (entry.author === question.user) return "";
  const { atMs } = question;
  const representative = REPRESENTING.has(relation);
  const ownSide = representative || relation === "self";
  const named = entry.named.has(question.user);
  if (representative && facts.isMinor(atMs) && isUnderMinorSecret(facts, entry, atMs)) return "minor_secret";
  const hidden = entry.masks.has("child_protection_hidden") || HIDDEN_KINDS.has(entry.kind);
  if (hidden && !named && relation !== "list") return "child_hidden";
  const reported = entry.kind === "adult_ill_treatment" || entry.masks.has("ill_treatment_hidden");
  if (reported && representative && !named) return "ill_treatment";
  // A professional guardian is another professional; the person, and a relative who acts for them, is not.
  const maskedFor = !ownSide || question.capacity !== undefined;
  if (entry.masks.has("withheld_by_author") && maskedFor && !named) return "withheld";
  if (entry.masks.has("address_secret") && ADDRESS_HIDDEN_FROM.has(row)) return "address";
  if (entry.masks.has("third_party") && ownSide) return "third_party";
  const waiting = entry.masks.has("before_announcement") && entry.authorCategory === 1;
  return waiting && ownSide && atMs < announcedMs(facts, entry) ? "announcement" : "";
}

/** When a result waits no longer: the term its author set, their word, or 15 days at most (R65b). */
export function announcedMs(facts: CaseFacts, entry: EntryMeta): number {
  const lifted = facts
    .of("mask-end")
    .filter((record) => record.fact.entry === entry.id && record.author.user === entry.author)
    .map((record) => record.fact.atMs);
  const most = entry.writtenMs + ANNOUNCEMENT_MS;
  return Math.min(entry.maskUntilMs ?? most, most, ...lifted);
}

/** Whether a mask of an entry is in force, so that no link may name it to those it is hidden from. */
export function isHeldBack(facts: CaseFacts, entry: EntryMeta, atMs: number): boolean {
  if (entry.masks.size === 1 && entry.masks.has("before_announcement")) return atMs < announcedMs(facts, entry);
  return entry.masks.size > 0;
}

function isUnderMinorSecret(facts: CaseFacts, entry: EntryMeta, atMs: number): boolean {
  const noted = facts
    .of("minor-secret")
    .some(({ fact, hash }) => fact.entries.includes(entry.id) && fact.opposedMs <= atMs && atMs < facts.endedAt(hash));
  return entry.masks.has("minor_secret") || noted;
}

/** The code of an opposition, and the fact it rests on. */
export interface Opposed {
  readonly code: string;
  readonly facts: readonly string[];
}

/** The opposition that covers actor and object, or undefined. */
export function oppositionTo(
  facts: CaseFacts,
  question: Question,
  entryId: string | undefined,
  emergency: boolean,
): Opposed | undefined {
  const entry = entryId !== undefined && facts.singledOut.has(entryId) ? entryId : undefined;
  const what = JSON.stringify(["opposition", entry ?? null, emergency]);
  return facts.folds.once(aboutOf(question), what, () => opposed(facts, question, entry, emergency));
}

function opposed(facts: CaseFacts, question: Question, entry: string | undefined, emergency: boolean): Opposed | undefined {
  const { atMs } = question;
  for (const { fact, hash } of facts.of("opposition")) {
    const until = Math.min(facts.endedAt(hash), fact.untilMs ?? FOREVER);
    if (atMs < fact.fromMs || atMs >= until || !isCovering(fact, question, entry, emergency)) continue;
    const against = consentPower(facts, fact.expressedBy, atMs);
    if (fact.expressedBy.mandate === undefined || against === "") {
      // The person's own word counts whatever their age or state: narrowing needs no power.
      if (emergency) return { code: "opposed_emergency", facts: [hash] };
      const disagrees = isAgreedByAnother(facts, fact.expressedBy, question);
      return { code: disagrees ? "opposed_conflict" : "opposed", facts: [hash] };
    }
    if (against === "powerless_guardian" || against === "powerless_curator") {
      return { code: "opposed_conflict", facts: [hash] };
    }
  }
  return undefined;
}

/** Whether somebody else with a say agreed to that share: the disagreement goes to the judge (R51, R57). */
function isAgreedByAnother(facts: CaseFacts, expressedBy: GivenBy, question: Question): boolean {
  const { atMs, compartment, level } = question;
  return facts.of("consent").some(({ fact, hash }) => {
    const standing = fact.givenMs <= atMs && atMs < Math.min(fact.untilMs ?? FOREVER, facts.endedAt(hash));
    const another = fact.decision === "given" && fact.givenBy.mandate !== expressedBy.mandate;
    const named = fact.information.some((item) => covers(item, compartment, level));
    return another && standing && named && hasSay(facts, fact.givenBy, atMs);
  });
}

/** Whether what is asked for is no end of the channel claimed (R10, R34, R40, R44); no purpose claims none. */
export function isWrongPurpose({ purpose, via }: Question): boolean {
  if (purpose === "") return false;
  return NOT_FOR_CONTENT.has(purpose) || !(PURPOSES.get(via) ?? [purpose]).includes(purpose);
}

function isCovering(fact: Opposition, question: Question, entry: string | undefined, emergency: boolean): boolean {
  const { capacity, user } = question;
  const row = capacity?.row ?? "";
  if (fact.spared !== undefined && (fact.spared.users.includes(user) || fact.spared.rows.includes(row))) return false;
  if (fact.scope === "all") return true;
  if (emergency || fact.scope === "emergency_access") return emergency && fact.scope === "emergency_access";
  return (
    fact.users.includes(user) ||
    fact.rows.includes(row) ||
    (capacity?.category !== undefined && fact.categories.includes(capacity.category)) ||
    fact.compartments.includes(question.compartment) ||
    (entry !== undefined && fact.entries.includes(entry))
  );
}
