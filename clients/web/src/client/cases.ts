/** The cases of this user, and what they may do in one: which sections they may read or write, and why not. */
import { decide } from "../protocol/access.ts";
import { instantOf, sectionOf } from "../protocol/case-state.ts";
import { SECTIONS } from "../protocol/places.ts";
import { sectionParts } from "../protocol/case-links.ts";
import type { Capacity } from "../protocol/capacities.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { questionOf } from "../protocol/questions.ts";
import type { Decision, Question } from "../protocol/questions.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView, Looking } from "./casebook.ts";
import type { Rules } from "./rules.ts";

/** A section for this user: the decisions, the question they answer, which explains them, and whether its key is held. */
export interface SectionShown {
  readonly section: string;
  readonly read: Decision;
  readonly write: Decision;
  readonly question: Question;
  readonly holdsKey: boolean;
  /** The current epoch, 0 where nobody has written yet. */
  readonly epoch: number;
}

/** Cases of the user of this browser. */
export class Cases {
  readonly #casebook: Casebook;
  readonly #author: Author;
  readonly #rules: Rules;

  constructor(casebook: Casebook, author: Author, rules: Rules) {
    this.#casebook = casebook;
    this.#author = author;
    this.#rules = rules;
  }

  /** The ids of the cases of this user. */
  ids(): Promise<readonly string[]> {
    return this.#casebook.cases();
  }

  /** The verified view of a case. */
  view(case_: string, looking: Looking = {}): Promise<CaseView> {
    return this.#casebook.view(case_, looking);
  }

  /** Every section that the rules do not hide from this user. */
  async sections(view: CaseView): Promise<readonly SectionShown[]> {
    const [table, capacity] = [await this.#rules.table(), await this.#author.acting()];
    return SECTIONS.flatMap((section) => this.#section(view, section, table, capacity) ?? []).filter(
      ({ read, write }) => !(read.hidden && write.hidden),
    );
  }

  #section(view: CaseView, section: string, table: PolicyTable, capacity: Capacity | undefined): SectionShown | undefined {
    const chain = view.of(section);
    if (chain === undefined) return undefined;
    const { state, ring } = chain;
    const [compartment, level] = sectionParts(section);
    const question = questionOf({
      action: "read",
      user: this.#author.user,
      capacity,
      compartment,
      level,
      entry: undefined,
      atMs: instantOf(state, this.#author.nowMs()),
    });
    const { epoch, step } = sectionOf(state, section);
    return {
      section,
      read: decide(table, state.facts, question),
      write: decide(table, state.facts, { ...question, action: "write" }),
      question,
      holdsKey: epoch > 0 && ring.holds({ section, epoch, step }),
      epoch,
    };
  }
}
