/**
 * Ed25519 signing keys and X-Wing box keys (docs/spec/encoding.md, RFC 8032, X-Wing KEM 0x647a).
 *
 * Libraries differ on non-canonical and small-order Ed25519 points, and a small-order key verifies everything; so both
 * languages apply one acceptance rule, written here, before the library is asked. WebCrypto serves where it knows Ed25519;
 * elsewhere noble does, with the cofactorless equation that WebCrypto and the Python library use.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";

export const SEED_SIZE = 32;
export const SIGNATURE_SIZE = 64;
export const BOX_PUBLIC_SIZE = 1216;
const MLKEM_PUBLIC_SIZE = 1184;
const MLKEM_MODULUS = 3329;

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const SIGN = 1n << 255n;
// y of the points whose order divides 8; each y stands for one or two points (the sign bit of x).
const Y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, Y8, P - Y8]);
// The same points on the Montgomery curve, u = (1 + y) / (1 - y), and the point of order 4 of its twist.
const SMALL_ORDER_U: ReadonlySet<bigint> = new Set([
  P - 1n,
  ...[0n, P - 1n, Y8, P - Y8].map((y) => ((1n + y) * inverse((1n - y + P) % P)) % P),
]);

function inverse(number: bigint): bigint {
  let [result, base, exponent] = [1n, number, P - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}

function littleEndian(data: Uint8Array): bigint {
  return BigInt(`0x0${toHex(Uint8Array.from(data).reverse())}`);
}

function acceptablePoint(encoded: Uint8Array): boolean {
  const y = littleEndian(encoded) & (SIGN - 1n);
  return y < P && !SMALL_ORDER_Y.has(y);
}

/** Whether 32 bytes spell an X25519 point whose shared secret with every key is zero (RFC 7748 section 6.1). */
export function isSmallOrderU(encoded: Uint8Array): boolean {
  return SMALL_ORDER_U.has((littleEndian(encoded) & (SIGN - 1n)) % P);
}

/** Refuse a public key that is not 32 bytes, not canonical, or of small order. */
export function checkPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== SEED_SIZE || !acceptablePoint(publicKey)) throw new ProtocolError("bad-key", "Ed25519 public key");
}

/** Refuse what is no X-Wing public key: another size, an ML-KEM half that is not reduced, a small-order X25519 half. */
export function checkBoxPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== BOX_PUBLIC_SIZE || isSmallOrderU(publicKey.subarray(MLKEM_PUBLIC_SIZE))) {
    throw new ProtocolError("bad-key", "X-Wing public key");
  }
  // FIPS 203 section 7.2: coefficients of 12 bits, two in three bytes, each below the modulus.
  for (let at = 0; at < MLKEM_PUBLIC_SIZE - SEED_SIZE; at += 3) {
    const [a = 0, b = 0, c = 0] = publicKey.subarray(at, at + 3);
    if ((a | ((b & 15) << 8)) >= MLKEM_MODULUS || ((b >> 4) | (c << 4)) >= MLKEM_MODULUS) {
      throw new ProtocolError("bad-key", "X-Wing public key");
    }
  }
}

const loaded = new Map<string, Promise<CryptoKey | null>>();
const MOST_LOADED = 4096;

/** The browser's key; null where it does not know Ed25519, or where the bytes are no point. */
function load(publicKey: Uint8Array): Promise<CryptoKey | null> {
  const name = publicKey.join();
  const known = loaded.get(name);
  if (known !== undefined) return known;
  checkPublicKey(publicKey);
  if (loaded.size >= MOST_LOADED) loaded.clear();
  const key = crypto.subtle.importKey("raw", Uint8Array.from(publicKey), "Ed25519", false, ["verify"]).catch(() => null);
  loaded.set(name, key);
  return key;
}

/** Verify an Ed25519 signature; throws `ProtocolError` bad-key or bad-signature. */
export async function verify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<void> {
  checkPublicKey(publicKey);
  if (signature.length !== SIGNATURE_SIZE || !acceptablePoint(signature.subarray(0, 32))) {
    throw new ProtocolError("bad-signature", "Ed25519 signature, R");
  }
  if (littleEndian(signature.subarray(32)) >= L) throw new ProtocolError("bad-signature", "Ed25519 signature, S");
  const key = await load(publicKey);
  const valid =
    key === null
      ? verifySlowly(publicKey, signature, message)
      : await crypto.subtle.verify("Ed25519", key, Uint8Array.from(signature), Uint8Array.from(message));
  if (!valid) throw new ProtocolError("bad-signature", "Ed25519 signature");
}

/** [S]B = R + [k]A without the cofactor, which the library's own verification multiplies by. */
export function verifySlowly(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    const r = signature.subarray(0, 32);
    const a = ed25519.Point.fromBytes(publicKey);
    const k = littleEndian(sha512(concat(r, publicKey, message))) % L;
    const s = littleEndian(signature.subarray(32));
    const left = s === 0n ? ed25519.Point.ZERO : ed25519.Point.BASE.multiplyUnsafe(s);
    const right = k === 0n ? ed25519.Point.ZERO : a.multiplyUnsafe(k);
    return same(left.subtract(right).toBytes(), r);
  } catch {
    return false;
  }
}

/** Whoever signs: a device's key that never leaves the browser's store, or a key held in memory. */
export interface Signer {
  /** 32 bytes. */
  readonly public: Bytes;
  /** The 64-byte signature. */
  sign(message: Uint8Array): Promise<Bytes>;
}

/** An Ed25519 private key from its 32-byte seed: vectors, cards, recovery; a device's own key is not extractable. */
export class SigningKey implements Signer {
  readonly public: Bytes;
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_SIZE) throw new ProtocolError("bad-key", "Ed25519 seed");
    this.#seed = seed;
    this.public = ed25519.getPublicKey(seed);
  }

  sign(message: Uint8Array): Promise<Bytes> {
    return Promise.resolve(ed25519.sign(message, this.#seed) as Bytes);
  }
}
