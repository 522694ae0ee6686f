/** Facts in a chain: judged, recorded, laid over those of `main` for a hidden class (docs/spec/case-chains.md). */
import type { JsonObject } from "./canonical.ts";
import { isEqualCapacity } from "./case-facts.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { FactLink } from "./case-links.ts";
import type { CaseChain } from "./case-state.ts";
import { authorOf, judgeFreshness } from "./entitlement.ts";
import type { Judging } from "./entitlement.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { checkCollected } from "./fact-collection.ts";
import { recordFact } from "./fact-entitlement.ts";
import type { FactMade } from "./fact-entitlement.ts";
import { namedHash, readFacts } from "./fact-gesture.ts";
import type { Participation } from "./fact-people.ts";
import { isWidening } from "./fact-rules.ts";
import type { Fact } from "./facts.ts";
import { checkAnswered, checkInvitation } from "./invitation-judgement.ts";
import { afterListing } from "./key-effects.ts";
import type { Granted } from "./key-links.ts";
import type { HeadRef } from "./statements.ts";

/** The facts of one link that count, the facts with them, and which bodies of a gesture are unknown. */
export interface RecordedFacts {
  readonly own: readonly FactMade[];
  readonly facts: CaseFacts;
  readonly missing: ReadonlySet<string>;
}

/**
 * The facts a link is judged by: those before it, for a hidden class over `main` at the head it names. Throws unknown-reference
 * when `main` is not known that far, forked when it is another history.
 */
export function factsAt(state: CaseChain, main: CaseChain | undefined, mainHead: HeadRef | undefined): CaseFacts {
  if (state.class === "main" || mainHead === undefined || isHead(mainHead, state.mainHead)) return state.facts;
  if (main?.case !== state.case || main.class !== "main") {
    throw new ProtocolError("unknown-reference", "a hidden class is judged beside the main chain of its case");
  }
  return state.ownFacts.reduce((facts, own) => {
    // What `main` says since may have taken the author's power away: the fact no longer counts.
    return whatCounts(() => recordFact(facts, own), facts);
  }, main.positions.at(mainHead).facts);
}

function isHead(left: HeadRef, right: HeadRef | undefined): boolean {
  return left.seq === right?.seq && left.hash === right.hash;
}

function whatCounts<T>(attempt: () => T, otherwise: T): T {
  const result = reasonOf(attempt);
  return typeof result === "string" ? otherwise : result.value;
}

/** What it gives, or the reason for which it is refused. */
function reasonOf<T>(attempt: () => T): { readonly value: T } | Reason {
  try {
    return { value: attempt() };
  } catch (error) {
    if (error instanceof ProtocolError) return error.reason;
    throw error;
  }
}

/**
 * Judge a fact whose body is known, or the facts of a gesture in order: one that is refused refuses them all.
 *
 * Where a body of a gesture is unknown, nobody can judge what rests on it: the others count or not one by one, and the state
 * says what is missing. Throws wrong-hash for a body that is not the one the link names.
 */
export async function judgeFacts(judging: Judging, link: FactLink, body: JsonObject): Promise<RecordedFacts | Reason> {
  if (namedHash(body) !== link.fact) throw new ProtocolError("wrong-hash", "body of a fact");
  const stated = reasonOf(() => readFacts(body));
  if (typeof stated === "string") return stated;
  const missing = new Set(stated.value.flatMap(({ hash, fact }) => (fact === undefined ? [hash] : [])));
  let recorded: RecordedFacts = { own: [], facts: judging.access.facts, missing };
  for (const { hash, fact } of stated.value) {
    if (fact === undefined) continue;
    const after = await judgeOne(judging, link, recorded, hash, fact);
    if (typeof after !== "string") recorded = after;
    else if (missing.size === 0) return after;
  }
  return recorded;
}

async function judgeOne(
  judging: Judging,
  link: FactLink,
  before: RecordedFacts,
  hash: string,
  fact: Fact,
): Promise<RecordedFacts | Reason> {
  const author = { user: authorOf(judging), capacity: judging.capacity };
  const own = { fact, hash, position: link.head.seq, author, recordedMs: judging.atMs };
  if (fact.type === "participation" && !isAttested(judging, fact)) return "not-trusted";
  const stale = isWidening(fact) ? judgeFreshness(judging) : undefined;
  if (stale !== undefined) return stale;
  const after = reasonOf(() => {
    checkCollected(fact, judging.atMs);
    return recordFact(before.facts, own);
  });
  if (typeof after === "string") return after;
  const not = await invitationReason(judging, before.facts, fact);
  return not ?? { ...before, own: [...before.own, own], facts: after.value };
}

/** The reason for which an invitation, or the answer to one, is refused. */
async function invitationReason(judging: Judging, facts: CaseFacts, fact: Fact): Promise<Reason | undefined> {
  try {
    if (fact.type === "invitation") checkInvitation(judging, facts, fact);
    if (fact.type === "participation") await checkAnswered(judging, facts, fact);
  } catch (error) {
    if (error instanceof ProtocolError) return error.reason;
    throw error;
  }
  return undefined;
}

/**
 * What the invitations beside a void link boxed: who has a code may have had its box (protocol 6.2). Throws wrong-hash for a body
 * that is not the one the link names.
 */
export function boxedBy(link: FactLink, body: JsonObject | undefined): readonly Granted[] {
  if (body === undefined) return [];
  if (namedHash(body) !== link.fact) throw new ProtocolError("wrong-hash", "body of a fact");
  const stated = reasonOf(() => readFacts(body));
  if (typeof stated === "string") return [];
  return stated.value.flatMap(({ fact }) => (fact?.type === "invitation" ? fact.sections : []));
}

/**
 * Whether the capacity that takes part is the one a registrar attested for that user, at this instant. Otherwise whoever may add
 * a colleague could make a doctor of anybody. Throws unknown-reference when the attestation was not served.
 */
function isAttested({ directory, atMs }: Judging, fact: Participation): boolean {
  const attestation = directory.attestation(fact.attestation);
  const inForce = attestation.fromMs <= atMs && atMs < attestation.untilMs;
  return inForce && attestation.user === fact.user && isEqualCapacity(attestation.capacity, fact.capacity);
}

/** The state with a fact that counts, or with one whose body is unknown (`recorded` undefined). */
export function afterFact(before: CaseChain, link: FactLink, recorded: RecordedFacts | undefined): CaseChain {
  const missing = new Set([...before.missing, ...(recorded?.missing ?? [link.fact])]);
  const own = before.class === "main" ? [] : (recorded?.own ?? []);
  const state = { ...before, missing, ownFacts: [...before.ownFacts, ...own] };
  if (link.lists.length === 0) return state;
  const lists = new Map(link.lists.map(({ section, at }) => [section, at]));
  return { ...afterListing(state, link.lists), factLists: new Map(state.factLists).set(link.fact, lists) };
}
