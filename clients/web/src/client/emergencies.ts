/**
 * Accès en urgence: declaring one, saying why, ending it, and what everybody concerned is shown of it (P5, R10).
 *
 * The hub hands out no key. Whoever takes part and holds the keys answers, at their next sync.
 */
import type { CaseFacts, FactRecord } from "../protocol/case-facts.ts";
import { instantOf } from "../protocol/case-state.ts";
import { canBeBoxed } from "../protocol/directory.ts";
import { utf8 } from "../protocol/bytes.ts";
import { BoxKey } from "../protocol/boxes.ts";
import { awaitsReview, courseOf, courses, lasts, toTell } from "../protocol/emergency-course.ts";
import type { Course } from "../protocol/emergency-course.ts";
import { MAX_WORDS, openWords, sealWords } from "../protocol/emergency-words.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { MOST_READERS } from "../protocol/fact-emergencies.ts";
import type { EmergencyReason, EmergencyReview } from "../protocol/fact-emergencies.ts";
import { standingsOf } from "../protocol/fact-standings.ts";
import type { Emergency } from "../protocol/fact-powers.ts";
import { FACT_RULES } from "../protocol/fact-rules.ts";
import { FACT_SALT_SIZE } from "../protocol/facts.ts";
import { characters } from "../protocol/fields.ts";
import { readView } from "../protocol/log-payload.ts";
import { auditsEmergencies } from "../protocol/operator-roles.ts";
import type { UserChain } from "../protocol/user-state.ts";
import type { Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { ableOf } from "./emergency-links.ts";
import type { EmergencyLinks } from "./emergency-links.ts";
import { Misuse } from "./errors.ts";
import { draw } from "./profile.ts";

const HOUR_MS = 3_600_000;
const LONGEST_H = 24;
const MAX_BYTES = 4095;

/** A declaration with its reason; `leftOut` are those whose account could not be sealed to. */
export interface Started {
  readonly emergency: string;
  readonly leaf: number;
  readonly untilMs: number;
  readonly told: readonly string[];
  readonly leftOut: readonly string[];
}

/** One emergency as this user may see it. `text` is absent where no words are sealed to us; `entries` were opened. */
export interface Shown {
  readonly course: Course;
  readonly text: string | undefined;
  readonly reviewText: string | undefined;
  readonly entries: number;
  readonly lasts: boolean;
  readonly awaitsReview: boolean;
  readonly mayReview: boolean;
  /** A box that is ours does not open: shown, not hidden. */
  readonly illegible: boolean;
}

export interface EmergenciesParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly appender: Appender;
  readonly links: EmergencyLinks;
}

/** Emergencies of the cases of this profile's user, or of a case whose reference they know. */
export class Emergencies {
  readonly #parts: EmergenciesParts;

  constructor(parts: EmergenciesParts) {
    this.#parts = parts;
  }

  /** Declare an emergency in the session's capacity and say why; nothing opens until somebody answers. */
  async start(case_: string, reason: EmergencyReason["reason"], text: string, hours = LONGEST_H): Promise<Started> {
    const { author, links } = this.#parts;
    const capacity = await author.acting();
    if (capacity?.category !== 1) throw new Misuse("not-health");
    // Before anything is declared: an emergency without its reason opens nothing and counts all the same.
    if (text.trim() === "" || characters(text) > MAX_WORDS || utf8(text).length > MAX_BYTES) throw new Misuse("emergency-words");
    if (!Number.isInteger(hours) || hours < 1 || hours > LONGEST_H) throw new Misuse("emergency-hours");
    const openedMs = author.nowMs();
    const untilMs = openedMs + hours * HOUR_MS;
    const { row, structure } = capacity;
    const declared = await links.record(case_, { type: "emergency", user: author.user, row, structure, openedMs, untilMs });
    const said = await this.sayWhy(case_, declared.fact, reason, text);
    return { emergency: declared.fact, leaf: declared.receipt.index, untilMs, ...said };
  }

  /**
   * Seal the words to who is to be told and to the auditors; for whom, and who could not be sealed to. Who they are is read in the
   * verified chain, never taken from the hub; auditors are attested by a registrar.
   */
  async sayWhy(
    case_: string,
    emergency: string,
    reason: EmergencyReason["reason"],
    text: string,
  ): Promise<Pick<Started, "told" | "leftOut">> {
    const { casebook, appender } = this.#parts;
    const { readers, leftOut } = await this.#readers(await casebook.view(case_), emergency);
    const place = { case: case_, type: "emergency-reason", emergency, code: reason } as const;
    const words = await sealWords(text, [...readers.values()], place);
    const fact = { type: "emergency-reason", emergency, reason, words } as const;
    await appender.append(case_, "main", [appender.fact(fact, draw(FACT_SALT_SIZE))]);
    return { told: [...readers.keys()].sort(), leftOut };
  }

  async #readers(
    view: CaseView,
    emergency: string,
  ): Promise<{ readonly readers: ReadonlyMap<string, UserChain>; readonly leftOut: readonly string[] }> {
    const { author, directory, links } = this.#parts;
    const wanted = [...toTell(view.main.facts, author.user, instantOf(view.main, author.nowMs()))].sort();
    const readers = new Map(await ableOf(directory, wanted));
    const { auditors } = await links.details(view.case, emergency);
    for (const [user, chain] of await this.#auditors(auditors)) {
      if (readers.size < MOST_READERS && !readers.has(user)) readers.set(user, chain);
    }
    return { readers, leftOut: wanted.filter((user) => !readers.has(user)) };
  }

  /** The chains of those whom a registrar attests as auditors now: the hub's word is not enough. */
  async #auditors(named: readonly string[]): Promise<ReadonlyMap<string, UserChain>> {
    const { author, directory } = this.#parts;
    const nowMs = author.nowMs();
    const found = new Map<string, UserChain>();
    for (const user of named) {
      const { chain, attestations } = await directory.refresh(user);
      const isAuditor = auditsEmergencies(attestations, nowMs);
      if (isAuditor && canBeBoxed(chain, chain.head)) found.set(user, chain);
    }
    return found;
  }

  /** End an emergency at once: our own, or any of a case in which we take part. */
  async stop(case_: string, emergency: string): Promise<void> {
    const { casebook, author, links } = this.#parts;
    const view = await casebook.view(case_);
    const record = oneOf(view.main.facts, emergency);
    if (!lasts(courseOf(view.main.facts, record), instantOf(view.main, author.nowMs()))) throw new Misuse("no-such-emergency");
    const atMs = Math.max(record.fact.openedMs, author.nowMs());
    const { receipt } = await links.record(case_, { type: "emergency-end", emergency, atMs });
    if (readView(receipt.view).act !== "emergency-stop") {
      throw new ProtocolError("wrong-type", "receipt of the end of an emergency");
    }
  }

  /** The emergencies of a case, in the order of their declaration, with what is sealed to us. */
  async shown(view: CaseView): Promise<readonly Shown[]> {
    const found: Shown[] = [];
    for (const course of courses(view.main.facts)) found.push(await this.#shown(view, course));
    return found;
  }

  async #shown(view: CaseView, course: Course): Promise<Shown> {
    const { author } = this.#parts;
    const { facts, openings } = view.main;
    const atMs = instantOf(view.main, author.nowMs());
    const standings = standingsOf(facts, { user: author.user, capacity: await author.acting() }, atMs);
    const { signers } = FACT_RULES["emergency-review"];
    const { hash, fact } = course.record;
    const reason = await this.#words(view.case, course.reason?.fact);
    const review = await this.#words(view.case, course.reviews.at(-1)?.fact);
    const answers = [...openings.values()].filter(({ link }) => link.started !== undefined && link.basis.includes(hash));
    return {
      course,
      text: reason.text,
      reviewText: review.text,
      entries: new Set(answers.flatMap(({ link }) => link.entries.map(({ id }) => id))).size,
      lasts: lasts(course, atMs),
      awaitsReview: awaitsReview(course, atMs),
      mayReview: fact.user !== author.user && [...standings].some((standing) => signers.has(standing)),
      illegible: reason.illegible,
    };
  }

  /** The words sealed to us, and whether a box that is ours does not open. */
  async #words(
    case_: string,
    fact: EmergencyReason | EmergencyReview | undefined,
  ): Promise<{ readonly text: string | undefined; readonly illegible: boolean }> {
    const { user, seeds } = this.#parts.author.identity;
    if (fact === undefined) return { text: undefined, illegible: false };
    const keys = new Map([...seeds].map(([generation, seed]) => [generation, new BoxKey(seed)]));
    try {
      return { text: await openWords(case_, fact, user, keys), illegible: false };
    } catch (error) {
      if (error instanceof ProtocolError) return { text: undefined, illegible: true };
      throw error;
    }
  }
}

function oneOf(facts: CaseFacts, emergency: string): FactRecord<Emergency> {
  const found = courses(facts).find(({ record }) => record.hash === emergency);
  if (found === undefined) throw new Misuse("no-such-emergency");
  return found.record;
}
