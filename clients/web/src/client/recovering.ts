/**
 * Taking an account back on a new device with the recovery phrase: found by the phrase, let in by the sign-in.
 *
 * The chain comes from the hub, which is told nothing but the slot's key; it is verified from its first link. The `recover` link
 * is made when the person has signed in, because its time counts, and is deposited with that sign-in (docs/spec/recovery.md, 10 to 12).
 */
import { BoxKey } from "../protocol/boxes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { makeRecoveryRequest } from "../protocol/recovery-request.ts";
import { signStatement, statementFromJson } from "../protocol/statements.ts";
import { generationFields, recoverBody } from "../protocol/user-bodies.ts";
import { extendUserChain, replayUserChain } from "../protocol/user-chain.ts";
import { sealPreviousSeed, sealUserSeeds } from "../protocol/user-keys.ts";
import { deviceId, keyContext, RECOVERY, withBoxes } from "../protocol/user-links.ts";
import type { UserChain } from "../protocol/user-state.ts";
import { Misuse, Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { openSeeds, servedBoxes } from "./own-seeds.ts";
import { draw, drawKeys, linkToJson, publicKeys, recoverySlot } from "./profile.ts";
import type { Identity } from "./profile.ts";
import type { Session } from "./session.ts";

const SEED_SIZE = 32;

/** The identity that signs from now on, and the link to deposit: none where it stands in the chain already. */
export interface Recovered {
  readonly identity: Identity;
  readonly links: readonly JsonObject[];
}

/** The identity of a new device that waits for its sign-in; throws `Misuse` phrase-nobody for a phrase of nobody. */
export async function beginRecovery(session: Session, phrase: Uint8Array): Promise<Identity> {
  const served = new Fields(await asked(session.hub, phrase, session.nowMs), "recovery");
  const keys = await drawKeys(session.vault);
  return {
    ...keys,
    user: served.hash("user"),
    device: deviceId(await publicKeys(keys)),
    seeds: new Map(),
    create: undefined,
    head: undefined,
    made: undefined,
    phrase,
    recovering: true,
  };
}

/** The link that revokes every other device and lets this one in, made over the chain as it is now. */
export async function recover(hub: Hub, identity: Identity, nowMs: number): Promise<Recovered> {
  const { phrase } = identity;
  if (phrase === undefined) throw new Misuse("phrase-nobody");
  const slot = await recoverySlot(phrase);
  const served = await asked(hub, phrase, nowMs);
  const chain = await verified(hub, identity.user, served, nowMs);
  // A slot that waited its 72 hours and was given no generation yet opens none: then only what comes later is read.
  const seeds = chain.state.generationOwed
    ? new Map<number, Uint8Array>()
    : await openSeeds(chain, servedBoxes(served), RECOVERY, slot.box);
  // It was deposited, and the answer was lost.
  if (chain.active.has(identity.device)) return { identity: letIn(identity, seeds, chain), links: [] };
  const [seed, number] = [draw(SEED_SIZE), chain.generation.number + 1];
  const former = seeds.get(chain.generation.number);
  const sealed = former === undefined ? undefined : await sealPreviousSeed(former, seed, chain.user, number);
  const device = await publicKeys(identity);
  const timeMs = Math.max(nowMs, chain.state.timeMs);
  const preamble = { hub: hub.origin, user: chain.user, device: deviceId(slot.public), userHead: chain.head, timeMs };
  const body = recoverBody(preamble, {
    notMine: [],
    keep: [],
    device,
    recovery: slot.public,
    generation: generationFields(number, await new BoxKey(seed).public(), sealed),
  });
  const recipients = new Map([
    [identity.device, device.box],
    [RECOVERY, slot.public.box],
  ]);
  const boxes = await sealUserSeeds(seed, recipients, keyContext(body));
  const link = await signStatement(withBoxes(body, boxes), slot.sign);
  const after = await extendUserChain(chain, link, nowMs);
  return { identity: letIn(identity, seeds.set(number, seed), after), links: [linkToJson(link, boxes)] };
}

function letIn(identity: Identity, seeds: ReadonlyMap<number, Uint8Array>, chain: UserChain): Identity {
  return { ...identity, seeds, head: chain.head, phrase: undefined, recovering: false };
}

async function asked(hub: Hub, phrase: Uint8Array, nowMs: number): Promise<JsonObject> {
  const request = await makeRecoveryRequest((await recoverySlot(phrase)).sign, hub.origin, nowMs);
  try {
    return await hub.transport.post("/v1/recovery", request);
  } catch (error) {
    if (error instanceof Refused && error.problem === "not-found") throw new Misuse("phrase-nobody");
    throw error;
  }
}

async function verified(hub: Hub, user: string, served: JsonObject, nowMs: number): Promise<UserChain> {
  const fields = new Fields(served, "recovery");
  const links = fields.objects("links").map((link) => statementFromJson(link.raw("statement")));
  const chain = await replayUserChain(links, nowMs);
  if (chain.user !== user || chain.hub !== hub.origin) throw new ProtocolError("wrong-chain", "chain of the recovery phrase");
  const { head } = await hub.prove("user", user, fields.raw("head"));
  if (head?.seq !== chain.head.seq || head.hash !== chain.head.hash) {
    throw new ProtocolError("wrong-hash", "links that do not lead to the proven head");
  }
  return chain.settled(nowMs);
}
