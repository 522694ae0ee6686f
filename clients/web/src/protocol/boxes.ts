/**
 * HPKE boxes: base mode, X-Wing (0x647a), HKDF-SHA256 (1), AES-256-GCM (2) (docs/spec/encoding.md, RFC 9180).
 *
 * box = enc (1120 bytes) || ciphertext. info = label LF SHA-256(statement): a box opens only beside the statement it was made
 * for. The sender is anonymous; who sent it is said by the signature over the statement, which holds the hash of the box.
 */
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";

import { concat, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { LABEL } from "./hashing.ts";
import { checkBoxPublicKey, isSmallOrderU, SEED_SIZE } from "./keys.ts";

export const ENC_SIZE = 1120;
export const TAG_SIZE = 16;

const xwing = new XWing();
const suite = new CipherSuite({ kem: xwing, kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** An X-Wing private key from its 32-byte seed. */
export class BoxKey {
  readonly #seed: Bytes;
  #pair: Promise<CryptoKeyPair> | undefined;

  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_SIZE) throw new ProtocolError("bad-key", "X-Wing seed");
    this.#seed = Uint8Array.from(seed);
  }

  /** The library's keys. */
  pair(): Promise<CryptoKeyPair> {
    this.#pair ??= xwing.generateKeyPairDerand(this.#seed);
    return this.#pair;
  }

  /** The 1216-byte public key: ML-KEM-768 then X25519. */
  async public(): Promise<Bytes> {
    return new Uint8Array(await suite.kem.serializePublicKey((await this.pair()).publicKey));
  }
}

function info(label: string, context: Uint8Array): Bytes {
  return concat(utf8(`${LABEL}${label}\n`), context);
}

/**
 * Encrypt to an X-Wing public key. `label` names the use (`grant`, `opening`...); `context` is the 32-byte hash that binds
 * the box to its statement. The encapsulation draws its own randomness.
 */
export async function sealBox(plaintext: Uint8Array, publicKey: Uint8Array, label: string, context: Uint8Array): Promise<Bytes> {
  checkBoxPublicKey(publicKey);
  const recipientPublicKey = await suite.kem.deserializePublicKey(Uint8Array.from(publicKey).buffer);
  const sender = await suite.createSenderContext({ recipientPublicKey, info: info(label, context) });
  return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(Uint8Array.from(plaintext))));
}

/** Decrypt; throws `ProtocolError(bad-box)` for another key, label, context or altered bytes. */
export async function openBox(box: Uint8Array, key: BoxKey, label: string, context: Uint8Array): Promise<Bytes> {
  if (box.length < ENC_SIZE + TAG_SIZE || isSmallOrderU(box.subarray(ENC_SIZE - 32, ENC_SIZE))) {
    throw new ProtocolError("bad-box", `box ${label}`);
  }
  const recipientKey = (await key.pair()).privateKey;
  try {
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: Uint8Array.from(box.subarray(0, ENC_SIZE)),
      info: info(label, context),
    });
    return new Uint8Array(await recipient.open(Uint8Array.from(box.subarray(ENC_SIZE))));
  } catch {
    throw new ProtocolError("bad-box", `box ${label}`);
  }
}
