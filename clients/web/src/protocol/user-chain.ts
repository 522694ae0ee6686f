/**
 * A user's chain: their devices and user key, judged link by link (docs/spec/users.md; protocol section 3).
 *
 * 1. The user id is the hash of the first link. There is no identity key, and no link that resets a chain.
 * 2. Links are hash-linked, their times never go back, each is signed by an unrevoked device or by the recovery key.
 * 3. A device younger than 24 h revokes nothing, sets no recovery, closes nothing; a device never revokes itself.
 * 4. `recover` names links that are not its author's, keeps devices by name, and starts a new generation.
 * 5. Another recovery key needs the old one's consent, or 72 h without veto.
 * 6. A device revoked less than 72 h ago may revoke the one that revoked it: two crossing revocations freeze the account until
 *    `recover`. Without this, a thief who revokes first would keep the account.
 * 7. A statement is judged by its author's device at `user_head`: what comes later never changes that answer, so that two
 *    readers agree on it for ever. Disowned links are listed for humans, not replayed.
 *
 * Times are those that links state. Whoever holds the time of a link's leaf compares them with `checkDepositTime`; a reader
 * without it refuses only a link from the future.
 */
import type { Bytes } from "./bytes.ts";
import { same } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import type { HeadRef, Statement, UnverifiedStatement } from "./statements.ts";
import { applyAct, checkNotFuture, checkReaders, isCrossing } from "./user-acts.ts";
import { deviceId, isUserLink, readUserCreate, readUserLink, RECOVERY } from "./user-links.ts";
import type { UserLink } from "./user-links.ts";
import { UserChain } from "./user-state.ts";

const CLOCK_MS = 120_000;

/** The chain of one link; its first device signed it. */
export async function startUserChain(create: UnverifiedStatement): Promise<UserChain> {
  const { hub, timeMs, device, recovery, generation } = readUserCreate(create);
  if (generation.number !== 1) throw new ProtocolError("wrong-epoch", "first generation");
  if (same(recovery.sign, device.sign)) throw new ProtocolError("already", "the recovery key is the device's key");
  const id = deviceId(device);
  checkReaders(generation.boxes, new Set([id, RECOVERY]));
  const verified = await create.verify(device.sign);
  const first = { ...device, addedMs: timeMs, addedSeq: 0, revokedSeq: undefined, revokedMs: undefined };
  const standing = { active: new Set([id]), frozen: false, closed: false };
  return new UserChain({
    user: create.hash,
    hub,
    links: [verified],
    timeMs,
    createdMs: timeMs,
    devices: new Map([[id, first]]),
    generations: [generation],
    recovery,
    standings: [standing],
    standing,
    replacement: undefined,
    disowned: new Set(),
    generationOwed: false,
  });
}

/** The chain that these links make, first link first. */
export async function replayUserChain(links: readonly UnverifiedStatement[], nowMs: number): Promise<UserChain> {
  const [first, ...others] = links;
  if (first === undefined) throw new ProtocolError("missing-field", "a user chain without links");
  let chain = await startUserChain(first);
  checkNotFuture(chain.state.timeMs, nowMs + CLOCK_MS);
  for (const link of others) chain = await extendUserChain(chain, link, nowMs);
  return chain;
}

/**
 * Refuse a link whose stated time is more than 2 minutes from when it was deposited: stale or not-yet. A back-dated
 * `recovery-replace` would otherwise have its 72 hours behind it on arrival.
 */
export function checkDepositTime(timeMs: number, depositMs: number): void {
  checkNotFuture(timeMs, depositMs + CLOCK_MS);
  if (timeMs < depositMs - CLOCK_MS) {
    throw new ProtocolError("stale", "link deposited long after the time it states");
  }
}

/** The chain with one more link; throws the `ProtocolError` that says which rule it breaks. */
export async function extendUserChain(chain: UserChain, statement: UnverifiedStatement, nowMs: number): Promise<UserChain> {
  const link = readUserLink(statement);
  checkPlace(chain, link);
  const { timeMs } = link.preamble;
  if (timeMs < chain.state.timeMs) throw new ProtocolError("time-backwards", statement.type);
  checkNotFuture(timeMs, nowMs + CLOCK_MS);
  const settled = chain.settled(timeMs);
  const verified = await statement.verify(signerOf(settled, link));
  const after = await applyAct(settled, link, verified.hash);
  return after.with({ links: [...chain.state.links, verified], timeMs });
}

function checkPlace(chain: UserChain, link: UserLink): void {
  const { preamble, position } = link;
  const head = chain.head;
  if (preamble.hub !== chain.hub) throw new ProtocolError("wrong-hub", "user chain");
  if (preamble.user !== chain.user) throw new ProtocolError("wrong-author", "link of another user's chain");
  if (chain.closed) throw new ProtocolError("closed", "user chain");
  if (position.seq !== head.seq + 1) throw new ProtocolError("wrong-sequence", "user chain");
  if (position.hash !== head.hash) throw new ProtocolError("wrong-hash", "user chain");
  if (!isSameHead(preamble.userHead, head) && !isCrossing(chain, link)) {
    throw new ProtocolError("wrong-sequence", "user_head of a link is the link before it");
  }
}

function isSameHead(left: HeadRef, right: HeadRef): boolean {
  return left.seq === right.seq && left.hash === right.hash;
}

/** The key that must have signed: the recovery key's for `recover`, else the author device's. */
function signerOf(chain: UserChain, link: UserLink): Bytes {
  const author = link.preamble.device;
  const { type } = link.act;
  const { recovery } = chain.state;
  if ((type === "recover" || type === "chain-close") && author === deviceId(recovery)) return recovery.sign;
  if (type === "recover") throw new ProtocolError("wrong-author", "recover is signed by the recovery key in force");
  if (chain.frozen) throw new ProtocolError("frozen", "user chain");
  return chain.deviceKey(author, link.preamble.userHead);
}

/**
 * A statement of this user as verified: hub, author, device at `user_head`, signature (protocol 3.4). That `user_head` does
 * not go back among the statements of one chain is judged by that chain. Throws `ProtocolError`: wrong-author, wrong-hub,
 * unknown-reference for a head beyond this chain (fetch it and try again), forked for a head of another history, revoked,
 * frozen, closed, bad-signature.
 */
export async function verifyStatement(chain: UserChain, statement: UnverifiedStatement): Promise<Statement> {
  if (isUserLink(statement.type)) throw new ProtocolError("wrong-type", `${statement.type} is judged in its chain`);
  const { preamble } = statement;
  if (preamble.hub !== chain.hub) throw new ProtocolError("wrong-hub", statement.type);
  if (preamble.user !== chain.user) throw new ProtocolError("wrong-author", statement.type);
  return statement.verify(chain.deviceKey(preamble.device, preamble.userHead));
}
