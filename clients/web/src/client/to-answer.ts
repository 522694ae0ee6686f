/**
 * What waits for this user's answer over all their cases, in one list: emergencies first, then reports of danger, emergencies to judge, the person's
 * requests by their term, then the keys that somebody waits for (F11, F16).
 *
 * Only what this user may answer is listed: asked of the rules that the chain asks, before anybody writes a word.
 */
import { instantOf } from "../protocol/case-state.ts";
import type { Course } from "../protocol/emergency-course.ts";
import { openWords } from "../protocol/emergency-words.ts";
import { BoxKey } from "../protocol/boxes.ts";
import { listId } from "../protocol/entry-list.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { placeText } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import { isMember } from "../protocol/section-access.ts";
import type { CaseView } from "./casebook.ts";
import type { Client } from "./client.ts";
import type { Shown } from "./emergencies.ts";
import { answerable, isAnswered } from "./emergency-answers.ts";
import { NotPermitted, Refused } from "./errors.ts";
import { requestAnswer } from "./facts.ts";
import { checkMayRecord } from "./facts-entitlement.ts";
import type { Owed } from "./granting.ts";
import { registerOf } from "./requests.ts";
import type { Registered } from "./requests.ts";

export interface WaitingRequest {
  readonly kind: "request";
  readonly case: string;
  readonly registered: Registered;
}

/** An emergency of somebody else that lasts; `text` where its words are sealed to us. */
export interface WaitingEmergency {
  readonly kind: "emergency";
  readonly case: string;
  readonly course: Course;
  readonly text: string | undefined;
}

/** An emergency of somebody else that is over, and that nobody judged yet. */
export interface WaitingReview {
  readonly kind: "review";
  readonly case: string;
  readonly shown: Shown;
}

/** Somebody whom the rules give keys that we hold; granted at once, or once their new device was confirmed. */
export interface WaitingGrant {
  readonly kind: "grant";
  readonly case: string;
  readonly owed: Owed;
}

/** A report of danger in which somebody else wrote what this device has not read: it stands in no other list. */
export interface WaitingReport {
  readonly kind: "report";
  readonly case: string;
  readonly place: Place;
}

export type ToAnswer = WaitingRequest | WaitingEmergency | WaitingGrant | WaitingReport | WaitingReview;

const ORDER: readonly ToAnswer["kind"][] = ["emergency", "report", "review", "request", "grant"];
/** How many cases are looked at at once. */
const AT_ONCE = 4;

/** Everything that waits for this user, the most pressing first. */
export async function toAnswer(client: Client): Promise<readonly ToAnswer[]> {
  const cases = await client.casebook.cases();
  const found: ToAnswer[] = [];
  for (let at = 0; at < cases.length; at += AT_ONCE) {
    const looked = await Promise.all(cases.slice(at, at + AT_ONCE).map((case_) => ofCase(client, case_)));
    found.push(...looked.flat());
  }
  return found.sort((one, other) => rank(one) - rank(other) || termOf(one) - termOf(other));
}

function rank({ kind }: ToAnswer): number {
  return ORDER.indexOf(kind);
}

function termOf(one: ToAnswer): number {
  return one.kind === "request" ? one.registered.termMs : 0;
}

async function ofCase(client: Client, case_: string): Promise<readonly ToAnswer[]> {
  let view: CaseView;
  try {
    view = await client.casebook.view(case_);
  } catch (error) {
    // Left between the list and the look: nothing of it waits for us any more.
    if (error instanceof Refused && error.problem === "not-found") return [];
    throw error;
  }
  // Who is in a case under an emergency alone answers nothing in it.
  if (!isMember(view.main.facts, client.author.user, instantOf(view.main, client.nowMs()))) return [];
  const waiting = (await mayAnswer(client, view)) ? waitingIn(view, client.nowMs()) : [];
  const requests = waiting.map((registered) => ({ kind: "request", case: case_, registered }) as const);
  const emergencies: WaitingEmergency[] = [];
  for (const course of answerable(view, client.author.user, client.nowMs())) {
    if (isAnswered(view, course)) continue;
    emergencies.push({ kind: "emergency", case: case_, course, text: await wordsOf(client, case_, course) });
  }
  const reviews = await reviewsIn(client, view);
  const grants = await client.writing.granting.waiting(view);
  const reports = await reportsIn(client, case_);
  return [
    ...emergencies,
    ...reports,
    ...reviews,
    ...requests,
    ...grants.map((owed) => ({ kind: "grant", case: case_, owed }) as const),
  ];
}

/** The emergencies of a case that are over and that this user judges; one's own never. */
async function reviewsIn(client: Client, view: CaseView): Promise<readonly WaitingReview[]> {
  const shown = await client.writing.emergencies.shown(view);
  return shown
    .filter(({ awaitsReview, mayReview }) => awaitsReview && mayReview)
    .map((one) => ({ kind: "review", case: view.case, shown: one }));
}

async function reportsIn(client: Client, case_: string): Promise<readonly WaitingReport[]> {
  const marks = await client.desk.marks;
  const found: WaitingReport[] = [];
  for (const place of await client.writing.reports.places(case_)) {
    const { list } = await client.entries.look(case_, place);
    const id = listId(case_, placeText(place));
    const isNew = list.entries.some(({ n, entry }) => {
      return entry !== undefined && entry.header.preamble.user !== client.author.user && !marks.isRead({ list: id, n });
    });
    if (isNew) found.push({ kind: "report", case: case_, place });
  }
  return found;
}

/** The requests of a case that nobody answered for good yet, by their term. */
export function waitingIn(view: CaseView, nowMs: number): readonly Registered[] {
  const register = registerOf(view.main.facts, instantOf(view.main, nowMs));
  return register.filter(({ state }) => state === "waiting" || state === "overdue");
}

/** Whether the rules let this user answer the requests of a case: who follows it, and the data protection officer. */
export async function mayAnswer(client: Client, view: CaseView): Promise<boolean> {
  const [asked] = view.main.facts.of("request");
  if (asked === undefined) return false;
  const { facts } = view.main;
  const atMs = instantOf(view.main, client.nowMs());
  const author = { user: client.author.user, capacity: await client.author.acting() };
  try {
    checkMayRecord(facts, requestAnswer(asked.hash, "granted", "oral")(facts, atMs), author, atMs);
    return true;
  } catch (error) {
    if (error instanceof NotPermitted) return false;
    throw error;
  }
}

async function wordsOf(client: Client, case_: string, { reason }: Course): Promise<string | undefined> {
  const { user, seeds } = client.author.identity;
  if (reason === undefined) return undefined;
  const keys = new Map([...seeds].map(([generation, seed]) => [generation, new BoxKey(seed)]));
  try {
    return await openWords(case_, reason.fact, user, keys);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
