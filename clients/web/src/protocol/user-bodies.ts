/**
 * Composing the links of a user chain (docs/spec/users.md).
 *
 * Each function returns a body still without its boxes: seal the seed with `sealUserSeeds` under `keyContext(body)`, add the
 * hashes with `withBoxes`, then sign. `generationFields` is for links that start a generation: `device-revoke`, `user-key`,
 * `recovery-set`, `recover`.
 */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import type { Signer } from "./keys.ts";
import { ALGORITHM, preambleToJson, VERSION } from "./statements.ts";
import type { HeadRef, Preamble } from "./statements.ts";
import { consentBytes, publicKeysToJson } from "./user-links.ts";
import type { PublicKeys, UserLinkType } from "./user-links.ts";

/** What a `user-create` says. `salt` is 16 random bytes, `userBox` the public key of generation 1. */
export interface NewUser {
  readonly hub: string;
  readonly timeMs: number;
  readonly salt: Uint8Array;
  readonly device: PublicKeys;
  readonly recovery: PublicKeys;
  readonly userBox: Uint8Array;
}

export function userCreateBody(user: NewUser): JsonObject {
  return {
    v: VERSION,
    type: "user-create",
    alg: ALGORITHM,
    hub: user.hub,
    time_ms: user.timeMs,
    salt: toBase64url(user.salt),
    device: publicKeysToJson(user.device),
    recovery: publicKeysToJson(user.recovery),
    ...generationFields(1, user.userBox, undefined),
  };
}

/** The fields of a generation but its boxes; `sealed` is the previous seed under the new one. */
export function generationFields(number: number, userBox: Uint8Array, sealed: Uint8Array | undefined): JsonObject {
  return present({
    generation: number,
    user_box: toBase64url(userBox),
    sealed: sealed === undefined ? undefined : toBase64url(sealed),
  });
}

/** `preamble.userHead` is the link before, but in a crossing revocation, whose `head` is the current one. */
function linkBody(type: UserLinkType, preamble: Preamble, fields: JsonObject, head: HeadRef = preamble.userHead): JsonObject {
  return { ...preambleToJson(preamble, type), seq: head.seq + 1, prev: head.hash, ...fields };
}

/** The seed of the current generation is boxed to the new device alone. */
export function deviceAddBody(preamble: Preamble, device: PublicKeys): JsonObject {
  return linkBody("device-add", preamble, { device: publicKeysToJson(device) });
}

/** A revocation with the next generation, boxed to the devices that stay and to the slot. */
export function deviceRevokeBody(preamble: Preamble, target: string, generation: JsonObject): JsonObject {
  return linkBody("device-revoke", preamble, { target, ...generation });
}

/**
 * The revocation by a device that was just revoked, of the device that revoked it: it freezes the account.
 * `preamble.userHead` is the position before that revocation, `head` the current one.
 */
export function crossingRevokeBody(preamble: Preamble, head: HeadRef, target: string): JsonObject {
  return linkBody("device-revoke", preamble, { target }, head);
}

export function userKeyBody(preamble: Preamble, generation: JsonObject): JsonObject {
  return linkBody("user-key", preamble, generation);
}

/** Add the boxes, then the old key's consent with `withConsent`. */
export function recoverySetBody(preamble: Preamble, recovery: PublicKeys, generation: JsonObject): JsonObject {
  return linkBody("recovery-set", preamble, { recovery: publicKeysToJson(recovery), ...generation });
}

/** A complete `recovery-set` body with the signature of the recovery key in force. */
export async function withConsent(body: JsonObject, oldRecovery: Signer): Promise<JsonObject> {
  return { ...body, consent: toBase64url(await oldRecovery.sign(consentBytes(body))) };
}

export function recoveryReplaceBody(preamble: Preamble, recovery: PublicKeys): JsonObject {
  return linkBody("recovery-replace", preamble, { recovery: publicKeysToJson(recovery) });
}

/** `replace` is the hash of the pending replacement. */
export function recoveryVetoBody(preamble: Preamble, replace: string): JsonObject {
  return linkBody("recovery-veto", preamble, { replace });
}

/** What a `recover` says: links disowned and devices that stay, a new device and slot, a new generation. */
export interface Recovery {
  readonly notMine: readonly string[];
  readonly keep: readonly string[];
  readonly device: PublicKeys;
  readonly recovery: PublicKeys;
  readonly generation: JsonObject;
}

/** To be signed by the recovery key, whose slot is the author's device. */
export function recoverBody(preamble: Preamble, { notMine, keep, device, recovery, generation }: Recovery): JsonObject {
  return linkBody("recover", preamble, {
    not_mine: [...notMine].sort(),
    keep: [...keep].sort(),
    device: publicKeysToJson(device),
    recovery: publicKeysToJson(recovery),
    ...generation,
  });
}

export function chainCloseBody(preamble: Preamble): JsonObject {
  return linkBody("chain-close", preamble, {});
}
