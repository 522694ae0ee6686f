/**
 * Who this browser is: a device of one user. The signing key stays in WebCrypto; seeds that WebCrypto cannot hold (X-Wing keys
 * of the device, of the user by generation, of the recovery slot) are sealed in the vault.
 */
import { BoxKey } from "../protocol/boxes.ts";
import { same } from "../protocol/bytes.ts";
import { Fields } from "../protocol/fields.ts";
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url, toHex } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { SigningKey } from "../protocol/keys.ts";
import type { Signer } from "../protocol/keys.ts";
import { recoverySeeds } from "../protocol/recovery-phrase.ts";
import { signStatement } from "../protocol/statements.ts";
import type { HeadRef, Statement } from "../protocol/statements.ts";
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
const MARK = 16;

/** The keys of this device. */
export interface DeviceKeys {
  readonly signer: Signer;
  readonly deviceBox: BoxKey;
  /** As they are kept: the name of the pair in the browser's store or the seed of the signing key, and the seed of the box key. */
  readonly stored: JsonObject;
}

/** This device and its user. */
export interface Identity extends DeviceKeys {
  readonly user: string;
  readonly device: string;
  /** Seeds of the user key by generation; none on a device that joins or comes back, until its first sign-in. */
  readonly seeds: ReadonlyMap<number, Uint8Array>;
  /** The first link with its boxes, as the hub takes it with a new account; undefined where another device made it. */
  readonly create: JsonObject | undefined;
  /** The newest link of the own chain that this device made or saw; undefined for the first one. */
  readonly head: HeadRef | undefined;
  /** The link that this device sent and has not seen in its chain yet. */
  readonly made: string | undefined;
  /** The 32 bytes of the recovery phrase: until it was shown and tried, and on a device that comes back by it. */
  readonly phrase: Uint8Array | undefined;
  /** Whether the phrase brings an account back at the next sign-in. */
  readonly recovering: boolean;
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
  const identity = {
    ...(await loadKeys(vault, fields.raw("keys"))),
    user: fields.hash("user"),
    device: fields.hash("device"),
    seeds,
    create: fields.optional("create", (name) => fields.raw(name)),
    head: fields.optional("head", (name) => {
      const head = fields.nested(name);
      return { seq: head.integer("seq"), hash: head.hash("hash") };
    }),
    made: fields.optional("made", (name) => fields.hash(name)),
    phrase: fields.optional("phrase", (name) => fields.data(name, SEED_SIZE)),
    recovering: fields.boolean("recovering"),
  };
  fields.done();
  return identity;
}

/** Keep who this browser is: on disk when the promise ends. */
export async function saveIdentity(vault: Vault, identity: Identity): Promise<void> {
  const { user, device, stored, seeds, create, head, made, phrase, recovering } = identity;
  const kept = present({
    user,
    device,
    keys: stored,
    seeds: [...seeds].map(([generation, seed]) => ({ generation, seed: toBase64url(seed) })),
    create,
    head: head === undefined ? undefined : { ...head },
    made,
    phrase: phrase === undefined ? undefined : toBase64url(phrase),
    recovering,
  });
  await vault.save(IDENTITY, kept);
}

/** Draw every key of a new user of this hub, and keep them before anything is sent. */
export async function createIdentity(vault: Vault, hub: string, nowMs: number): Promise<Identity> {
  const [phrase, seed, keys] = [draw(SEED_SIZE), draw(SEED_SIZE), await drawKeys(vault)];
  const [device, recovery] = [await publicKeys(keys), (await recoverySlot(phrase)).public];
  const userBox = await new BoxKey(seed).public();
  const body = userCreateBody({ hub, timeMs: nowMs, salt: draw(16), device, recovery, userBox });
  const recipients = new Map([
    [deviceId(device), device.box],
    [RECOVERY, recovery.box],
  ]);
  const boxes = await sealUserSeeds(seed, recipients, keyContext(body));
  const statement = await signStatement(withBoxes(body, boxes), keys.signer);
  const identity = {
    ...keys,
    user: statement.hash,
    device: deviceId(device),
    seeds: new Map([[1, seed]]),
    create: linkToJson(statement, boxes),
    head: undefined,
    made: undefined,
    phrase,
    recovering: false,
  };
  await saveIdentity(vault, identity);
  return identity;
}

/** A link with its boxes, as it is deposited. */
export function linkToJson(statement: Statement, boxes: ReadonlyMap<string, Uint8Array>): JsonObject {
  return {
    statement: statement.toJson(),
    boxes: Object.fromEntries([...boxes].map(([to, sealed]) => [to, toBase64url(sealed)])),
  };
}

/** The keys of the recovery slot that 32 bytes of a phrase make. */
export interface Slot {
  readonly sign: SigningKey;
  readonly box: BoxKey;
  readonly public: PublicKeys;
}

export async function recoverySlot(phrase: Uint8Array): Promise<Slot> {
  const seeds = recoverySeeds(phrase);
  const [sign, box] = [new SigningKey(seeds.sign), new BoxKey(seeds.box)];
  return { sign, box, public: { sign: sign.public, box: await box.public() } };
}

/** The public half of a device's keys. */
export async function publicKeys({ signer, deviceBox }: DeviceKeys): Promise<PublicKeys> {
  return { sign: signer.public, box: await deviceBox.public() };
}

/** The box key of a generation of this user; throws unknown-reference for one whose seed is not here. */
export function boxKeyOf(identity: Identity, generation: number): BoxKey {
  const seed = identity.seeds.get(generation);
  if (seed === undefined) throw new ProtocolError("unknown-reference", `user key, generation ${generation}`);
  return new BoxKey(seed);
}

/** Draw keys of a device: the signing key stays in the browser's store, where it has a name of its own. */
export async function drawKeys(vault: Vault): Promise<DeviceKeys> {
  const box = draw(SEED_SIZE);
  const { signer, ...kept } = await newSigner(vault);
  return {
    signer,
    deviceBox: new BoxKey(box),
    stored: { ...kept, public: toBase64url(signer.public), box: toBase64url(box) },
  };
}

/** The keys of a device as they were kept. Throws `Locked` when the browser's store lost its half. */
export async function loadKeys(vault: Vault, stored: JsonObject): Promise<DeviceKeys> {
  const fields = new Fields(stored, DEVICE);
  const [box, publicKey] = [fields.data("box", SEED_SIZE), fields.data("public", SEED_SIZE)];
  const seed = fields.optional("sign", (name) => fields.data(name, SEED_SIZE));
  const name = fields.optional("name", (field) => fields.text(field, 64));
  fields.done();
  const signer = seed === undefined ? await keptSigner(vault, name ?? "", publicKey) : new SigningKey(seed);
  return { signer, deviceBox: new BoxKey(box), stored };
}

async function newSigner(vault: Vault): Promise<{ signer: Signer; sign?: string; name?: string }> {
  let pair: CryptoKeyPair;
  try {
    pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    // A browser without Ed25519: the seed is sealed like the others. A worse lock, not a closed door.
    const seed = draw(SEED_SIZE);
    return { signer: new SigningKey(seed), sign: toBase64url(seed) };
  }
  // A device that was revoked comes back with other keys: its chain takes none twice.
  const name = `${DEVICE}-${toHex(draw(MARK))}`;
  await vault.keep(name, pair);
  return { signer: await storedSigner(pair), name };
}

async function keptSigner(vault: Vault, name: string, publicKey: Uint8Array): Promise<Signer> {
  const pair = await vault.keys(name);
  if (pair === undefined) throw new Locked(DEVICE);
  const signer = await storedSigner(pair);
  if (!same(signer.public, publicKey)) throw new Locked(DEVICE);
  return signer;
}

async function storedSigner(pair: CryptoKeyPair): Promise<Signer> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    public: publicKey,
    sign: async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, Uint8Array.from(message))),
  };
}
