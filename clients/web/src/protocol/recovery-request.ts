/** Asking for the chain of a recovery slot: who holds the phrase and no device (docs/spec/recovery.md, 10). */
import { concat, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { LABEL } from "./hashing.ts";
import { SEED_SIZE, SIGNATURE_SIZE, verify } from "./keys.ts";
import type { Signer } from "./keys.ts";

const SKEW_MS = 2 * 60 * 1000;

/** Refuse a request for another hub or by another key, or more than two minutes from now: bad-key, bad-signature, stale, not-yet. */
export async function checkRecoveryRequest(value: JsonObject, hub: string, nowMs: number): Promise<void> {
  const fields = new Fields(value, "recovery request");
  const [sign, timeMs] = [fields.data("sign", SEED_SIZE), fields.integer("time_ms")];
  const signature = fields.data("sig", SIGNATURE_SIZE);
  fields.done();
  await verify(sign, signature, signedBytes(hub, sign, timeMs));
  if (timeMs < nowMs - SKEW_MS) throw new ProtocolError("stale", "recovery request");
  if (timeMs > nowMs + SKEW_MS) throw new ProtocolError("not-yet", "recovery request");
}

function signedBytes(hub: string, sign: Uint8Array, timeMs: number): Bytes {
  return concat(utf8(`${LABEL}recovery-read\n`), encode({ hub, sign: toBase64url(sign), time_ms: timeMs }));
}

/** The request of whoever holds the key of a recovery slot. */
export async function makeRecoveryRequest(slot: Signer, hub: string, timeMs: number): Promise<JsonObject> {
  const sig = toBase64url(await slot.sign(signedBytes(hub, slot.public, timeMs)));
  return { sign: toBase64url(slot.public), time_ms: timeMs, sig };
}
