/**
 * Seeds of the user key: boxed to devices and recovery slot, each sealed under the next (docs/spec/users.md).
 *
 * A generation is a 32-byte seed, from which the X-Wing key is made that section keys are boxed to. Whoever opens the seed of
 * generation g walks back to 1: seed g-1 is sealed under a key derived from seed g. A sealed seed is compared with the public
 * key of its generation before use, because AES-GCM does not commit to its key.
 */
import { BoxKey, openBox, sealBox } from "./boxes.ts";
import { bigEndian, concat, same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { fromHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { hkdfExpand } from "./hashing.ts";
import { SEED_SIZE } from "./keys.ts";
import type { Generation } from "./user-links.ts";

const BOX_LABEL = "user-key";
// One key seals one seed once: (user, generation) is in the derivation, so the nonce never meets a second plaintext.
const CIPHER = { name: "AES-GCM", iv: new Uint8Array(12) };

/** The box of a seed for one device or recovery slot; `context` is `keyContext(body)` of the link. */
export async function sealUserSeed(seed: Uint8Array, publicKey: Uint8Array, context: Uint8Array): Promise<Bytes> {
  checkSeed(seed);
  return sealBox(seed, publicKey, BOX_LABEL, context);
}

/** One box each; `recipients` maps device id or `recovery` to an X-Wing public key. */
export async function sealUserSeeds(
  seed: Uint8Array,
  recipients: ReadonlyMap<string, Uint8Array>,
  context: Uint8Array,
): Promise<Map<string, Bytes>> {
  const boxes = new Map<string, Bytes>();
  for (const [to, publicKey] of recipients) boxes.set(to, await sealUserSeed(seed, publicKey, context));
  return boxes;
}

/** The seed in a box; refuses one that does not make the generation's public key: bad-box, bad-key. */
export async function openUserSeed(box: Uint8Array, key: BoxKey, context: Uint8Array, userBox: Uint8Array): Promise<Uint8Array> {
  return matching(await openBox(box, key, BOX_LABEL, context), userBox);
}

/** The seed of `generation` - 1, sealed under the seed of `generation` (48 bytes). */
export async function sealPreviousSeed(previous: Uint8Array, seed: Uint8Array, user: string, generation: number): Promise<Bytes> {
  checkSeed(previous);
  const key = await sealingKey(seed, user, generation, "encrypt");
  return new Uint8Array(await crypto.subtle.encrypt(CIPHER, key, Uint8Array.from(previous)));
}

/** Where a sealed seed stands: of which user, beside which generation, and the public key that the previous seed makes. */
export interface SealedSeed {
  readonly user: string;
  readonly generation: number;
  readonly previousBox: Uint8Array;
}

/** The seed of the generation before; throws bad-ciphertext, or bad-key when it is not that generation's. */
export async function openPreviousSeed(sealed: Uint8Array, seed: Uint8Array, where: SealedSeed): Promise<Uint8Array> {
  const key = await sealingKey(seed, where.user, where.generation, "decrypt");
  let previous: ArrayBuffer;
  try {
    previous = await crypto.subtle.decrypt(CIPHER, key, Uint8Array.from(sealed));
  } catch {
    throw new ProtocolError("bad-ciphertext", `seed of generation ${where.generation - 1}`);
  }
  return matching(new Uint8Array(previous), where.previousBox);
}

/**
 * Every seed by generation that `seed` gives, from the newest of `generations` backwards. It stops, without error, at a
 * generation that a recovery started without the previous seed.
 */
export async function openOlderSeeds(
  seed: Uint8Array,
  user: string,
  generations: readonly [Generation, ...Generation[]],
): Promise<Map<number, Uint8Array>> {
  const backwards = [...generations].reverse();
  const newest = backwards[0] ?? generations[0];
  let known = await matching(seed, newest.userBox);
  const seeds = new Map([[newest.number, known]]);
  for (const [place, later] of backwards.entries()) {
    const earlier = backwards[place + 1];
    if (later.sealed === undefined || earlier === undefined) break;
    known = await openPreviousSeed(later.sealed, known, { user, generation: later.number, previousBox: earlier.userBox });
    seeds.set(earlier.number, known);
  }
  return seeds;
}

function sealingKey(seed: Uint8Array, user: string, generation: number, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  checkSeed(seed);
  const key = hkdfExpand(seed, "previous-seed", concat(fromHex(user), bigEndian(generation, 8)));
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [usage]);
}

function checkSeed(seed: Uint8Array): void {
  if (seed.length !== SEED_SIZE) throw new ProtocolError("bad-key", "user seed");
}

async function matching(seed: Uint8Array, userBox: Uint8Array): Promise<Uint8Array> {
  checkSeed(seed);
  if (!same(await new BoxKey(seed).public(), userBox)) {
    throw new ProtocolError("bad-key", "user seed of another generation");
  }
  return seed;
}
