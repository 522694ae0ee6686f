/**
 * Before a conference is convened: who of the participants may receive each entry, and what the person is told first.
 *
 * The questions are those that the hub and every recipient ask again; asked here, a refusal names the person and the entry, and
 * nothing was sent.
 */
import { decide } from "../protocol/access.ts";
import type { FactRecord } from "../protocol/case-facts.ts";
import type { CaseChain } from "../protocol/case-state.ts";
import { sectionOf } from "../protocol/case-state.ts";
import type { NoticeLine } from "../protocol/fact-notices.ts";
import type { Participation } from "../protocol/fact-people.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { Decision, EntryMeta, Party, Question } from "../protocol/questions.ts";
import { NotPermitted } from "./errors.ts";
import { lineOf } from "./team-lines.ts";

export const GENERAL: NoticeLine = { kind: "general", information: [] };

interface Answer {
  readonly question: Question;
  readonly decision: Decision;
}

/** A participant and an entry that they are to have. */
export type Wanted = readonly [record: FactRecord<Participation>, entry: EntryMeta];

/** The rules over the facts of a case, for one sender at one instant. */
export class Reach {
  readonly #table: PolicyTable;
  readonly #state: CaseChain;
  readonly #sender: Party;
  readonly #atMs: number;

  constructor(table: PolicyTable, state: CaseChain, sender: Party, atMs: number) {
    this.#table = table;
    this.#state = state;
    this.#sender = sender;
    this.#atMs = atMs;
  }

  /** Whether a participant holds the key of the section and may use it: nothing has to be opened to them. */
  reads({ fact }: FactRecord<Participation>, entry: EntryMeta): boolean {
    const section = sectionOf(this.#state, `${entry.compartment}/${entry.level}`);
    if (!section.readers.has(fact.user) || section.revoked.has(fact.user)) return false;
    return isPermitted(this.#ask("read", fact, { ...entry, named: new Set() }).decision);
  }

  /** Refuse an entry that the sender may not open: masked, not readable to them, or not theirs to send. */
  checkSender(entry: EntryMeta): void {
    if (entry.masks.size > 0) throw new NotPermitted("mask", { entry: entry.id });
    const unnamed = { ...entry, named: new Set<string>() };
    for (const action of ["read", "exchange_send"]) {
      if (action === "read" && entry.author === this.#sender.user) continue;
      const answer = this.#ask(action, this.#sender, unnamed);
      if (!isPermitted(answer.decision)) throw refused(answer, entry, undefined);
    }
  }

  /** Whether a participant may receive an entry, now or once the person was told. */
  mayHave(record: FactRecord<Participation>, entry: EntryMeta): boolean {
    const { decision } = this.#receive(record, entry);
    return isPermitted(decision) || decision.missing?.what === "notice";
  }

  /**
   * The lines that the person has to be told before each participant receives their entry. Throws `NotPermitted` naming who may
   * not receive what, for want of more than an information.
   */
  lines(wanted: Iterable<Wanted>): readonly NoticeLine[] {
    const found: NoticeLine[] = [];
    for (const [record, entry] of wanted) {
      if (record.fact.user === this.#sender.user || this.reads(record, entry)) continue;
      const answer = this.#receive(record, entry);
      if (isPermitted(answer.decision)) continue;
      const line = answer.decision.missing && lineOf(answer.decision.missing);
      if (line === undefined) throw refused(answer, entry, record.fact.user);
      found.push(line);
    }
    return joined(found);
  }

  #receive({ fact }: FactRecord<Participation>, entry: EntryMeta): Answer {
    const named = { ...entry, named: new Set([...entry.named, fact.user]) };
    return this.#ask("exchange_receive", fact, named, this.#sender);
  }

  #ask(action: string, { user, capacity }: Pick<Party, "user" | "capacity">, entry: EntryMeta, sender?: Party): Answer {
    const { compartment, level } = entry;
    const via = action === "read" ? "any" : "exchange";
    const question = questionOf({ action, user, capacity, compartment, level, entry, atMs: this.#atMs, via, sender });
    return { question, decision: decide(this.#table, this.#state.facts, question) };
  }
}

function refused({ question, decision }: Answer, entry: EntryMeta, user: string | undefined): NotPermitted {
  const about = user === undefined ? { entry: entry.id } : { entry: entry.id, user };
  return new NotPermitted("rules", { decision, question, rules: decision.rules, ...about });
}

/** One line for each kind, category and recipient, with all its information. */
function joined(lines: readonly NoticeLine[]): readonly NoticeLine[] {
  const found = new Map<string, NoticeLine>();
  for (const line of lines) {
    const key = JSON.stringify([line.kind, line.fromCategory ?? null, line.to ?? null]);
    const known = found.get(key)?.information ?? [];
    const isNew = (one: { readonly compartment: string; readonly level: number }): boolean =>
      !known.some(({ compartment, level }) => compartment === one.compartment && level === one.level);
    found.set(key, { ...line, information: [...known, ...line.information.filter(isNew)] });
  }
  return [...found.values()];
}
