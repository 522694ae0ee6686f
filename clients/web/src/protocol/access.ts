/**
 * May this actor do this now? The decision order of rules.md section 2, from facts and table alone.
 *
 * Pure: the server, the client before it grants, and whoever checks a chain years later decide alike. Facts are folded into
 * closed codes (`situation`, `shields`, `notices`, `consents`); the table, authored by the policy engine, answers.
 */
import { decideAct, WITHOUT_COMPARTMENT } from "./acts.ts";
import type { CaseFacts } from "./case-facts.ts";
import { consentCover, MDPH, SHARE } from "./consents.ts";
import { answer, atGate, best, bound, once, unknownCode, worst } from "./decisions.ts";
import { decideExchange } from "./exchange-access.ts";
import { NO_COVER, noticeCover } from "./notices.ts";
import type { Cover } from "./notices.ts";
import { decideExport } from "./outbound.ts";
import type { PolicyTable } from "./policy-table.ts";
import { aboutOf, questionAbout } from "./questions.ts";
import type { Decision, EntryMeta, Question } from "./questions.ts";
import { NEVER, PARTICIPATING, reachOf, REPRESENTING } from "./reach.ts";
import { gateOf, HIDDEN_KINDS, isWrongPurpose, maskOf, oppositionTo, withoutAccount } from "./shields.ts";
import { accountsByLaw, situationOf } from "./situation.ts";
import type { Situation } from "./situation.ts";
import { COMPARTMENTS } from "./vocabulary.ts";
import type { ConsentKind } from "./vocabulary.ts";

const KNOWN_COMPARTMENTS: ReadonlySet<string> = new Set(COMPARTMENTS);
const CONSENTED: ReadonlyMap<string, ConsentKind> = new Map([
  ["care", SHARE],
  ["mdph_cross", MDPH],
  ["curator", SHARE],
]);
const REPORT_PURPOSES: ReadonlySet<string> = new Set(["child_protection", "authority_alert"]);
const BASES: ReadonlySet<string> = new Set([...PARTICIPATING, ...REPRESENTING, "self", "emergency", "report"]);
const BOUND_BY_OPPOSITION: ReadonlySet<string> = new Set([
  "team",
  "care",
  "mdph",
  "mdph_designated",
  "mdph_cross",
  "coordination",
  "emergency",
]);

/** The decision on a question; what no rule allows is denied (R1). Total: throws on nothing a caller asks. */
export function decide(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const { action, compartment } = question;
  if (!KNOWN_COMPARTMENTS.has(compartment) && !WITHOUT_COMPARTMENT.has(action)) return unknownCode(table, question);
  // Each party is asked about by itself there, and bound by its own structure.
  if (action === "invite" && compartment !== "child_protection") return decideInvitation(table, facts, question);
  if (action === "exchange_send" || action === "exchange_receive" || action === "exchange") {
    return decideExchange(table, facts, question);
  }
  if (action === "export_document") return decideExport(table, facts, question);
  return bound(table, question, (binding) => decideAlone(binding, facts, question));
}

function decideInvitation(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const asked = { ...question, action: "list", via: "any", recipients: [] };
  const outside = question.recipients.flatMap((party) => withoutAccount(table, question, party) ?? []);
  const asks = [asked, ...question.recipients.map((party) => questionAbout(asked, party))];
  const [first, ...others] = [...outside, ...asks.map((one) => decide(table, facts, one))];
  return first === undefined ? unknownCode(table, question) : worst(first, ...others);
}

/** Decide what concerns the asker alone. */
function decideAlone(table: PolicyTable, facts: CaseFacts, question: Question): Decision {
  const ask = (changes: Partial<Question>, listing = false): Decision =>
    new Asking(table, facts, { ...question, ...changes }, listing).decide();
  switch (question.action) {
    case "read":
    case "write": {
      const decision = ask({});
      // Minutes of a case conference rest on its conditions too (R78).
      return question.entry?.kind === "minutes" ? { ...decision, rules: [...decision.rules, "R78"] } : decision;
    }
    case "list": {
      const listed = (level: number): Decision => ask({ action: "read", level }, true);
      return question.level === 0 ? best(listed(1), listed(2)) : listed(question.level);
    }
    case "claim":
    case "rotate":
      return worst(ask({ action: "read", entry: undefined }), ask({ action: "write", entry: undefined }));
    case "grant":
      return ask({ action: "read", entry: undefined });
    case "break_glass":
      return ask({ action: "read", via: "emergency" });
    default:
      return decideAct(table, facts, question);
  }
}

/** One read or write being decided. */
class Asking {
  readonly #table: PolicyTable;
  readonly #facts: CaseFacts;
  readonly #question: Question;
  readonly #listing: boolean;

  constructor(table: PolicyTable, facts: CaseFacts, question: Question, listing: boolean) {
    this.#table = table;
    this.#facts = facts;
    this.#question = question;
    this.#listing = listing;
  }

  decide(): Decision {
    const [table, facts, question] = [this.#table, this.#facts, this.#question];
    const gate = gateOf(table, facts, question, question.capacity?.row);
    if (gate !== "") return atGate(table, question, gate);
    const standing = this.#undesignated(this.#reporting(situationOf(facts, question)));
    const { row } = standing;
    if (!BASES.has(standing.relation)) return this.#withoutBasis(standing);
    if (row === undefined) return this.#answer("unqualified", "-", NO_COVER, standing, "gate");
    if (NEVER.has(table.cell(row, question.compartment))) return this.#shield("never", row, "never", standing.facts);
    if (isWrongPurpose(question)) return this.#shield("purpose", row, "regime", standing.facts);
    return this.#ownOrMasked(standing, row);
  }

  /** Step 3, then step 4. */
  #ownOrMasked(standing: Situation, row: string): Decision {
    const { entry, action, user, via } = this.#question;
    const { relation } = standing;
    if (entry !== undefined && action === "read") {
      if (entry.author === user && relation !== "emergency") return this.#own(standing, row);
      if (via === "own" && (PARTICIPATING.has(relation) || REPRESENTING.has(relation))) {
        return this.#answer("not_own", "-", NO_COVER, standing, "own");
      }
      const mask = maskOf(this.#facts, entry, this.#question, row, relation);
      if (mask !== "") return this.#shield(mask, row, "masks", standing.facts);
    }
    if (BOUND_BY_OPPOSITION.has(relation)) {
      const opposed = oppositionTo(this.#facts, this.#question, entry?.id, relation === "emergency");
      if (opposed !== undefined) {
        return this.#shield(opposed.code, row, "opposition", [...standing.facts, ...opposed.facts]);
      }
    }
    return this.#byStanding(standing, row);
  }

  /** Deny who does not take part; a cell that is never theirs is one more reason. */
  #withoutBasis(standing: Situation): Decision {
    const decision = this.#answer(standing.relation, "-", NO_COVER, standing, "participation");
    const cell = standing.row && this.#table.row(standing.row)?.cells.get(this.#question.compartment);
    if (standing.row === undefined || cell === undefined || !NEVER.has(cell)) return decision;
    const never = this.#table.ask("shield", "never", standing.row);
    return { ...decision, rules: once([...decision.rules, ...never.rules]), lines: [...decision.lines, ...never.lines] };
  }

  /** Permit the author, and name the rules of the share too when it permits as well. */
  #own(standing: Situation, row: string): Decision {
    const own = this.#answer("own", "-", NO_COVER, standing, "own");
    const shared = this.#byStanding(standing, row);
    return shared.effect === "permit" ? worst(own, shared) : own;
  }

  /** Steps 5 to 8. */
  #byStanding(standing: Situation, row: string): Decision {
    const { relation } = standing;
    const question = this.#question;
    const read = question.action === "read" ? question.entry : undefined;
    if (relation === "report") return this.#answer("report", "-", NO_COVER, standing, "regime");
    const named = read === undefined ? undefined : this.#byName(standing, read);
    if (named !== undefined) return named;
    const reach = reachOf(this.#table, question, standing, row);
    // What was cut out is kept from who reads; who writes an entry may cut something out of it.
    const redacted = read?.passages === true && (relation === "self" || REPRESENTING.has(relation));
    return this.#covered(standing, redacted ? `${relation}_redacted` : relation, reach);
  }

  #byName(standing: Situation, entry: EntryMeta): Decision | undefined {
    const { relation } = standing;
    const [named, participates] = [entry.named.has(this.#question.user), PARTICIPATING.has(relation)];
    if (named && participates) return this.#answer("named", "-", NO_COVER, standing, "named");
    if (named && relation === "parent") return this.#answer("named_parent", "-", NO_COVER, standing, "named");
    if (!participates) return undefined;
    if (this.#question.via === "exchange") return this.#answer("not_named", "-", NO_COVER, standing, "named");
    const before = entry.writtenMs < standing.historyFromMs;
    return before ? this.#answer("before_start", "-", NO_COVER, standing, "history") : undefined;
  }

  /** Ask the table under each author category that the object may hold. */
  #covered(standing: Situation, relation: string, reach: string): Decision {
    const step = relation === "team" || relation === "care" ? relation : "regime";
    const reading = this.#question.action === "read";
    const kind = CONSENTED.get(standing.relation);
    let covers: readonly Cover[] = [NO_COVER];
    if (kind !== undefined) {
      const cover = this.#consent(standing, kind);
      if (relation !== "care" || !reading || cover.code !== "given") {
        return this.#answer(relation, reach, cover, standing, step);
      }
      covers = this.#notices().map((notice) => ({
        ...notice,
        code: `given_${notice.code}`,
        facts: [...cover.facts, ...notice.facts],
      }));
    } else if (relation === "team" && reading) {
      covers = this.#notices();
    }
    const [first, ...others] = covers.map((cover) => this.#answer(relation, reach, cover, standing, step));
    if (first === undefined) return unknownCode(this.#table, this.#question);
    return this.#listing ? best(first, ...others) : worst(first, ...others);
  }

  #answer(relation: string, reach: string, cover: Cover, standing: Situation, step: string): Decision {
    const outcome = this.#table.ask("standing", this.#question.action, relation, reach, cover.code);
    return answer(this.#table, this.#question, outcome, step, [...standing.facts, ...cover.facts], cover.missing);
  }

  #shield(code: string, row: string, step: string, facts: readonly string[]): Decision {
    return answer(this.#table, this.#question, this.#table.ask("shield", code, row), step, facts);
  }

  /** For each author category to assume: the entry's, or of all who can write in the section. */
  #notices(): readonly Cover[] {
    const { entry, capacity, compartment, level } = this.#question;
    if (entry !== undefined) return [this.#notice(entry.authorCategory)];
    const writing = this.#table.writingCategories(compartment, level);
    return (writing.length > 0 ? writing : [capacity?.category]).map((category) => this.#notice(category));
  }

  #notice(category: number | undefined): Cover {
    const { user, capacity, compartment, level, atMs } = this.#question;
    if (capacity === undefined) return NO_COVER;
    const entry = this.#singledOut();
    return this.#facts.folds.once(aboutOf(this.#question), JSON.stringify(["notice", category, entry ?? null]), () =>
      noticeCover(this.#facts, atMs, { compartment, level }, entry, category, { user, capacity }),
    );
  }

  /** The entry when some fact names it; of all others the facts say what they say of the section. */
  #singledOut(): string | undefined {
    const id = this.#question.entry?.id;
    return id !== undefined && this.#facts.singledOut.has(id) ? id : undefined;
  }

  #consent(standing: Situation, kind: ConsentKind): Cover {
    const { user, capacity, compartment, level, atMs } = this.#question;
    if (standing.mandate !== undefined && accountsByLaw(standing.mandate, compartment)) return { code: "law", facts: [] };
    const acting = standing.mandate === undefined ? undefined : standing.row;
    const entry = this.#singledOut();
    const what = JSON.stringify(["consent", kind, entry ?? null, acting ?? null]);
    return this.#facts.folds.once(aboutOf(this.#question), what, () =>
      consentCover(this.#facts, atMs, kind, { compartment, level }, entry, { id: user, capacity, acting }),
    );
  }

  /** Write across teams in the row held: a designation gives reading (R41). */
  #undesignated(standing: Situation): Situation {
    const { capacity, action } = this.#question;
    if (action !== "write" || capacity === undefined || standing.relation !== "mdph_cross") return standing;
    return { ...standing, row: capacity.row };
  }

  /** Let any professional bound by secret who takes part write a report of danger (section 4, R36). */
  #reporting(standing: Situation): Situation {
    const { action, compartment, capacity, entry, purpose } = this.#question;
    if (action !== "write" || compartment !== "child_protection" || capacity === undefined) return standing;
    if (!HIDDEN_KINDS.has(entry?.kind ?? "note") && !REPORT_PURPOSES.has(purpose)) return standing;
    // From wherever they take part: the care, the evaluation of the MDPH, the child-protection list itself.
    const part = situationOf(this.#facts, { ...this.#question, via: "any" });
    if (!PARTICIPATING.has(part.relation)) return standing;
    return { ...part, relation: capacity.secretBasis.length > 0 ? "report" : "unbound" };
  }
}
