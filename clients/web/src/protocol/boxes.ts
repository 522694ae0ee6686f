/**
 * HPKE boxes: base mode, X-Wing (0x647a), HKDF-SHA256 (1), AES-256-GCM (2) (docs/spec/encoding.md, RFC 9180).
 *
 * box = enc (1120 bytes) || ciphertext. info = label LF SHA-256(statement): a box opens only beside the statement it was made
 * for. The sender is anonymous; who sent it is said by the signature over the statement, which holds the hash of the box.
 */
import { x25519 } from "@noble/curves/ed25519.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

import { bigEndian, concat, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { LABEL } from "./hashing.ts";
import { checkBoxPublicKey, isSmallOrderU, SEED_SIZE } from "./keys.ts";

export const ENC_SIZE = 1120;
export const TAG_SIZE = 16;

const MLKEM_PUBLIC_SIZE = 1184;
const MLKEM_ENC_SIZE = ENC_SIZE - 32;
const EXPANDED_SIZE = 96;
const MLKEM_SEED_SIZE = 64;
const XWING_LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
const NOTHING = new Uint8Array();
// RFC 9180 section 5.1: every derivation names the version, the suite and its own label.
const SUITE = concat(utf8("HPKE"), bigEndian(0x647a, 2), bigEndian(1, 2), bigEndian(2, 2));
const VERSIONED = concat(utf8("HPKE-v1"), SUITE);

/** Both halves of an X-Wing private key, expanded from its seed. */
interface Expanded {
  readonly mlkem: Uint8Array;
  readonly x: Uint8Array;
  readonly public: Bytes;
}

/** An X-Wing private key from its 32-byte seed (draft-connolly-cfrg-xwing-kem, section 5.2). */
export class BoxKey {
  readonly #seed: Bytes;
  #expanded: Expanded | undefined;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_SIZE) throw new ProtocolError("bad-key", "X-Wing seed");
    this.#seed = Uint8Array.from(seed);
  }

  /** The 1216-byte public key: ML-KEM-768 then X25519. */
  public(): Promise<Bytes> {
    return Promise.resolve(this.#halves().public);
  }

  /** The shared secret in an encapsulation; throws for an X25519 half whose secret is zero. */
  decapsulate(enc: Uint8Array): Uint8Array {
    const { mlkem, x, public: own } = this.#halves();
    const point = enc.subarray(MLKEM_ENC_SIZE);
    const secret = ml_kem768.decapsulate(enc.subarray(0, MLKEM_ENC_SIZE), mlkem);
    return combined(secret, x25519.getSharedSecret(x, point), point, own.subarray(MLKEM_PUBLIC_SIZE));
  }

  #halves(): Expanded {
    if (this.#expanded === undefined) {
      const bytes = shake256(this.#seed, { dkLen: EXPANDED_SIZE });
      const mlkem = ml_kem768.keygen(bytes.subarray(0, MLKEM_SEED_SIZE));
      const x = bytes.subarray(MLKEM_SEED_SIZE);
      this.#expanded = { mlkem: mlkem.secretKey, x, public: concat(mlkem.publicKey, x25519.getPublicKey(x)) };
    }
    return this.#expanded;
  }
}

function encapsulated(publicKey: Uint8Array): { readonly secret: Uint8Array; readonly enc: Bytes } {
  const [lattice, point] = [publicKey.subarray(0, MLKEM_PUBLIC_SIZE), publicKey.subarray(MLKEM_PUBLIC_SIZE)];
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(lattice);
  const own = crypto.getRandomValues(new Uint8Array(32));
  const sent = x25519.getPublicKey(own);
  return {
    secret: combined(sharedSecret, x25519.getSharedSecret(own, point), sent, point),
    enc: concat(cipherText, sent),
  };
}

function combined(lattice: Uint8Array, shared: Uint8Array, sent: Uint8Array, point: Uint8Array): Uint8Array {
  return sha3_256(concat(lattice, shared, sent, point, XWING_LABEL));
}

/** The key and nonce of the only message of a box (RFC 9180, section 5.1, base mode). */
async function schedule(
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  usage: "encrypt" | "decrypt",
): Promise<{ readonly key: CryptoKey; readonly cipher: { readonly name: string; readonly iv: Bytes } }> {
  const info = concat(utf8(`${LABEL}${label}\n`), context);
  const hashed = concat(
    Uint8Array.of(0),
    labelledExtract(NOTHING, "psk_id_hash", NOTHING),
    labelledExtract(NOTHING, "info_hash", info),
  );
  const scheduled = labelledExtract(secret, "secret", NOTHING);
  const key = await crypto.subtle.importKey("raw", labelledExpand(scheduled, "key", hashed, 32), "AES-GCM", false, [usage]);
  return { key, cipher: { name: "AES-GCM", iv: labelledExpand(scheduled, "base_nonce", hashed, 12) } };
}

function labelledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Bytes {
  return Uint8Array.from(extract(sha256, concat(VERSIONED, utf8(label), ikm), salt));
}

function labelledExpand(key: Uint8Array, label: string, info: Uint8Array, size: number): Bytes {
  return Uint8Array.from(expand(sha256, key, concat(bigEndian(size, 2), VERSIONED, utf8(label), info), size));
}

/**
 * Encrypt to an X-Wing public key. `label` names the use (`grant`, `opening`...); `context` is the 32-byte hash that binds
 * the box to its statement. The encapsulation draws its own randomness.
 */
export async function sealBox(plaintext: Uint8Array, publicKey: Uint8Array, label: string, context: Uint8Array): Promise<Bytes> {
  checkBoxPublicKey(publicKey);
  const { secret, enc } = encapsulated(publicKey);
  const { key, cipher } = await schedule(secret, label, context, "encrypt");
  return concat(enc, new Uint8Array(await crypto.subtle.encrypt(cipher, key, Uint8Array.from(plaintext))));
}

/** Decrypt; throws `ProtocolError(bad-box)` for another key, label, context or altered bytes. */
export async function openBox(box: Uint8Array, key: BoxKey, label: string, context: Uint8Array): Promise<Bytes> {
  if (box.length < ENC_SIZE + TAG_SIZE || isSmallOrderU(box.subarray(ENC_SIZE - 32, ENC_SIZE))) {
    throw new ProtocolError("bad-box", `box ${label}`);
  }
  try {
    const secret = key.decapsulate(box.subarray(0, ENC_SIZE));
    const { key: opening, cipher } = await schedule(secret, label, context, "decrypt");
    return new Uint8Array(await crypto.subtle.decrypt(cipher, opening, Uint8Array.from(box.subarray(ENC_SIZE))));
  } catch {
    throw new ProtocolError("bad-box", `box ${label}`);
  }
}
