/**
 * An exchange's chain: who takes part in each epoch (docs/spec/exchanges.md, protocol 10.1).
 *
 * 1. The list of recipients is fixed; another list is another epoch, boxed to it without the older keys.
 * 2. Every link is judged by the facts of `main` at the head it names: the author may send, each member may receive.
 * 3. A creation that is not in order starts nothing: it throws. A change by somebody not entitled is void and stays.
 * 4. Whoever is in the list and may no longer receive, or has a newer key, is a debt: change the list before writing.
 */
import { activeTable } from "./active-tables.ts";
import type { ActiveTables } from "./active-tables.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { CaseChain } from "./case-state.ts";
import { canBeBoxed, generationAt } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { FRESH_MS } from "./entitlement.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { readExchangeChange, readExchangeCreate } from "./exchange-links.ts";
import type { ExchangeChange, ExchangeEpoch } from "./exchange-links.ts";
import { isClosed } from "./linked-cases.ts";
import type { UserRecipient } from "./opening-links.ts";
import type { PolicyTable } from "./policy-table.ts";
import { mayReceive, maySend, standingIn, standingsIn } from "./section-access.ts";
import type { CaseStanding } from "./section-access.ts";
import type { HeadRef, UnverifiedStatement } from "./statements.ts";
import { verifyStatement } from "./user-chain.ts";

const CLOCK_MS = 120_000;

/** A verified exchange: what it is about, its members, its epoch, the head of `main` it was last judged by. */
export interface ExchangeChain {
  readonly hub: string;
  readonly case: string;
  readonly exchange: string;
  readonly compartment: string;
  readonly level: number;
  readonly head: HeadRef;
  readonly timeMs: number;
  readonly mainHead: HeadRef;
  readonly classHead: HeadRef | undefined;
  readonly members: readonly UserRecipient[];
  readonly epoch: number;
  readonly commitments: ReadonlyMap<number, Uint8Array>;
  /** Of every epoch: who was boxed, and for which generation. Entries of an epoch are its members' only. */
  readonly readers: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly userHeads: ReadonlyMap<string, number>;
  readonly voids: ReadonlyMap<string, Reason>;
}

/** What links of an exchange are judged with; `state` is of the class that judges it: `main`, or child protection. */
export interface ExchangeJudging {
  readonly state: CaseChain;
  readonly directory: Directory;
  readonly tables: ActiveTables;
}

/** Whether a user is in the current list. */
export function isExchangeMember(chain: ExchangeChain, user: string): boolean {
  return chain.members.some((member) => member.user === user);
}

/** Whether a user was boxed the key of an epoch. */
export function couldRead(chain: ExchangeChain, user: string, epoch: number): boolean {
  return chain.readers.get(epoch)?.has(user) ?? false;
}

/** The chain of a new exchange; throws why it may not start. */
export async function startExchange(create: UnverifiedStatement, judging: ExchangeJudging): Promise<ExchangeChain> {
  const { common, compartment, level } = readExchangeCreate(create);
  const { state, directory } = judging;
  await verifyStatement(directory.user(common.preamble.user), create);
  if (common.case !== state.case || common.preamble.hub !== state.hub) {
    throw new ProtocolError("wrong-case", "exchange-create");
  }
  const chain: ExchangeChain = {
    hub: state.hub,
    case: state.case,
    exchange: create.hash,
    compartment,
    level,
    head: { seq: 0, hash: create.hash },
    timeMs: common.preamble.timeMs,
    mainHead: common.mainHead,
    classHead: common.classHead,
    members: [],
    epoch: 0,
    commitments: new Map(),
    readers: new Map(),
    userHeads: new Map(),
    voids: new Map(),
  };
  const reason = judge(chain, common, judging);
  if (reason !== undefined) throw new ProtocolError(reason, "exchange-create");
  return withEpoch(chain, common, chain.head);
}

/** The chain after a change of list: in force, or kept as void. Throws what is the server's fault. */
export async function extendExchange(
  chain: ExchangeChain,
  statement: UnverifiedStatement,
  judging: ExchangeJudging,
): Promise<ExchangeChain> {
  const link = readExchangeChange(statement);
  const { common } = link;
  const { preamble } = common;
  checkPlace(chain, link);
  await verifyStatement(judging.directory.user(preamble.user), statement);
  const head = { seq: link.seq, hash: statement.hash };
  const reason = judgeChange(chain, common, judging);
  if (reason === undefined) return withEpoch(chain, common, head);
  return {
    ...chain,
    head,
    voids: new Map(chain.voids).set(statement.hash, reason),
    userHeads: new Map(chain.userHeads).set(preamble.user, preamble.userHead.seq),
  };
}

function judgeChange(chain: ExchangeChain, common: ExchangeEpoch, judging: ExchangeJudging): Reason | undefined {
  if (common.epoch !== chain.epoch + 1) return "wrong-epoch";
  if (!isExchangeMember(chain, common.preamble.user)) return "not-entitled";
  return judge(chain, common, judging);
}

/**
 * The members, in order, whom the current key must no longer be for: a change of list is owed. What they may receive is asked of
 * the other members as senders, by whom the list was made: not of every author who could write in that part, most of whom are
 * not in it.
 */
export function exchangeDebt(
  chain: ExchangeChain,
  facts: CaseFacts,
  table: PolicyTable,
  atMs: number,
  directory: Directory,
): readonly string[] {
  const boxed = chain.readers.get(chain.epoch);
  return chain.members
    .filter(
      (member) =>
        !mayStay(chain, member, facts, table, atMs) ||
        directory.user(member.user).generation.number > (boxed?.get(member.user) ?? 0),
    )
    .map(({ user }) => user);
}

function mayStay(chain: ExchangeChain, member: UserRecipient, facts: CaseFacts, table: PolicyTable, atMs: number): boolean {
  const senders = chain.members
    .filter(({ user }) => user !== member.user)
    .flatMap(({ user, capacity }) => standingsIn(facts, user, atMs).filter(({ participation }) => participation === capacity));
  const asked = senders.length > 0 ? senders : [undefined];
  return asked.some((sender) => memberMayReceive(chain, member, sender, facts, table, atMs));
}

function checkPlace(chain: ExchangeChain, { common, exchange, seq, prev }: ExchangeChange): void {
  const { preamble } = common;
  if (preamble.hub !== chain.hub) throw new ProtocolError("wrong-hub", "exchange-change");
  if (common.case !== chain.case) throw new ProtocolError("wrong-case", "exchange-change");
  if (exchange !== chain.exchange) throw new ProtocolError("wrong-chain", "exchange-change");
  if (seq !== chain.head.seq + 1) throw new ProtocolError("wrong-sequence", "exchange-change");
  if (prev !== chain.head.hash) throw new ProtocolError("wrong-hash", "exchange-change");
  if (preamble.userHead.seq < (chain.userHeads.get(preamble.user) ?? 0)) {
    throw new ProtocolError("rolled-back", "exchange-change: user_head goes back");
  }
}

function judge(chain: ExchangeChain, common: ExchangeEpoch, judging: ExchangeJudging): Reason | undefined {
  const { timeMs } = common.preamble;
  const atMs = Math.max(timeMs, chain.timeMs);
  const facts = factsFor(chain, common, judging.state);
  if (facts === undefined) return "rolled-back";
  if (common.fresh.timeMs < atMs - FRESH_MS) return "stale";
  if (common.fresh.timeMs > timeMs + CLOCK_MS) return "not-yet";
  const table = activeTable(judging.tables, common.policy, atMs);
  if (table === undefined) return "wrong-policy";
  if (chain.epoch === 0 && isClosed(facts, atMs)) return "closed";
  return judgePeople(chain, common, facts, table, judging.directory);
}

/** The facts at the heads a link names; undefined when they are older than those of an earlier link. */
function factsFor(chain: ExchangeChain, common: ExchangeEpoch, state: CaseChain): CaseFacts | undefined {
  const class_ = chain.compartment === "child_protection" ? "child_protection" : "main";
  if (state.class !== class_ || state.case !== chain.case) {
    throw new ProtocolError("unknown-reference", "an exchange is judged beside the chain of its class");
  }
  if (common.mainHead.seq < chain.mainHead.seq) return undefined;
  if (chain.classHead === undefined) return state.positions.at(common.mainHead).facts;
  if (common.classHead === undefined || common.classHead.seq < chain.classHead.seq) return undefined;
  return state.positions.at(common.classHead).facts;
}

function judgePeople(
  chain: ExchangeChain,
  common: ExchangeEpoch,
  facts: CaseFacts,
  table: PolicyTable,
  directory: Directory,
): Reason | undefined {
  const atMs = Math.max(common.preamble.timeMs, chain.timeMs);
  const author = common.preamble.user;
  const sender = authorStanding(common, facts, directory, atMs);
  if (sender === undefined || !common.members.some(({ user }) => user === author)) return "not-entitled";
  if (!maySend(facts, table, sender, chain, atMs)) return "not-permitted";
  for (const [place, box] of common.boxes.entries()) {
    const member = common.members[place];
    if (member === undefined) return "wrong-readers";
    if (member.user !== author && !memberMayReceive(chain, member, sender, facts, table, atMs)) return "wrong-recipient";
    if (box.head.seq < (chain.userHeads.get(box.user) ?? 0)) return "rolled-back";
    const user = directory.user(box.user);
    if (generationAt(user, box.head).generation !== box.generation) return "wrong-epoch";
    if (!canBeBoxed(user, box.head)) return "closed";
  }
  return undefined;
}

function authorStanding(common: ExchangeEpoch, facts: CaseFacts, directory: Directory, atMs: number): CaseStanding | undefined {
  const { user } = common.preamble;
  const found = standingsIn(facts, user, atMs);
  if (common.capacity === undefined) return standingIn(found, undefined);
  const attestation = directory.attestation(common.capacity);
  if (attestation.user !== user || atMs < attestation.fromMs || atMs >= attestation.untilMs) return undefined;
  return standingIn(found, attestation.capacity);
}

function memberMayReceive(
  chain: ExchangeChain,
  member: UserRecipient,
  sender: CaseStanding | undefined,
  facts: CaseFacts,
  table: PolicyTable,
  atMs: number,
): boolean {
  return standingsIn(facts, member.user, atMs).some(
    (standing) => standing.participation === member.capacity && mayReceive(facts, table, standing, chain, atMs, sender),
  );
}

function withEpoch(chain: ExchangeChain, common: ExchangeEpoch, head: HeadRef): ExchangeChain {
  const { preamble, epoch } = common;
  const userHeads = new Map(chain.userHeads).set(preamble.user, preamble.userHead.seq);
  for (const { user, head: at } of common.boxes) {
    const known = user === preamble.user ? preamble.userHead.seq : 0;
    userHeads.set(user, Math.max(at.seq, known));
  }
  return {
    ...chain,
    head,
    timeMs: Math.max(preamble.timeMs, chain.timeMs),
    mainHead: common.mainHead,
    classHead: common.classHead,
    members: common.members,
    epoch,
    commitments: new Map(chain.commitments).set(epoch, common.commit),
    readers: new Map(chain.readers).set(epoch, new Map(common.boxes.map(({ user, generation }) => [user, generation]))),
    userHeads,
  };
}
