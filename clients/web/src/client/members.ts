/**
 * Who takes part in a case, and the person's own account (F5). What the person was told and agreed to is composed in `facts`; a
 * gesture that joins all of it is `team`.
 */
import type { Attestation } from "../protocol/capacities.ts";
import type { Participation, Person, Recognition } from "../protocol/fact-people.ts";
import { FACT_SALT_SIZE } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import type { Appended, Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { Misuse, Refused } from "./errors.ts";
import { checkMayRecord } from "./facts-entitlement.ts";
import { positionsOf } from "./facts-recording.ts";
import type { Lists } from "./lists.ts";
import { draw } from "./profile.ts";

/** How somebody takes part: `limb` of the care team (0: in the care, not in the team), until when, with which history. */
export interface Terms {
  readonly regime?: Participation["regime"];
  readonly limb?: number;
  readonly untilMs?: number;
  readonly historyFromMs?: number;
  readonly recognised?: Recognition["means"];
}

export interface MembersParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly appender: Appender;
  readonly lists: Lists;
}

/** Participations of a case. */
export class Members {
  readonly #parts: MembersParts;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** Let a user take part in one of their attested capacities, the only one when none is named. */
  async add(case_: string, user: string, terms: Terms = {}, capacity?: string): Promise<Appended> {
    const attestation = await this.attestation(user, capacity);
    const startMs = this.#parts.author.nowMs();
    const { regime = "care", limb = 1, recognised, untilMs, historyFromMs } = terms;
    return this.record(case_, {
      type: "participation",
      user,
      attestation: attestation.id,
      capacity: attestation.capacity,
      regime,
      limb,
      startMs,
      ...(untilMs === undefined ? {} : { untilMs }),
      ...(historyFromMs === undefined ? {} : { historyFromMs }),
      ...(recognised === undefined ? {} : { recognised: { means: recognised, atMs: startMs } }),
    });
  }

  /** Record the account of the person, or how sure their identity is; what is known of their majority stays. */
  async setPerson(case_: string, user?: string, identityStatus: Person["identityStatus"] = "VALI"): Promise<Appended> {
    const known = (await this.#parts.casebook.view(case_)).main.facts.person;
    const majorityMs = known?.majorityMs;
    return this.record(case_, {
      type: "person",
      identityStatus,
      ...(user === undefined ? {} : { user }),
      ...(majorityMs === undefined ? {} : { majorityMs }),
    });
  }

  /** End every participation of somebody else that is in force. */
  async end(case_: string, user: string): Promise<readonly Appended[]> {
    const { casebook, author } = this.#parts;
    const view = await casebook.view(case_);
    const found = view.main.facts.participationsOf(user, author.nowMs());
    if (found.length === 0) throw new Misuse("no-such-user");
    const ended: Appended[] = [];
    for (const { hash } of found) {
      ended.push(await this.record(case_, { type: "participation-end", participation: hash, atMs: author.nowMs() }));
    }
    return ended;
  }

  /**
   * Leave a case, which always works: every participation of one's own, in one write. The hub serves nothing of the case
   * afterwards, so that the link cannot be read back; its receipt was verified before that was tried.
   */
  async leave(case_: string): Promise<void> {
    const { casebook, author, appender, lists } = this.#parts;
    const view = await casebook.view(case_);
    const found = view.main.facts.participationsOf(author.user, author.nowMs());
    if (found.length === 0) throw new Misuse("no-such-user");
    const positions = await positionsOf(view, lists);
    const links = found.map(({ hash }) => {
      const end = { type: "participation-end", participation: hash, atMs: author.nowMs() } as const;
      return appender.fact(end, draw(FACT_SALT_SIZE), positions);
    });
    try {
      await appender.append(case_, "main", links);
    } catch (error) {
      const isGone = error instanceof Refused && error.problem === "not-found";
      if (!isGone || (await casebook.cases()).includes(case_)) throw error;
    }
  }

  /** Append one fact to the open chain, after asking the rules that the chain will ask. */
  async record(case_: string, fact: Fact): Promise<Appended> {
    const { casebook, author, appender, lists } = this.#parts;
    const view = await casebook.view(case_);
    const capacity = await author.acting();
    checkMayRecord(view.main.facts, fact, { user: author.user, capacity }, Math.max(author.nowMs(), view.main.timeMs));
    const positions = fact.type === "participation-end" ? await positionsOf(view, lists) : [];
    return appender.append(case_, "main", [appender.fact(fact, draw(FACT_SALT_SIZE), positions)]);
  }

  /** The one attested capacity of a user that fits; throws `Misuse` for none or several. */
  async attestation(user: string, capacity?: string): Promise<Attestation> {
    const { author, directory } = this.#parts;
    const nowMs = author.nowMs();
    const held = (await directory.refresh(user)).attestations.filter(({ id, fromMs, untilMs }) => {
      return fromMs <= nowMs && nowMs < untilMs && (capacity === undefined || id === capacity);
    });
    const [only] = held;
    if (only === undefined || held.length > 1) throw new Misuse("capacity");
    return only;
  }
}
