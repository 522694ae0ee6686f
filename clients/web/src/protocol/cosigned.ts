/**
 * One body signed by k of n keys of the controller: trust bundle, activation of a policy table (docs/spec/trust.md).
 *
 * Wire form: canonical JSON `{"body": {...}, "sigs": [{"key", "sig"}, ...]}`, sorted by key, over the bytes that a statement of
 * that type signs. A signature of a key that is not asked about is left aside, because a successor is signed by the old
 * controllers and the new ones; a false signature of a key that is asked about refuses the whole.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { decode, encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { checkPublicKey, SEED_SIZE, SIGNATURE_SIZE, verify } from "./keys.ts";
import type { Signer } from "./keys.ts";
import { UnverifiedStatement } from "./statements.ts";
import type { StatementType } from "./statements.ts";

export const LIMIT = 1024 * 1024;
export const MAX_CONTROLLERS = 64;

/** The keys of the controller, and how many of them must sign. */
export interface Controllers {
  readonly threshold: number;
  readonly keys: readonly Bytes[];
}

/** Read the wire form; refuses a threshold of 0 or above the number of keys, and a key listed twice. */
export function readControllers(fields: Fields): Controllers {
  const keys = readKeys(fields, "keys");
  const threshold = fields.integer("threshold", 1, MAX_CONTROLLERS);
  if (threshold > keys.length) throw fields.refuse("threshold", "is above the number of keys");
  fields.done();
  return { threshold, keys };
}

export function controllersToJson(controllers: Controllers): JsonObject {
  return { threshold: controllers.threshold, keys: controllers.keys.map((key) => toBase64url(key)) };
}

/** A list of distinct Ed25519 public keys. */
export function readKeys(fields: Fields, name: string): Bytes[] {
  const found: Bytes[] = [];
  for (const item of fields.items(name, MAX_CONTROLLERS)) {
    const key = new Fields({ key: item }, fields.what).data("key", SEED_SIZE);
    checkPublicKey(key);
    if (found.some((other) => same(other, key))) throw fields.refuse(name, "holds a duplicate");
    found.push(key);
  }
  return found;
}

/** One signature and the key it is said to be of. */
export interface KeySignature {
  readonly key: Bytes;
  readonly signature: Bytes;
}

/** A body and the signatures beside it, none of them checked. */
export class UnverifiedCosigned {
  readonly body: JsonObject;
  readonly signatures: readonly KeySignature[];
  readonly type: StatementType;
  /** `volet/v1/` type LF canonical(body). */
  readonly signedBytes: Bytes;
  /** SHA-256 of the signed bytes, in hex: what a client shows at first use and the log keeps. */
  readonly hash: string;

  constructor(body: JsonObject, signatures: readonly KeySignature[]) {
    const statement = new UnverifiedStatement(body, new Uint8Array());
    this.body = body;
    this.signatures = signatures;
    this.type = statement.type;
    this.signedBytes = statement.signedBytes;
    this.hash = statement.hash;
  }

  /** Refuse unless `threshold` of these keys signed: bad-signature, or not-trusted when too few did. */
  async require(controllers: Controllers): Promise<void> {
    let signed = 0;
    for (const { key, signature } of this.signatures) {
      if (!controllers.keys.some((known) => same(known, key))) continue;
      await verify(key, signature, this.signedBytes);
      signed += 1;
    }
    if (signed < controllers.threshold) {
      throw new ProtocolError("not-trusted", `${signed} of ${controllers.threshold} controller signatures`);
    }
  }

  toJson(): JsonObject {
    const sigs = this.signatures.map(({ key, signature }) => ({ key: toBase64url(key), sig: toBase64url(signature) }));
    return { body: this.body, sigs };
  }

  toBytes(): Bytes {
    return encode(this.toJson());
  }
}

/** Read the wire form; throws `ProtocolError` on anything but its one spelling. */
export function parseCosigned(data: Uint8Array, limit: number = LIMIT): UnverifiedCosigned {
  const fields = new Fields(decode(data, limit), "cosigned");
  const body = fields.raw("body");
  const signatures = fields.objects("sigs", 2 * MAX_CONTROLLERS).map((item) => {
    const one = { key: item.data("key", SEED_SIZE), signature: item.data("sig", SIGNATURE_SIZE) };
    item.done();
    return one;
  });
  fields.done();
  // One key counted twice would make a threshold of two out of one controller.
  const signers = signatures.map(({ key }) => toHex(key));
  if (signers.some((key, i) => i > 0 && key <= (signers[i - 1] ?? ""))) {
    throw new ProtocolError("not-canonical", "signatures are not sorted by distinct keys");
  }
  return new UnverifiedCosigned(body, signatures);
}

/** Sign a body with each key. */
export async function cosign(body: JsonObject, signers: readonly Signer[]): Promise<UnverifiedCosigned> {
  const { signedBytes } = new UnverifiedCosigned(body, []);
  const signatures = await Promise.all(signers.map(async (key) => ({ key: key.public, signature: await key.sign(signedBytes) })));
  return new UnverifiedCosigned(
    body,
    signatures.sort((left, right) => (toHex(left.key) < toHex(right.key) ? -1 : 1)),
  );
}
