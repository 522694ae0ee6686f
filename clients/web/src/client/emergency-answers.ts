/**
 * Answering emergencies: done by whoever takes part and holds the keys, so that nobody waits (F11).
 *
 * 1. Only for an emergency in force with its reason, whose words are sealed to whoever is to be told.
 * 2. Only on the receipt of its `emergency-start` leaf, verified with our own trust bundle: the log has it first.
 * 3. Only entries of the law's set that we may read and hold the share of, which the rules open to that caller now.
 * 4. No key leaves: shares of single entries, for as long as the emergency lasts.
 *
 * Of what it cannot do it says why.
 */
import { decide } from "../protocol/access.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { composeOpening } from "../protocol/compose.ts";
import type { Share } from "../protocol/compose.ts";
import { checkAnswerer, emergencyEndMs } from "../protocol/emergencies.ts";
import { checkReasoned, courses, lasts, toTell } from "../protocol/emergency-course.ts";
import type { Course } from "../protocol/emergency-course.ts";
import { checkEmergencyReceipt } from "../protocol/emergency-receipt.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { MAX_OPENED } from "../protocol/opening-links.ts";
import type { StartRef } from "../protocol/opening-links.ts";
import { classOf, SECTIONS } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { EntryMeta } from "../protocol/questions.ts";
import { PARTS } from "../protocol/sealing.ts";
import { isMember, SectionAccess } from "../protocol/section-access.ts";
import type { Appender, Compose } from "./appending.ts";
import type { Author } from "./author.ts";
import type { CaseView } from "./casebook.ts";
import type { ClientShares } from "./client-shares.ts";
import type { Directory } from "./directory.ts";
import { ableOf } from "./emergency-links.ts";
import type { EmergencyLinks } from "./emergency-links.ts";
import type { EntryChecks } from "./entry-checks.ts";
import { Contradicted, isFailure, NotReadable } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { ListedEntry, Lists } from "./lists.ts";
import { metaOf } from "./reading-rights.ts";
import type { Rules } from "./rules.ts";

/** How many entries were opened, by emergency; why an emergency was not answered, by emergency. */
export interface Answered {
  readonly opened: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, Error>;
}

export interface EmergencyAnswersParts {
  readonly hub: Hub;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly lists: Lists;
  readonly shares: ClientShares;
  readonly checks: EntryChecks;
  readonly links: EmergencyLinks;
}

/** The emergencies of a case that last and are not this user's own: those that a member may answer. */
export function answerable(view: CaseView, user: string, nowMs: number): readonly Course[] {
  const atMs = instantOf(view.main, nowMs);
  const { facts } = view.main;
  if (!isMember(facts, user, atMs)) return [];
  return courses(facts).filter((course) => course.record.fact.user !== user && lasts(course, atMs));
}

/** Whether somebody has opened entries for an emergency already. */
export function isAnswered(view: CaseView, { record }: Course): boolean {
  return [...view.main.openings.values()].some(({ link }) => link.started !== undefined && link.basis.includes(record.hash));
}

/** Answers as the user of this profile. */
export class EmergencyAnswers {
  readonly #parts: EmergencyAnswersParts;

  constructor(parts: EmergencyAnswersParts) {
    this.#parts = parts;
  }

  /** Answer the emergencies of a case (`only`: that one) as far as we can; the view afterwards, and what was done. */
  async work(view: CaseView, only?: string): Promise<{ readonly view: CaseView; readonly answered: Answered }> {
    const { author } = this.#parts;
    const [opened, refused] = [new Map<string, number>(), new Map<string, Error>()];
    let newest = view;
    for (const course of answerable(view, author.user, author.nowMs())) {
      const { hash } = course.record;
      if (only !== undefined && only !== hash) continue;
      try {
        const done = await this.#answer(newest, course);
        newest = done.view;
        if (done.count > 0) opened.set(hash, done.count);
      } catch (error) {
        // A hub that contradicted itself stops everything, and so does a defect of ours; any other failure is said.
        if (error instanceof Contradicted || !isFailure(error)) throw error;
        refused.set(hash, error);
      }
    }
    return { view: newest, answered: { opened, refused } };
  }

  async #answer(view: CaseView, course: Course): Promise<{ readonly view: CaseView; readonly count: number }> {
    const { author, directory, links, hub } = this.#parts;
    const { record } = course;
    const { facts } = view.main;
    const atMs = instantOf(view.main, author.nowMs());
    const able = await ableOf(directory, toTell(facts, record.fact.user, atMs));
    checkReasoned(facts, record, new Set(able.keys()), atMs);
    const shares = await this.#openable(view, course, atMs);
    const ids = [...new Set(shares.map(({ id }) => id))].sort();
    if (ids.length === 0) return { view, count: 0 };
    const { started } = await links.details(view.case, record.hash);
    const asked = { record, case: view.case, log: hub.trust.log, atMs, agent: false };
    const ref = await checkEmergencyReceipt(started, asked);
    let newest = view;
    for (let start = 0; start < ids.length; start += MAX_OPENED) {
      newest = await this.#open(newest, course, ids.slice(start, start + MAX_OPENED), shares, ref);
    }
    return { view: newest, count: ids.length };
  }

  async #open(
    view: CaseView,
    { record }: Course,
    ids: readonly string[],
    shares: readonly Share[],
    started: StartRef,
  ): Promise<CaseView> {
    const { directory, appender } = this.#parts;
    const { chain: caller } = await directory.refresh(record.fact.user);
    const compose: Compose = (_chain, head) => {
      const link = {
        type: "opening",
        head,
        entries: ids.map((id) => ({ id, parts: PARTS })),
        recipient: { user: caller.user, capacity: record.hash },
        basis: [record.hash],
        untilMs: emergencyEndMs(record.fact),
        started,
      } as const;
      const chosen = shares.filter(({ id }) => ids.includes(id));
      return composeOpening(link, chosen, new Map([[caller.user, caller]]));
    };
    return (await appender.append(view.case, "main", [compose])).view;
  }

  /** The shares of every entry that this emergency opens, that we hold, and that is not open to it yet. */
  async #openable(view: CaseView, course: Course, atMs: number): Promise<readonly Share[]> {
    const done = new Set<string>();
    for (const { closedSeq, link } of view.main.openings.values()) {
      if (closedSeq === undefined && link.basis.includes(course.record.hash)) for (const { id } of link.entries) done.add(id);
    }
    const found: Share[] = [];
    for (const section of SECTIONS) {
      if (classOf(section) !== "main" || !(await this.#permitted(view, course, section, undefined, atMs))) continue;
      const { entries } = await this.#parts.lists.view(view.case, { kind: "section", name: section });
      for (const item of entries) {
        if (item.entry === undefined || item.takenBack || done.has(item.entry.id)) continue;
        found.push(...(await this.#sharesOf(view, course, item, item.entry, atMs)));
      }
    }
    return found;
  }

  async #sharesOf(
    view: CaseView,
    course: Course,
    item: ListedEntry,
    entry: VerifiedEntry,
    atMs: number,
  ): Promise<readonly Share[]> {
    const { checks, shares } = this.#parts;
    try {
      await checks.check(view, item);
      await this.#check(view, course, entry, atMs);
      const held: Share[] = [];
      for (const part of PARTS) held.push({ id: entry.id, part, share: await shares.find(view, item, part) });
      return held;
    } catch (error) {
      // Another reader may hold it, or nobody should use it: the rest is still worth opening.
      if (error instanceof NotReadable || error instanceof ProtocolError) return [];
      throw error;
    }
  }

  async #check(view: CaseView, course: Course, entry: VerifiedEntry, atMs: number): Promise<void> {
    const { author, directory, rules } = this.#parts;
    const { capacity, preamble, place } = entry.header;
    if (capacity !== undefined) await directory.known(preamble.user);
    const meta = metaOf(entry, capacity === undefined ? undefined : directory.attestation(capacity).capacity.category);
    const me = { user: author.user, capacity: await author.acting() };
    checkAnswerer(SectionAccess.at(await rules.table(), view.main.facts, atMs), me, meta);
    if (!(await this.#permitted(view, course, place.name, meta, atMs))) {
      throw new ProtocolError("not-permitted", "entry outside of the emergency set");
    }
  }

  async #permitted(
    view: CaseView,
    { record }: Course,
    section: string,
    entry: EntryMeta | undefined,
    atMs: number,
  ): Promise<boolean> {
    const [compartment, level] = sectionParts(section);
    const { user } = record.fact;
    const asked = { action: "read", user, capacity: record.author.capacity, compartment, level, entry, atMs, via: "emergency" };
    return isPermitted(decide(await this.#parts.rules.table(), view.main.facts, questionOf(asked)));
  }
}
