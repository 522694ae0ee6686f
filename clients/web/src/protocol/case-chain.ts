/**
 * A case's chain, link by link: the state machine that servers and clients compute alike (docs/spec/case-chains.md).
 *
 * 1. What the server must not have accepted throws: hub, case, class, sequence, previous hash, author's device, signature, a fact
 *    body that is not the one named, a user head that goes back. The caller stops and keeps the evidence.
 * 2. What a member signed without being entitled to it is void: the link stays, confers nothing, is listed in `voids`, and every
 *    epoch whose key it delivered is tainted (protocol 6.2).
 * 3. A link is judged by the links before it, at the later of its own time and theirs.
 * 4. A hidden class is judged by the facts of `main` at the head it names, with its own facts over them. Nothing of a hidden
 *    class is ever an input of `main` (protocol 6.6).
 */
import { mayOpenCase } from "./act-rules.ts";
import { activeTable } from "./active-tables.ts";
import type { ActiveTables } from "./active-tables.ts";
import type { JsonObject } from "./canonical.ts";
import { checkAttestationAt } from "./capacities.ts";
import { CaseFacts } from "./case-facts.ts";
import { readCaseCreate, readClassCreate } from "./case-links.ts";
import { Positions } from "./case-state.ts";
import type { CaseChain, Verdict } from "./case-state.ts";
import type { Directory } from "./directory.ts";
import { rotatedSections } from "./entitlement.ts";
import type { EntryListHead } from "./entry-list.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { afterFact, boxedBy } from "./fact-judgement.ts";
import { checkAuthor, judgeLink } from "./judgement.ts";
import type { Judged, JudgedWith } from "./judgement.ts";
import { afterClaim, afterGrant, afterRevoke, afterRotate, afterVoidGrant } from "./key-effects.ts";
import type { GrantLink } from "./key-links.ts";
import { listPositions, readLink, targetsOf } from "./link-reading.ts";
import { afterOpening, afterOpeningClose } from "./openings.ts";
import type { VisibilityClass } from "./places.ts";
import type { Preamble, UnverifiedStatement } from "./statements.ts";

/** The `main` chain of a new case. A creation that is not in order starts nothing: every fault throws. */
export async function startCase(create: UnverifiedStatement, directory: Directory, tables: ActiveTables): Promise<CaseChain> {
  const link = readCaseCreate(create);
  const { preamble } = link;
  await checkAuthor(create, directory);
  if (activeTable(tables, link.policy, preamble.timeMs) === undefined) throw new ProtocolError("wrong-policy", "case-create");
  const attestation = directory.attestation(link.capacity);
  checkAttestationAt(attestation, preamble.timeMs);
  const { capacity } = attestation;
  if (attestation.user !== preamble.user) {
    throw new ProtocolError("not-entitled", "case-create with the attestation of somebody else");
  }
  if (!mayOpenCase(capacity, link.kind)) {
    throw new ProtocolError("not-entitled", `case-create of kind ${link.kind} by row ${capacity.row}`);
  }
  const opener = { user: preamble.user, capacity };
  const start = { case: create.hash, kind: link.kind, structure: link.structure, createdMs: preamble.timeMs, opener };
  const facts = CaseFacts.start(start, link.episode);
  return { ...started(create.hash, "main", create.hash, preamble, facts), logKeyHash: link.logKeyHash };
}

/** The chain of a hidden class, made by the creator of the case. */
export async function startClass(create: UnverifiedStatement, main: CaseChain, directory: Directory): Promise<CaseChain> {
  const link = readClassCreate(create);
  await checkAuthor(create, directory);
  if (link.case !== main.case || link.preamble.hub !== main.hub) throw new ProtocolError("wrong-case", "class-create");
  if (link.preamble.user !== main.creator) {
    throw new ProtocolError("wrong-author", "class-create by another than the creator of the case");
  }
  const { first } = main;
  const state = started(main.case, link.class, create.hash, link.preamble, first.facts);
  return { ...state, mainHead: { seq: 0, hash: first.hash } };
}

/**
 * Whether a link confers what it says; throws `ProtocolError` for what is the server's fault. `factBody` travels beside a fact
 * link, undefined when it was erased or not served.
 */
export async function judge(
  state: CaseChain,
  statement: UnverifiedStatement,
  factBody: JsonObject | undefined,
  judgedWith: JudgedWith,
): Promise<Verdict> {
  return (await judgeLink(state, statement, factBody, judgedWith)).verdict;
}

/** The state after one more link: judged, then applied, or kept as void. Throws as `judge` does. */
export async function extendCase(
  state: CaseChain,
  statement: UnverifiedStatement,
  factBody: JsonObject | undefined,
  judgedWith: JudgedWith,
): Promise<CaseChain> {
  const judged = await judgeLink(state, statement, factBody, judgedWith);
  const { link, verdict } = judged;
  const isVoidFact = link.type === "fact" && verdict.reason !== undefined;
  const before = isVoidFact ? afterVoidGrant(state, boxedBy(link, factBody)) : state;
  return placed(applied(before, judged), judged);
}

/**
 * Refuse a claim, rotation, revocation or end whose list positions are not the newest: wrong-list.
 *
 * For whoever holds the lists: the server before it accepts, a client that keeps them. An epoch owns exactly the indexes between
 * its position and the next one's (protocol 8.4).
 */
export function checkLists(statement: UnverifiedStatement, newest: ReadonlyMap<string, EntryListHead>): void {
  for (const { section, at } of listPositions(readLink(statement))) {
    const known = newest.get(section);
    if (known?.n !== at.n || known.h !== at.h) {
      throw new ProtocolError("wrong-list", `${statement.type}: position in the list of ${section}`);
    }
  }
}

function started(case_: string, class_: VisibilityClass, chain: string, preamble: Preamble, facts: CaseFacts): CaseChain {
  const first = { hash: chain, facts, sections: new Map(), timeMs: preamble.timeMs };
  return {
    hub: preamble.hub,
    case: case_,
    class: class_,
    chain,
    creator: preamble.user,
    head: { seq: 0, hash: chain },
    timeMs: preamble.timeMs,
    facts,
    first,
    positions: new Positions().append(first),
    sections: new Map(),
    openings: new Map(),
    voids: new Map(),
    voidSections: new Map(),
    userHeads: new Map([[preamble.user, preamble.userHead.seq]]),
    missing: new Set(),
    mainHead: undefined,
    logKeyHash: undefined,
    ownFacts: [],
    factLists: new Map(),
  };
}

function applied(state: CaseChain, judged: Judged): CaseChain {
  const { link, verdict, atMs } = judged;
  if (link.type === "grant") return afterJudgedGrant(state, link, judged);
  if (verdict.reason !== undefined) return state;
  switch (link.type) {
    case "claim":
      return afterClaim(state, link, atMs);
    case "rotate":
      return afterRotate(state, link, judged.access?.nextReaders(rotatedSections(state, link)) ?? new Map(), atMs);
    case "revoke":
      return afterRevoke(state, link);
    case "opening":
      return afterOpening(state, link, judged.hash, judged.capacity);
    case "opening-close":
      return afterOpeningClose(state, link);
    case "fact":
      return afterFact(state, link, judged.recorded);
  }
}

function afterJudgedGrant(before: CaseChain, link: GrantLink, { hash, verdict, atMs }: Judged): CaseChain {
  const isVoid = (section: string): boolean => verdict.reason !== undefined || verdict.sections.has(section);
  let state = afterVoidGrant(
    before,
    link.sections.filter(({ section }) => isVoid(section)),
  );
  const good = link.sections.filter(({ section }) => !isVoid(section));
  if (verdict.reason === undefined) state = afterGrant(state, link, good, atMs);
  if (verdict.sections.size === 0) return state;
  return { ...state, voidSections: new Map(state.voidSections).set(hash, verdict.sections) };
}

/** The state with the link in its place, valid or not. */
function placed(state: CaseChain, judged: Judged): CaseChain {
  const { hash, link, verdict, facts, mainHead } = judged;
  const { preamble, seq } = link.head;
  const isVoid = verdict.reason !== undefined;
  // A void link does not move time: it would end, by its clock alone, whatever has an end.
  const timeMs = isVoid ? state.timeMs : judged.atMs;
  const heads = new Map([[preamble.user, preamble.userHead.seq]]);
  for (const { user, head } of isVoid ? [] : targetsOf(link)) heads.set(user, head.seq);
  const userHeads = new Map(state.userHeads);
  for (const [user, seen] of heads) if ((userHeads.get(user) ?? -1) < seen) userHeads.set(user, seen);
  const voids: ReadonlyMap<string, Reason> =
    verdict.reason === undefined ? state.voids : new Map(state.voids).set(hash, verdict.reason);
  const positions = state.positions.append({ hash, facts, sections: state.sections, timeMs });
  return { ...state, head: { seq, hash }, timeMs, facts, positions, voids, userHeads, mainHead };
}
