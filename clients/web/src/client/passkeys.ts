/**
 * Passkeys that open this browser's store: an authenticator's answer to a salt (WebAuthn Level 3, section 10.1.4, PRF). No server
 * asks for one or hears of one: what matters is that nobody else can have the answer.
 */
import type { Bytes } from "../protocol/bytes.ts";
import { toBase64url } from "../protocol/encodings.ts";
import type { PasskeySlot } from "./lock.ts";
import type { Opener } from "./lock-slots.ts";

const SIZE = 32;
const HANDLE = 16;
/** EdDSA, ES256, RS256: what its signatures are made with decides nothing here, and every authenticator has one of them. */
const ALGORITHMS = [-8, -7, -257];

/** Somebody closed the browser's question, or it was not answered in time. */
export class PasskeyCancelled extends Error {
  override readonly name = "PasskeyCancelled";
}

/** An authenticator that gives no secret to unlock with. */
export class PasskeyUnfit extends Error {
  override readonly name = "PasskeyUnfit";
}

/** Whether this browser, at this address, can have passkeys at all: an address by number cannot. */
export function hasPasskeys(): boolean {
  return "PublicKeyCredential" in globalThis && !/^[\d.]+$|^\[/.test(location.hostname);
}

/** Make a passkey; `label` is how the browser lists it. Throws `PasskeyCancelled`, `PasskeyUnfit`. */
export async function makePasskey(label: string): Promise<Opener> {
  const salt = drawn(SIZE);
  const made = await answered(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: "Volet" },
        // Whose it is stands nowhere: the handle is drawn, and the name is the product's.
        user: { id: drawn(HANDLE), name: label, displayName: label },
        challenge: drawn(SIZE),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  const { prf } = made.getClientExtensionResults();
  const credential = new Uint8Array(made.rawId);
  if (prf?.results?.first !== undefined) return { kind: "passkey", credential, salt, output: bytesOf(prf.results.first) };
  if (prf?.enabled !== true) throw new PasskeyUnfit();
  // Many authenticators answer a salt only when they are asked, not when they are made.
  return askPasskey([{ credential, salt }]);
}

/** Ask for one of these passkeys. Throws `PasskeyCancelled`, `PasskeyUnfit`. */
export async function askPasskey(slots: readonly Pick<PasskeySlot, "credential" | "salt">[]): Promise<Opener> {
  const given = await answered(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: drawn(SIZE),
        allowCredentials: slots.map(({ credential }) => ({ type: "public-key", id: credential })),
        userVerification: "required",
        extensions: {
          prf: { evalByCredential: Object.fromEntries(slots.map((one) => [toBase64url(one.credential), { first: one.salt }])) },
        },
      },
    }),
  );
  const credential = new Uint8Array(given.rawId);
  const output = given.getClientExtensionResults().prf?.results?.first;
  const slot = slots.find((one) => toBase64url(one.credential) === toBase64url(credential));
  if (output === undefined || slot === undefined) throw new PasskeyUnfit();
  return { kind: "passkey", credential, salt: slot.salt, output: bytesOf(output) };
}

async function answered(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await ask();
    if (found instanceof PublicKeyCredential) return found;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") throw new PasskeyUnfit();
  }
  throw new PasskeyCancelled();
}

function bytesOf(source: BufferSource): Bytes {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer.slice(source.byteOffset, source.byteOffset + source.byteLength))
    : new Uint8Array(source);
}

function drawn(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}
