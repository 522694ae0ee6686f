/** One link of a case chain judged: the server's faults throw, a member's give a verdict (docs/spec/case-chains.md). */
import { activeTable } from "./active-tables.ts";
import type { ActiveTables } from "./active-tables.ts";
import type { JsonObject } from "./canonical.ts";
import type { Capacity } from "./capacities.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { FactLink, LinkHead } from "./case-links.ts";
import { instantOf, VALID } from "./case-state.ts";
import type { CaseChain, Verdict } from "./case-state.ts";
import type { Directory } from "./directory.ts";
import { judgeClaim, judgeGrant, judgeGrantSection, judgeLists, judgeRevoke, judgeRotate } from "./entitlement.ts";
import type { Judging } from "./entitlement.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { factsAt, judgeFacts } from "./fact-judgement.ts";
import type { RecordedFacts } from "./fact-judgement.ts";
import type { GrantLink } from "./key-links.ts";
import { readLink } from "./link-reading.ts";
import type { Link } from "./link-reading.ts";
import { judgeOpening, judgeOpeningClose } from "./openings.ts";
import { SectionAccess } from "./section-access.ts";
import type { HeadRef, UnverifiedStatement } from "./statements.ts";
import { verifyStatement } from "./user-chain.ts";

/** What links of a case are judged with: the people, and the tables with when each was in force. */
export interface JudgedWith {
  readonly directory: Directory;
  readonly tables: ActiveTables;
  /** The newest known state of the main chain, needed for a hidden class. */
  readonly main?: CaseChain | undefined;
}

/** A link read and judged: what `extendCase` applies. */
export interface Judged {
  readonly link: Link;
  readonly hash: string;
  readonly atMs: number;
  readonly verdict: Verdict;
  readonly facts: CaseFacts;
  readonly mainHead: HeadRef | undefined;
  readonly capacity?: Capacity | undefined;
  readonly access?: SectionAccess;
  readonly recorded?: RecordedFacts;
}

/** Refuse a statement whose author's device or signature does not stand (protocol 3.4). */
export async function checkAuthor(statement: UnverifiedStatement, directory: Directory): Promise<void> {
  await verifyStatement(directory.user(statement.preamble.user), statement);
}

/** Read a link, refuse it if the server must not have accepted it, and judge whether it confers what it says. */
export async function judgeLink(
  state: CaseChain,
  statement: UnverifiedStatement,
  factBody: JsonObject | undefined,
  { directory, tables, main }: JudgedWith,
): Promise<Judged> {
  const link = readLink(statement);
  const { head } = link;
  checkPlace(state, head, statement.type);
  await checkAuthor(statement, directory);
  const atMs = instantOf(state, head.preamble.timeMs);
  const mainHead = mainHeadOf(state, head);
  const facts = factsAt(state, main, mainHead);
  const judged = { link, hash: statement.hash, atMs, verdict: VALID, facts, mainHead };
  const table = activeTable(tables, head.policy, atMs);
  if (table === undefined) return { ...judged, verdict: isVoid("wrong-policy") };
  const acting = capacityOf(head, directory, atMs);
  if (typeof acting === "string") return { ...judged, verdict: isVoid(acting) };
  const access = SectionAccess.at(table, facts, atMs);
  const judging = { state, head, atMs, access, capacity: acting.capacity, directory };
  if (link.type === "fact") return judgeFactLink(judging, judged, link, factBody);
  return { ...judged, verdict: verdictOf(judging, link), capacity: acting.capacity, access };
}

function isVoid(reason: Reason): Verdict {
  return { reason, sections: new Map() };
}

function verdictOf(judging: Judging, link: Exclude<Link, FactLink>): Verdict {
  if (link.type === "grant") return grantVerdict(judging, link);
  const reason = reasonOf(judging, link);
  return reason === undefined ? VALID : isVoid(reason);
}

function reasonOf(judging: Judging, link: Exclude<Link, FactLink | GrantLink>): Reason | undefined {
  switch (link.type) {
    case "claim":
      return judgeClaim(judging, link);
    case "rotate":
      return judgeRotate(judging, link);
    case "revoke":
      return judgeRevoke(judging, link);
    case "opening":
      return judgeOpening(judging, link);
    case "opening-close":
      return judgeOpeningClose(judging, link);
  }
}

function grantVerdict(judging: Judging, link: GrantLink): Verdict {
  const whole = judgeGrant(judging, link);
  if (whole !== undefined) return isVoid(whole);
  const sections = new Map<string, Reason>();
  for (const granted of link.sections) {
    const reason = judgeGrantSection(judging, link, granted);
    if (reason !== undefined) sections.set(granted.section, reason);
  }
  const [first] = sections.values();
  if (sections.size === link.sections.length) return { reason: first, sections };
  return { reason: undefined, sections };
}

async function judgeFactLink(judging: Judging, judged: Judged, link: FactLink, body: JsonObject | undefined): Promise<Judged> {
  const reason = judgeLists(judging, link.lists);
  if (reason !== undefined) return { ...judged, verdict: isVoid(reason) };
  if (body === undefined) return judged;
  const recorded = await judgeFacts(judging, link, body);
  if (typeof recorded === "string") return { ...judged, verdict: isVoid(recorded) };
  return { ...judged, facts: recorded.facts, recorded };
}

function checkPlace(state: CaseChain, head: LinkHead, what: string): void {
  const { preamble } = head;
  if (preamble.hub !== state.hub) throw new ProtocolError("wrong-hub", what);
  if (head.case !== state.case) throw new ProtocolError("wrong-case", what);
  if (head.class !== state.class) throw new ProtocolError("wrong-chain", what);
  if (head.seq !== state.head.seq + 1) {
    throw new ProtocolError("wrong-sequence", `${what}: link ${head.seq} after ${state.head.seq}`);
  }
  if (head.prev !== state.head.hash) throw new ProtocolError("wrong-hash", `${what}: the link before it is another`);
  if (preamble.userHead.seq < (state.userHeads.get(preamble.user) ?? 0)) {
    throw new ProtocolError("rolled-back", `${what}: user_head goes back`);
  }
}

/** The capacity an author acts in; whether they take part with it is judged by each kind of link. */
function capacityOf(head: LinkHead, directory: Directory, atMs: number): { readonly capacity: Capacity | undefined } | Reason {
  if (head.capacity === undefined) return { capacity: undefined };
  const attestation = directory.attestation(head.capacity);
  if (attestation.user !== head.preamble.user) return "wrong-author";
  const inForce = attestation.fromMs <= atMs && atMs < attestation.untilMs;
  return inForce ? { capacity: attestation.capacity } : "expired";
}

/** The head of `main` by which a hidden link is judged: never older than one already named. */
function mainHeadOf(state: CaseChain, head: LinkHead): HeadRef | undefined {
  const known = state.mainHead;
  if (head.mainHead === undefined || (known !== undefined && head.mainHead.seq < known.seq)) return known;
  return head.mainHead;
}
