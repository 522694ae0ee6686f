/**
 * Passing cases on (F14): what is open in each before it goes, and one act that passes any number of them.
 *
 * The successor inherits the standing and the horizon of whom they replace; the charge of referent passes with the case; who hands
 * over leaves, if they want to, last: so that each case is always followed by somebody.
 */
import { instantOf } from "../protocol/case-state.ts";
import { SECTIONS } from "../protocol/places.ts";
import { SectionAccess } from "../protocol/section-access.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import type { Desk } from "./desk.ts";
import { Misuse } from "./errors.ts";
import { consentsInForce, factEnd, inForce, referent } from "./facts.ts";
import type { FactRecorder } from "./facts-recording.ts";
import type { Members } from "./members.ts";
import type { Rules } from "./rules.ts";
import type { Informed, Team, TextHash } from "./team.ts";

/** One case before it is passed on. Instants in ms. */
export interface CaseState {
  readonly case: string;
  /** Sections that have keys and that nobody else may read. */
  readonly alone: readonly string[];
  /** Consents in force that name whom the case leaves: they do not pass to anybody. */
  readonly consents: number;
  readonly actions: number;
  readonly lastContactMs: number | undefined;
  readonly referent: boolean;
}

/** To whom, whether one leaves, how the person was informed. */
export interface PassingOn {
  readonly to: string;
  readonly leave: boolean;
  readonly informed?: Informed;
  readonly untilMs?: number;
}

export interface HandingOverParts {
  readonly author: Author;
  readonly casebook: Casebook;
  readonly rules: Rules;
  readonly desk: Desk;
  readonly team: Team;
  readonly members: Members;
  readonly facts: FactRecorder;
  readonly texts: TextHash;
}

/** Passes the cases of the user of this profile on. */
export class HandingOver {
  readonly #parts: HandingOverParts;

  constructor(parts: HandingOverParts) {
    this.#parts = parts;
  }

  /** What is open in a case. */
  async state(case_: string): Promise<CaseState> {
    const { author, casebook, rules, desk } = this.#parts;
    const [{ main }, table, received] = await Promise.all([casebook.view(case_), rules.table(), desk.of(case_)]);
    const { facts } = main;
    const atMs = instantOf(main, author.nowMs());
    const access = SectionAccess.at(table, facts, atMs);
    const others = new Set([...facts.of("participation").map(({ fact }) => fact.user), ...facts.personUsers]);
    others.delete(author.user);
    const keyed = SECTIONS.filter((section) => (main.sections.get(section)?.epoch ?? 0) > 0);
    const written = received.filter(({ kind }) => kind !== "mark" && kind !== "annex").map(({ writtenMs }) => writtenMs);
    const contacts = [...facts.of("retention").map(({ fact }) => fact.lastContactMs), ...written];
    return {
      case: case_,
      alone: keyed.filter((one) => access.mayRead(author.user, one) && ![...others].some((user) => access.mayRead(user, one))),
      consents: consentsInForce(facts, atMs).filter(({ fact }) => fact.recipients.users?.includes(author.user) === true).length,
      actions: received.filter(({ kind }) => kind === "action").length,
      lastContactMs: contacts.length === 0 ? undefined : Math.max(...contacts),
      referent: facts.referents(atMs).has(author.user),
    };
  }

  /** Pass one case on; what was done already is not done again. Throws `Misuse` for oneself, and what adding somebody throws. */
  async pass(case_: string, { to, leave, informed, untilMs }: PassingOn): Promise<void> {
    const { author, casebook, team, members, facts: recorder, texts } = this.#parts;
    if (to === author.user) throw new Misuse("no-such-user");
    let { main } = await casebook.view(case_);
    let atMs = instantOf(main, author.nowMs());
    if (main.facts.participationsOf(to, atMs).length === 0) {
      const joining = {
        replaces: author.user,
        ...(informed === undefined ? {} : { informed }),
        ...(untilMs === undefined ? {} : { untilMs }),
      };
      await team.add(case_, to, joining, texts);
      ({ main } = await casebook.view(case_));
      atMs = instantOf(main, author.nowMs());
    }
    const { facts } = main;
    if (facts.referents(atMs).has(author.user)) {
      if (!facts.referents(atMs).has(to)) await recorder.record(case_, referent(to));
      const mine = new Set(facts.participationsOf(author.user).map(({ hash }) => hash));
      for (const { hash, fact } of inForce(facts, "referent", atMs)) {
        if (mine.has(fact.participation)) await recorder.record(case_, factEnd(hash));
      }
    }
    if (leave) await members.leave(case_);
  }
}
