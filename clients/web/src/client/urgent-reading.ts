/** What is open to who declared an emergency: every entry of the law's set that somebody answered with, newest first (P5). */
import { decide } from "../protocol/access.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { lasts } from "../protocol/emergency-course.ts";
import { classOf, SECTIONS } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import { isMember } from "../protocol/section-access.ts";
import type { CaseView } from "./casebook.ts";
import type { Client } from "./client.ts";
import type { Received } from "./desk.ts";
import type { Shown } from "./emergencies.ts";
import { Refused } from "./errors.ts";

/** A case as its emergencies show it to this user; `mine` is their own that lasts. */
export interface Urgent {
  readonly view: CaseView | undefined;
  readonly takesPart: boolean;
  readonly mine: Shown | undefined;
  readonly received: readonly Received[];
}

/** What this user may see of a case by emergency; nothing of one that is not served to them yet. */
export async function urgentOf(client: Client, case_: string): Promise<Urgent> {
  let view: CaseView;
  try {
    view = await client.casebook.view(case_);
  } catch (error) {
    // Before the declaration, and after its end, the case is none to them.
    if (!(error instanceof Refused) || error.problem !== "not-found") throw error;
    return { view: undefined, takesPart: false, mine: undefined, received: [] };
  }
  const { user } = client.author;
  const atMs = instantOf(view.main, client.nowMs());
  const all = await client.writing.emergencies.shown(view);
  const mine = all.findLast(({ course }) => course.record.fact.user === user && lasts(course, atMs));
  const received = mine === undefined ? [] : await setOf(client, view, atMs);
  return { view, takesPart: isMember(view.main.facts, user, atMs), mine, received };
}

async function setOf(client: Client, view: CaseView, atMs: number): Promise<readonly Received[]> {
  const { entries, desk, author, rules } = client;
  const [table, capacity] = [await rules.table(), await author.acting()];
  const found: Received[] = [];
  for (const section of SECTIONS) {
    const [compartment, level] = sectionParts(section);
    const asked = { action: "read", user: author.user, capacity, compartment, level, entry: undefined, atMs, via: "emergency" };
    if (classOf(section) !== "main" || !isPermitted(decide(table, view.main.facts, questionOf(asked)))) continue;
    const looked = await entries.look(view.case, { kind: "section", name: section });
    found.push(...desk.took(looked, await entries.titlesOf(looked, looked.list.entries)));
  }
  return found.sort((one, other) => other.writtenMs - one.writtenMs);
}
