/**
 * Two cases of one person brought together (F24): one goes on, the other closes to writing. Nothing is merged or moved.
 *
 * Each side is signed in its own chain by somebody who takes part there. Who takes part in both does it in one gesture; otherwise
 * the side that goes on signs first and hands its code, the hash of that fact, to the other.
 */
import type { FactRecord } from "../protocol/case-facts.ts";
import { instantOf } from "../protocol/case-state.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Reason } from "../protocol/errors.ts";
import type { CaseLink } from "../protocol/fact-meetings.ts";
import { FACT_SALT_SIZE } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { checkLink, closingOf, linksOf } from "../protocol/linked-cases.ts";
import type { Appended, Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import { Misuse, Refused } from "./errors.ts";
import type { MisuseKind } from "./errors.ts";
import { checkEntitled } from "./facts-entitlement.ts";
import { positionsOf } from "./facts-recording.ts";
import type { Lists } from "./lists.ts";
import { draw } from "./profile.ts";

/** A link of a case: its hash, the other case, this one's role, whether both sides signed (undefined: not known here). */
export interface LinkShown {
  readonly link: string;
  readonly other: string;
  readonly role: CaseLink["role"];
  readonly effective: boolean | undefined;
  /** Whether the other case is served to this user. */
  readonly seen: boolean;
}

export interface LinkedCasesParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly appender: Appender;
  readonly lists: Lists;
}

const WHY: ReadonlyMap<Reason, MisuseKind> = new Map([
  ["wrong-case", "link-itself"],
  ["closed", "link-closed"],
  ["already", "link-already"],
]);

/** Links between the cases of the user of this profile. */
export class LinkedCases {
  readonly #parts: LinkedCasesParts;

  constructor(parts: LinkedCasesParts) {
    this.#parts = parts;
  }

  /** Record that a case continues another; the code that the other side needs. */
  async goOn(case_: string, closing: string, means: CaseLink["means"]): Promise<string> {
    const { casebook, author } = this.#parts;
    const fact = { type: "case-link", other: closing, role: "continues", toldMs: author.nowMs(), means } as const;
    const { facts } = await this.#record(await casebook.view(case_), fact);
    return facts[0] ?? "";
  }

  /**
   * Record that a case is continued by another and closes to writing. `code` is what the other side handed over; without it, it
   * is looked up in the other case, where this user takes part. Throws `Misuse` when the other side has not signed.
   */
  async close(case_: string, goesOn: string, means: CaseLink["means"], code?: string): Promise<Appended> {
    const { casebook, author } = this.#parts;
    const view = await casebook.view(case_);
    const counterpart = code ?? (await this.#counterpart(case_, goesOn));
    if (counterpart === undefined) throw new Misuse("link-unsigned");
    return this.#record(view, { type: "case-link", other: goesOn, role: "closed", toldMs: author.nowMs(), means, counterpart });
  }

  /** Sign both sides, for who takes part in both; a side that is there already is not signed twice. */
  async bringTogether(goesOn: string, closing: string, means: CaseLink["means"]): Promise<Appended> {
    if ((await this.#counterpart(closing, goesOn)) === undefined) await this.goOn(goesOn, closing, means);
    return this.close(closing, goesOn, means);
  }

  /** The links of a case that nobody ended. */
  async links(case_: string): Promise<readonly LinkShown[]> {
    return this.linksIn(await this.#parts.casebook.view(case_));
  }

  /** The links of a case that was just looked at. */
  linksIn(view: CaseView): Promise<readonly LinkShown[]> {
    return Promise.all(linksOf(view.main.facts, this.#atMs(view)).map((record) => this.#shown(record)));
  }

  async #shown({ hash, fact }: FactRecord<CaseLink>): Promise<LinkShown> {
    const other = await this.#other(fact.other);
    const closing = other === undefined ? undefined : closingOf(other.main.facts, this.#atMs(other));
    // Who closes names the other's signature, and the hub held both: nothing more to learn. Who goes on may not see.
    const effective = fact.role === "closed" || (other === undefined ? undefined : closing?.fact.counterpart === hash);
    return { link: hash, other: fact.other, role: fact.role, effective, seen: other !== undefined };
  }

  /** Say that a link of a case was a mistake: the case opens to writing again. */
  async end(case_: string, link: string): Promise<Appended> {
    const { casebook, author, appender } = this.#parts;
    const view = await casebook.view(case_);
    if (!linksOf(view.main.facts, this.#atMs(view)).some(({ hash }) => hash === link)) throw new Misuse("no-such-record");
    const fact = { type: "case-link-end", link, atMs: author.nowMs() } as const;
    await this.#checkEntitled(view, fact);
    return appender.append(case_, "main", [appender.fact(fact, draw(FACT_SALT_SIZE))]);
  }

  async #record(view: CaseView, fact: CaseLink): Promise<Appended> {
    const { appender, lists } = this.#parts;
    await this.#checkEntitled(view, fact);
    try {
      checkLink(view.main.facts, fact, this.#atMs(view));
    } catch (error) {
      const why = error instanceof ProtocolError ? WHY.get(error.reason) : undefined;
      throw why === undefined ? error : new Misuse(why);
    }
    // Where each list ends: whatever a hub lets in later stands above it and is refused.
    const ends = fact.role === "closed" ? await positionsOf(view, lists) : [];
    return appender.append(view.case, "main", [appender.fact(fact, draw(FACT_SALT_SIZE), ends)]);
  }

  async #checkEntitled(view: CaseView, fact: Fact): Promise<void> {
    const { author } = this.#parts;
    checkEntitled(view.main.facts, fact, { user: author.user, capacity: await author.acting() }, this.#atMs(view));
  }

  /** The fact by which the other case says that it continues this one, where this user sees it. */
  async #counterpart(case_: string, goesOn: string): Promise<string | undefined> {
    const view = await this.#other(goesOn);
    if (view === undefined) return undefined;
    const found = linksOf(view.main.facts, this.#atMs(view));
    return found.find(({ fact }) => fact.other === case_ && fact.role === "continues")?.hash;
  }

  async #other(case_: string): Promise<CaseView | undefined> {
    try {
      return await this.#parts.casebook.view(case_);
    } catch (error) {
      if (error instanceof Refused && error.problem === "not-found") return undefined;
      throw error;
    }
  }

  #atMs(view: CaseView): number {
    return instantOf(view.main, this.#parts.author.nowMs());
  }
}
