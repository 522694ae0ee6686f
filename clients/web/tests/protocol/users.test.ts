/** Links of user chains as this client composes them, read by the rules that everybody reads them by. */
import { expect, it } from "vitest";

import { BoxKey } from "../../src/protocol/boxes.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { loginBody } from "../../src/protocol/login.ts";
import { seenBody, verifySeen } from "../../src/protocol/seen-in-person.ts";
import { signStatement } from "../../src/protocol/statements.ts";
import type { Preamble } from "../../src/protocol/statements.ts";
import * as bodies from "../../src/protocol/user-bodies.ts";
import { extendUserChain } from "../../src/protocol/user-chain.ts";
import { openOlderSeeds, sealPreviousSeed, sealUserSeeds } from "../../src/protocol/user-keys.ts";
import { checkServedBoxes, deviceId, keyContext, RECOVERY, withBoxes } from "../../src/protocol/user-links.ts";
import type { UserChain } from "../../src/protocol/user-state.ts";
import { FIRST_SEED, oneDeviceChain, testKeys } from "../vectors/people.ts";
import type { TestKeys } from "../vectors/people.ts";

const DAY_MS = 86_400_000;
const FAR_MS = 2 ** 50;

async function reason(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.reason;
    throw error;
  }
  return "accepted";
}

function preamble(chain: UserChain, author: TestKeys, days: number): Preamble {
  const device = deviceId(author.public);
  return { hub: chain.hub, user: chain.user, device, userHead: chain.head, timeMs: 1_000_000 + days * DAY_MS };
}

async function add(chain: UserChain, body: JsonObject, author: TestKeys): Promise<UserChain> {
  return extendUserChain(chain, await signStatement(body, author.sign), FAR_MS);
}

/** A body with the boxes of a seed for these devices and for the slot. */
async function boxed(body: JsonObject, seed: Uint8Array, readers: readonly TestKeys[], slot?: TestKeys): Promise<JsonObject> {
  const to = readers.map((keys) => [deviceId(keys.public), keys.public.box] as const);
  const recipients = new Map([...to, ...(slot === undefined ? [] : [[RECOVERY, slot.public.box] as const])]);
  return withBoxes(body, await sealUserSeeds(seed, recipients, keyContext(body)));
}

/** The fields of the generation after the chain's, from a seed of that byte. */
async function nextGeneration(chain: UserChain, byte: number, previous: Uint8Array): Promise<JsonObject> {
  const [seed, number] = [new Uint8Array(32).fill(byte), chain.generation.number + 1];
  const sealed = await sealPreviousSeed(previous, seed, chain.user, number);
  return bodies.generationFields(number, await new BoxKey(seed).public(), sealed);
}

/** A chain with a second device, a day old. */
async function twoDevices(): Promise<readonly [chain: UserChain, first: TestKeys, second: TestKeys, slot: TestKeys]> {
  const [chain, first, second, slot] = [await oneDeviceChain(), await testKeys(1), await testKeys(11), await testKeys(2)];
  const body = await boxed(bodies.deviceAddBody(preamble(chain, first, 0), second.public), FIRST_SEED, [second]);
  return [await add(chain, body, first), first, second, slot];
}

it("adds a device, and revokes one once it is a day old, with a generation for those who stay", async () => {
  const [chain, first, second, slot] = await twoDevices();
  const generation = await nextGeneration(chain, 4, FIRST_SEED);
  const revoke = async (days: number): Promise<JsonObject> => {
    const body = bodies.deviceRevokeBody(preamble(chain, second, days), deviceId(first.public), generation);
    return boxed(body, new Uint8Array(32).fill(4), [second], slot);
  };
  expect(await reason(async () => add(chain, await revoke(0), second))).toBe("too-young");
  const after = await add(chain, await revoke(1), second);
  expect([...after.active]).toEqual([deviceId(second.public)]);
  const seeds = await openOlderSeeds(new Uint8Array(32).fill(4), chain.user, after.state.generations);
  expect(seeds.get(1)).toEqual(FIRST_SEED);
});

it("refuses a generation that leaves somebody out, and boxes that its link does not name", async () => {
  const [chain, first, second, slot] = await twoDevices();
  const generation = await nextGeneration(chain, 4, FIRST_SEED);
  const seed = new Uint8Array(32).fill(4);
  const body = await boxed(bodies.userKeyBody(preamble(chain, first, 1), generation), seed, [first], slot);
  expect(await reason(() => add(chain, body, first))).toBe("wrong-readers");
  const statement = await signStatement(body, first.sign);
  const other = new Map([[deviceId(second.public), new Uint8Array(10)]]);
  expect(
    await reason(() => {
      checkServedBoxes(statement, other);
    }),
  ).toBe("wrong-hash");
});

it("changes the recovery key with the old one's consent, or after three days without veto", async () => {
  const [chain, first, second, slot] = await twoDevices();
  const other = await testKeys(21);
  const generation = await nextGeneration(chain, 5, FIRST_SEED);
  const set = bodies.recoverySetBody(preamble(chain, first, 1), other.public, generation);
  const whole = await boxed(set, new Uint8Array(32).fill(5), [first, second], other);
  const consented = await bodies.withConsent(whole, slot.sign);
  expect(deviceId((await add(chain, consented, first)).state.recovery)).toBe(deviceId(other.public));
  const forged = await bodies.withConsent(whole, second.sign);
  expect(await reason(() => add(chain, forged, first))).toBe("bad-signature");

  const replaced = await add(chain, bodies.recoveryReplaceBody(preamble(chain, first, 1), other.public), first);
  const settled = replaced.settled(1_000_000 + 4 * DAY_MS);
  expect([deviceId(settled.state.recovery), settled.state.generationOwed]).toEqual([deviceId(other.public), true]);
  const veto = bodies.recoveryVetoBody(preamble(replaced, second, 2), replaced.head.hash);
  const vetoed = (await add(replaced, veto, second)).settled(1_000_000 + 9 * DAY_MS);
  expect(deviceId(vetoed.state.recovery)).toBe(deviceId(slot.public));
});

it("freezes an account whose devices revoke each other, until the recovery key speaks", async () => {
  const [chain, first, second, slot] = await twoDevices();
  const generation = await nextGeneration(chain, 4, FIRST_SEED);
  const seed = new Uint8Array(32).fill(4);
  const revoke = bodies.deviceRevokeBody(preamble(chain, second, 1), deviceId(first.public), generation);
  const revoked = await add(chain, await boxed(revoke, seed, [second], slot), second);
  const before = { ...preamble(revoked, first, 2), userHead: chain.head };
  const crossing = bodies.crossingRevokeBody(before, revoked.head, deviceId(second.public));
  const frozen = await add(revoked, crossing, first);
  expect(frozen.frozen).toBe(true);
  const fresh = await testKeys(31);
  const recover = bodies.recoverBody(preamble(frozen, slot, 3), {
    notMine: [revoked.head.hash],
    keep: [deviceId(first.public)],
    device: fresh.public,
    recovery: slot.public,
    generation: await nextGeneration(frozen, 6, seed),
  });
  const body = await boxed(recover, new Uint8Array(32).fill(6), [first, fresh], slot);
  expect(await reason(() => add(frozen, body, first))).toBe("bad-signature");
  const recovered = await add(frozen, body, slot);
  expect([recovered.frozen, recovered.active.size]).toEqual([false, 2]);
  expect(recovered.state.disowned).toEqual(new Set([revoked.head.hash]));

  const closed = await add(recovered, bodies.chainCloseBody(preamble(recovered, slot, 3)), slot);
  expect(closed.closed).toBe(true);
  expect(await reason(() => add(closed, bodies.chainCloseBody(preamble(closed, slot, 3)), slot))).toBe("closed");
});

it("vouches for somebody else, never for its own chain", async () => {
  const [chain, first] = await twoDevices();
  const said = (seen: string): JsonObject => seenBody(preamble(chain, first, 1), { seen, means: "face", subject: undefined });
  const other = "cc".repeat(32);
  const verified = await verifySeen(await signStatement(said(other), first.sign), chain);
  expect(verified).toMatchObject({ author: chain.user, seen: other, means: "face" });
  const own = await signStatement(said(chain.user), first.sign);
  expect(await reason(() => verifySeen(own, chain))).toBe("wrong-subject");
});

it("signs a challenge of 32 bytes, and nothing else that a hub would have signed", async () => {
  const [chain, first] = await twoDevices();
  const login = { preamble: preamble(chain, first, 1), login: "abc", capacity: undefined };
  expect(loginBody({ ...login, challenge: new Uint8Array(32) })).toMatchObject({ type: "login", login: "abc" });
  expect(await reason(() => loginBody({ ...login, challenge: new Uint8Array(33) }))).toBe("malformed");
});
