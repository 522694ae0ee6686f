/**
 * What each link of a user chain does to it, and when it may (docs/spec/users.md). Called by `extendUserChain`.
 *
 * The link's place, times and signature have been checked when `applyAct` runs.
 */
import { same } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { verify } from "./keys.ts";
import { readPreamble } from "./statements.ts";
import type { Statement } from "./statements.ts";
import { deviceId, MAX_DEVICES, RECOVERY } from "./user-links.ts";
import type { BoxHashes, Generation, PublicKeys, UserActOf, UserLink } from "./user-links.ts";
import { HOUR_MS, VETO_MS } from "./user-state.ts";
import type { Device, Standing, UserChain } from "./user-state.ts";

export const MIN_AGE_MS = 24 * HOUR_MS;
export const CROSSING_MS = 72 * HOUR_MS;

/** Refuse a link from the future: it would count waiting times that have not passed. */
export function checkNotFuture(timeMs: number, latestMs: number): void {
  if (timeMs > latestMs) throw new ProtocolError("not-yet", "link dated in the future");
}

/** Refuse a generation that is not boxed to exactly these devices and the slot: wrong-readers. */
export function checkReaders(boxes: BoxHashes, expected: ReadonlySet<string>): void {
  if (boxes.size !== expected.size || ![...expected].every((to) => boxes.has(to))) {
    throw new ProtocolError("wrong-readers", "boxes of a user seed");
  }
}

/** Whether a link revokes, from the position before its author was revoked, the device that did it. */
export function isCrossing(chain: UserChain, link: UserLink): boolean {
  const { links, devices } = chain.state;
  const revokedSeq = devices.get(link.preamble.device)?.revokedSeq;
  if (link.act.type !== "device-revoke" || revokedSeq === undefined) return false;
  const before = link.preamble.userHead;
  const revoking = links[revokedSeq];
  return (
    before.seq === revokedSeq - 1 &&
    links[before.seq]?.hash === before.hash &&
    revoking?.type === "device-revoke" &&
    authorOf(revoking) === link.act.target
  );
}

function authorOf(statement: Statement): string {
  return readPreamble(statement.fields(), statement.type).device;
}

/** The chain's next state, all but `links` and `timeMs`; throws the `ProtocolError` of the broken rule. */
export async function applyAct(chain: UserChain, link: UserLink, linkHash: string): Promise<UserChain> {
  const { act } = link;
  switch (act.type) {
    case "device-add":
      return addDevice(chain, link, act);
    case "device-revoke":
      return revokeDevice(chain, link, act);
    case "user-key":
      return stand(nextGeneration(chain, act.generation, chain.active));
    case "recovery-set":
      return setRecovery(chain, link, act);
    case "recovery-replace":
      return replaceRecovery(chain, link, act, linkHash);
    case "recovery-veto":
      if (chain.state.replacement?.link !== act.replace) {
        throw new ProtocolError("unknown-reference", "no such replacement is pending");
      }
      return stand(chain.with({ replacement: undefined }));
    case "recover":
      return recover(chain, link, act);
    case "chain-close":
      if (link.preamble.device !== deviceId(chain.state.recovery)) checkAge(chain, link);
      return stand(chain, { closed: true });
  }
}

/** The chain with the standing after one more link; what is not said stays, but for a freeze, which every act ends or sets. */
function stand(chain: UserChain, changes: Partial<Standing> = {}): UserChain {
  const standing = { active: chain.active, frozen: false, closed: false, ...changes };
  return chain.with({ standing, standings: [...chain.state.standings, standing] });
}

/** The author is a device of the chain: `UserChain.deviceKey` gave its key. */
function authorDevice(chain: UserChain, link: UserLink): Device {
  const device = chain.state.devices.get(link.preamble.device);
  if (device === undefined) throw new ProtocolError("wrong-author", "device of the user chain");
  return device;
}

function checkAge(chain: UserChain, link: UserLink): void {
  if (link.preamble.timeMs - authorDevice(chain, link).addedMs < MIN_AGE_MS) {
    throw new ProtocolError("too-young", "device younger than 24 hours");
  }
}

/** Refuse a key that this chain has used: a revoked device would come back, or be its own recovery. */
function checkNewKeys(chain: UserChain, added: PublicKeys): void {
  const used = [...chain.state.devices.values(), chain.state.recovery];
  if (used.some((known) => same(known.sign, added.sign))) {
    throw new ProtocolError("already", "key used before in this chain");
  }
}

function nextGeneration(chain: UserChain, generation: Generation, readers: ReadonlySet<string>): UserChain {
  const { generations } = chain.state;
  const current = chain.generation.number;
  if (generation.number !== current + 1) {
    throw new ProtocolError("wrong-epoch", `generation ${generation.number} after ${current}`);
  }
  if (generations.some((known) => same(known.userBox, generation.userBox))) {
    throw new ProtocolError("already", "user key used before in this chain");
  }
  checkReaders(generation.boxes, new Set([...readers, RECOVERY]));
  return chain.with({ generations: [...generations, generation], generationOwed: false });
}

async function setRecovery(chain: UserChain, link: UserLink, act: UserActOf<"recovery-set">): Promise<UserChain> {
  checkAge(chain, link);
  checkNewKeys(chain, act.recovery);
  await verify(chain.state.recovery.sign, act.consent, act.consentBytes);
  const after = nextGeneration(chain, act.generation, chain.active);
  return stand(after.with({ recovery: act.recovery, replacement: undefined }));
}

function replaceRecovery(chain: UserChain, link: UserLink, act: UserActOf<"recovery-replace">, linkHash: string): UserChain {
  checkAge(chain, link);
  checkNewKeys(chain, act.recovery);
  if (chain.state.replacement !== undefined) {
    throw new ProtocolError("already", "a replacement of the recovery key is pending");
  }
  const replacement = { recovery: act.recovery, link: linkHash, fromMs: link.preamble.timeMs + VETO_MS };
  return stand(chain.with({ replacement }));
}

/** The devices with one more. */
function withDevice(chain: UserChain, link: UserLink, added: PublicKeys): Map<string, Device> {
  checkNewKeys(chain, added);
  const device = {
    ...added,
    addedMs: link.preamble.timeMs,
    addedSeq: chain.state.links.length,
    revokedSeq: undefined,
    revokedMs: undefined,
  };
  return new Map(chain.state.devices).set(deviceId(added), device);
}

function addDevice(chain: UserChain, link: UserLink, act: UserActOf<"device-add">): UserChain {
  if (chain.active.size >= MAX_DEVICES) throw new ProtocolError("too-large", `more than ${MAX_DEVICES} devices`);
  const id = deviceId(act.device);
  checkReaders(act.boxes, new Set([id]));
  const devices = withDevice(chain, link, act.device);
  return stand(chain.with({ devices }), { active: new Set([...chain.active, id]) });
}

function revokeDevice(chain: UserChain, link: UserLink, act: UserActOf<"device-revoke">): UserChain {
  const author = link.preamble.device;
  if (act.target === author) {
    throw new ProtocolError("not-entitled", "a device does not revoke itself: it would know the next seed");
  }
  const target = chain.state.devices.get(act.target);
  if (target === undefined) throw new ProtocolError("unknown-reference", "device to revoke");
  if (!chain.active.has(act.target)) throw new ProtocolError("already", "device to revoke");
  checkAge(chain, link);
  const devices = new Map(chain.state.devices).set(act.target, revoked(chain, link, target));
  const active = new Set([...chain.active].filter((id) => id !== act.target));
  if (!chain.active.has(author)) {
    checkCrossing(chain, link, act);
    return stand(chain.with({ devices }), { active, frozen: true });
  }
  if (act.generation === undefined) throw new ProtocolError("missing-field", "a revocation starts a generation");
  return stand(nextGeneration(chain, act.generation, active).with({ devices }), { active });
}

function checkCrossing(chain: UserChain, link: UserLink, act: UserActOf<"device-revoke">): void {
  const { revokedMs } = authorDevice(chain, link);
  if (act.generation !== undefined) {
    throw new ProtocolError("wrong-epoch", "a crossing revocation starts no generation");
  }
  if (revokedMs === undefined || link.preamble.timeMs - revokedMs > CROSSING_MS) {
    throw new ProtocolError("revoked", "device revoked more than 72 hours ago");
  }
}

function revoked(chain: UserChain, link: UserLink, device: Device): Device {
  return { ...device, revokedSeq: chain.state.links.length, revokedMs: link.preamble.timeMs };
}

function recover(chain: UserChain, link: UserLink, act: UserActOf<"recover">): UserChain {
  const disowned = disownedPositions(chain, act);
  const devices = withDevice(chain, link, act.device);
  for (const kept of act.keep) {
    const device = chain.state.devices.get(kept);
    if (device === undefined) throw new ProtocolError("unknown-reference", "device to keep");
    // A device comes back only when the link that revoked it is disowned by name.
    if (disowned.has(device.addedSeq) || (device.revokedSeq !== undefined && !disowned.has(device.revokedSeq))) {
      throw new ProtocolError("revoked", "device to keep");
    }
    devices.set(kept, { ...device, revokedSeq: undefined, revokedMs: undefined });
  }
  const active = new Set([deviceId(act.device), ...act.keep]);
  for (const gone of chain.active) {
    const device = devices.get(gone);
    if (device !== undefined && !active.has(gone)) devices.set(gone, revoked(chain, link, device));
  }
  const { recovery } = chain.state;
  const sameSlot = same(act.recovery.sign, recovery.sign) && same(act.recovery.box, recovery.box);
  if (!sameSlot) checkNewKeys(chain.with({ devices }), act.recovery);
  const after = nextGeneration(chain, act.generation, active);
  const names = new Set([...chain.state.disowned, ...act.notMine]);
  return stand(after.with({ devices, recovery: act.recovery, replacement: undefined, disowned: names }), { active });
}

/** The places of the disowned links, each of them signed by a device. */
function disownedPositions(chain: UserChain, act: UserActOf<"recover">): Set<number> {
  const { links, devices } = chain.state;
  const positions = new Set<number>();
  for (const hash of act.notMine) {
    const seq = links.findIndex((statement) => statement.hash === hash);
    const statement = links[seq];
    if (statement === undefined || seq === 0) throw new ProtocolError("unknown-reference", "disowned link");
    if (!devices.has(authorOf(statement))) {
      throw new ProtocolError("not-entitled", "a recovery does not disown what a recovery key signed");
    }
    positions.add(seq);
  }
  return positions;
}
