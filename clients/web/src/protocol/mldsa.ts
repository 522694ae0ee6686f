/**
 * ML-DSA-44 keys (FIPS 204, pure form, empty context): the log and its witnesses sign with them beside Ed25519.
 *
 * A signature differs at each call and a false one says nothing about the message, so what was verified is compared, never
 * the bytes of a signature (docs/spec/log.md, rule 7).
 */
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";

import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";

export const SEED_SIZE = 32;
export const PUBLIC_SIZE = 1312;
export const SIGNATURE_SIZE = 2420;

/** Refuse a public key that is not the 1312 bytes of an ML-DSA-44 key: each such string is one. */
export function checkPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== PUBLIC_SIZE) throw new ProtocolError("bad-key", "ML-DSA-44 public key");
}

/** Verify an ML-DSA-44 signature; throws `ProtocolError` bad-key or bad-signature. */
export function verify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): void {
  checkPublicKey(publicKey);
  if (signature.length !== SIGNATURE_SIZE) throw new ProtocolError("bad-signature", "ML-DSA-44 signature: length");
  if (!ml_dsa44.verify(signature, message, publicKey)) throw new ProtocolError("bad-signature", "ML-DSA-44 signature");
}

/** An ML-DSA-44 private key from its 32-byte seed. */
export class MldsaKey {
  /** The 1312-byte public key. */
  readonly public: Bytes;
  readonly #secret: Uint8Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_SIZE) throw new ProtocolError("bad-key", "ML-DSA-44 seed");
    const { publicKey, secretKey } = ml_dsa44.keygen(seed);
    this.public = Uint8Array.from(publicKey);
    this.#secret = secretKey;
  }

  /** A signature of 2420 bytes, another one at each call. */
  sign(message: Uint8Array): Promise<Bytes> {
    return Promise.resolve(Uint8Array.from(ml_dsa44.sign(message, this.#secret)));
  }
}
