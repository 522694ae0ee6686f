/**
 * Who this browser is: a device of one user. The signing key stays in WebCrypto; seeds that WebCrypto cannot hold (X-Wing keys
 * of the device, of the user by generation, of the recovery slot) are sealed in the vault.
 */
import { BoxKey } from "../protocol/boxes.ts";
import { Fields } from "../protocol/fields.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { SigningKey } from "../protocol/keys.ts";
import type { Signer } from "../protocol/keys.ts";
import { signStatement } from "../protocol/statements.ts";
import { userCreateBody } from "../protocol/user-bodies.ts";
import { sealUserSeeds } from "../protocol/user-keys.ts";
import { deviceId, keyContext, RECOVERY, withBoxes } from "../protocol/user-links.ts";
import type { PublicKeys } from "../protocol/user-links.ts";
import type { Bytes } from "../protocol/bytes.ts";
import { Locked } from "./errors.ts";
import type { Vault } from "./vault.ts";

const IDENTITY = "identity";
const DEVICE = "device";
const SEED_SIZE = 32;

/** This device and its user. `create` is the first link with its boxes, as the hub takes it with a new account. */
export interface Identity {
  readonly user: string;
  readonly device: string;
  readonly signer: Signer;
  readonly deviceBox: BoxKey;
  /** Seeds of the user key by generation. */
  readonly seeds: ReadonlyMap<number, Uint8Array>;
  readonly create: JsonObject;
}

export function draw(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** The identity in the vault, undefined on a first visit. Throws `Locked` when half of it is gone. */
export async function loadIdentity(vault: Vault): Promise<Identity | undefined> {
  const kept = await vault.load(IDENTITY);
  if (kept === undefined) return undefined;
  const fields = new Fields(kept, IDENTITY);
  const seeds = new Map(
    fields.objects("seeds").map((item) => {
      const pair = [item.integer("generation", 1), item.data("seed", SEED_SIZE)] as const;
      item.done();
      return pair;
    }),
  );
  const signer = await signerOf(
    vault,
    fields.optional("sign", (name) => fields.data(name, SEED_SIZE)),
    fields.data("public", SEED_SIZE),
  );
  const identity = {
    user: fields.hash("user"),
    device: fields.hash("device"),
    signer,
    deviceBox: new BoxKey(fields.data("box", SEED_SIZE)),
    seeds,
    create: fields.raw("create"),
  };
  fields.data("recovery_sign", SEED_SIZE);
  fields.data("recovery_box", SEED_SIZE);
  fields.done();
  return identity;
}

/** Draw every key of a new user of this hub, and keep them before anything is sent. */
export async function createIdentity(vault: Vault, hub: string, nowMs: number): Promise<Identity> {
  const [box, recoverySign, recoveryBox, seed] = [draw(SEED_SIZE), draw(SEED_SIZE), draw(SEED_SIZE), draw(SEED_SIZE)];
  const { signer, sign } = await newSigner(vault);
  const device: PublicKeys = { sign: signer.public, box: await new BoxKey(box).public() };
  const recovery: PublicKeys = { sign: new SigningKey(recoverySign).public, box: await new BoxKey(recoveryBox).public() };
  const userBox = await new BoxKey(seed).public();
  const body = userCreateBody({ hub, timeMs: nowMs, salt: draw(16), device, recovery, userBox });
  const recipients = new Map([
    [deviceId(device), device.box],
    [RECOVERY, recovery.box],
  ]);
  const boxes = await sealUserSeeds(seed, recipients, keyContext(body));
  const statement = await signStatement(withBoxes(body, boxes), signer);
  const create = {
    statement: statement.toJson(),
    boxes: Object.fromEntries([...boxes].map(([to, sealed]) => [to, toBase64url(sealed)])),
  };
  await vault.save(IDENTITY, {
    user: statement.hash,
    device: deviceId(device),
    public: toBase64url(signer.public),
    box: toBase64url(box),
    recovery_sign: toBase64url(recoverySign),
    recovery_box: toBase64url(recoveryBox),
    seeds: [{ generation: 1, seed: toBase64url(seed) }],
    create,
    ...(sign === undefined ? {} : { sign: toBase64url(sign) }),
  });
  return {
    user: statement.hash,
    device: deviceId(device),
    signer,
    deviceBox: new BoxKey(box),
    seeds: new Map([[1, seed]]),
    create,
  };
}

/** The box key of a generation of this user; throws unknown-reference for one whose seed is not here. */
export function boxKeyOf(identity: Identity, generation: number): BoxKey {
  const seed = identity.seeds.get(generation);
  if (seed === undefined) throw new ProtocolError("unknown-reference", `user key, generation ${generation}`);
  return new BoxKey(seed);
}

async function newSigner(vault: Vault): Promise<{ signer: Signer; sign?: Uint8Array }> {
  let pair: CryptoKeyPair;
  try {
    pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    // A browser without Ed25519: the seed is sealed like the others. A worse lock, not a closed door.
    const seed = draw(SEED_SIZE);
    return { signer: new SigningKey(seed), sign: seed };
  }
  await vault.keep(DEVICE, pair);
  return { signer: await storedSigner(pair) };
}

async function signerOf(vault: Vault, seed: Uint8Array | undefined, publicKey: Uint8Array): Promise<Signer> {
  if (seed !== undefined) return new SigningKey(seed);
  const pair = await vault.keys(DEVICE);
  if (pair === undefined) throw new Locked(DEVICE);
  const signer = await storedSigner(pair);
  if (toBase64url(signer.public) !== toBase64url(publicKey)) throw new Locked(DEVICE);
  return signer;
}

async function storedSigner(pair: CryptoKeyPair): Promise<Signer> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    public: publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, Uint8Array.from(message))),
  };
}
