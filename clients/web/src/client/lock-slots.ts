/**
 * The slots of the lock: each holds the sealing key of what this browser keeps, sealed under what a passkey's authenticator answers
 * or under a secret phrase, and bound to everything that the slot says of itself (docs/web.md).
 */
import { argon2idAsync } from "@noble/hashes/argon2.js";

import { concat, same, utf8 } from "../protocol/bytes.ts";
import type { Bytes } from "../protocol/bytes.ts";
import { encode } from "../protocol/canonical.ts";
import { toBase64url, toHex } from "../protocol/encodings.ts";
import { hkdfExpand } from "../protocol/hashing.ts";
import { DATABASE, LOCK, SEAL, SEALED_AS, settled, together } from "./browser-store.ts";
import { Locked } from "./errors.ts";
import { changed, kept, tellOthers, within } from "./lock.ts";
import type { Lock, Slot } from "./lock.ts";

/** However somebody works without a pause, a slot is asked for again after 12 hours (days of work, F28). */
const UNLOCKED_MS = 12 * 3_600_000;
const SIZE = 32;
const NONCE_SIZE = 12;
const MARK = 16;
/** As for what leaves a device (docs/spec/users.md): 64 MiB, three passes. */
const COST = { m: 65_536, t: 3, p: 1 } as const;
/** How often the store may change under a re-sealing before it gives up. */
const TRIES = 5;

/** What opens a slot: what the passkey's authenticator gives for the salt, or the phrase as it is typed. */
export type Opener =
  | { readonly kind: "passkey"; readonly credential: Bytes; readonly salt: Bytes; readonly output: Bytes }
  | { readonly kind: "phrase"; readonly typed: string };

/** The sealing key that a slot holds. Throws `Locked` for another phrase, another passkey, or an altered slot. */
export async function openSlot(lock: Lock, opener: Opener): Promise<Bytes> {
  for (const slot of lock.slots) {
    if (!fits(slot, opener)) continue;
    const key = await slotKey(slot, opener);
    const parameters = { name: "AES-GCM", iv: slot.sealed.slice(0, NONCE_SIZE), additionalData: said(slot) };
    const plain = await crypto.subtle.decrypt(parameters, key, slot.sealed.slice(NONCE_SIZE)).catch(() => undefined);
    if (plain !== undefined) return new Uint8Array(plain);
  }
  throw new Locked("slot");
}

/** Unlock with what `openSlot` gave: the key stays, never extractable, until the time is over or somebody locks. */
export async function unlock(seal: Bytes, nowMs: number, name: string = DATABASE): Promise<void> {
  const key = await sealing(seal);
  await within(name, (database) =>
    together(database, "readwrite", async ({ keys }) => {
      const lock = await kept(keys);
      if (lock === undefined) return;
      await settled(keys.put({ ...lock, usedMs: nowMs, untilMs: nowMs + UNLOCKED_MS }, LOCK));
      await settled(keys.put(key, SEAL));
    }),
  );
  tellOthers();
}

/**
 * Set the first slot of a store that has none. The key that sealed until now cannot leave the browser, so it cannot go under a slot:
 * everything is sealed anew under another, all at once or not at all. Throws `Locked` when others write without a pause.
 */
export async function setLock(opener: Opener, idleMs: number, nowMs: number, name: string = DATABASE): Promise<void> {
  const seal = crypto.getRandomValues(new Uint8Array(SIZE));
  const [fresh, slot] = [await sealing(seal), await newSlot(seal, opener, nowMs)];
  const lock = { slots: [slot], idleMs, usedMs: nowMs, untilMs: nowMs + UNLOCKED_MS };
  await within(name, async (database) => {
    for (let left = TRIES; left > 0; left--) if (await resealed(database, fresh, lock)) return;
    throw new Locked("store");
  });
  tellOthers();
}

/** Add a slot; `seal` is what one that is there opens to. */
export async function addSlot(seal: Bytes, opener: Opener, nowMs: number, name: string = DATABASE): Promise<void> {
  const slot = await newSlot(seal, opener, nowMs);
  await changed(name, (lock) => ({ ...lock, slots: [...lock.slots, slot] }));
}

/** Take a slot away; with the last one the lock is gone, and the store is open as it was at first. */
export async function removeSlot(slot: Slot, name: string = DATABASE): Promise<void> {
  await changed(name, (lock) => {
    const slots = lock.slots.filter((one) => !same(one.salt, slot.salt));
    return slots.length === 0 ? undefined : { ...lock, slots };
  });
}

/** Everything sealed under `fresh` in one transaction; false when something was written while it was sealed. */
async function resealed(database: IDBDatabase, fresh: CryptoKey, lock: Lock): Promise<boolean> {
  const before = await together(database, "readonly", async ({ objects, keys }) => ({
    names: (await settled(objects.getAllKeys())) as string[],
    values: (await settled(objects.getAll())) as Bytes[],
    seal: (await settled(keys.get(SEAL))) as CryptoKey | undefined,
    isLocked: (await kept(keys)) !== undefined,
  }));
  const { seal } = before;
  if (seal === undefined || before.isLocked) throw new Locked(LOCK);
  const sealed = await Promise.all(
    before.values.map(async (value, at) => {
      const additionalData = utf8(before.names[at] ?? "");
      const old = { name: "AES-GCM", iv: value.slice(0, NONCE_SIZE), additionalData };
      const plain = await crypto.subtle.decrypt(old, seal, value.slice(NONCE_SIZE));
      return sealedWith(fresh, plain, additionalData);
    }),
  );
  return together(database, "readwrite", async ({ objects, keys }) => {
    const now = (await settled(objects.getAll())) as Bytes[];
    const names = (await settled(objects.getAllKeys())) as string[];
    const isSame =
      names.length === before.names.length &&
      now.every((value, at) => names[at] === before.names[at] && same(value, before.values[at] ?? new Uint8Array()));
    if (!isSame) return false;
    for (const [at, value] of sealed.entries()) objects.put(value, names[at]);
    keys.put(fresh, SEAL);
    keys.put(toHex(crypto.getRandomValues(new Uint8Array(MARK))), SEALED_AS);
    await settled(keys.put(lock, LOCK));
    return true;
  });
}

async function newSlot(seal: Bytes, opener: Opener, nowMs: number): Promise<Slot> {
  const common = { sealed: new Uint8Array(), addedMs: nowMs };
  const slot: Slot =
    opener.kind === "passkey"
      ? { ...common, kind: "passkey", credential: opener.credential, salt: opener.salt }
      : {
          ...common,
          kind: "phrase",
          salt: crypto.getRandomValues(new Uint8Array(SIZE)),
          memoryKib: COST.m,
          passes: COST.t,
          lanes: COST.p,
        };
  return { ...slot, sealed: await sealedWith(await slotKey(slot, opener), seal, said(slot)) };
}

function fits(slot: Slot, opener: Opener): boolean {
  if (slot.kind !== "passkey" || opener.kind !== "passkey") return slot.kind === opener.kind;
  return same(slot.credential, opener.credential) && same(slot.salt, opener.salt);
}

/** The key of a slot: of a phrase, seconds of work and 64 MiB on purpose; the page goes on meanwhile. */
async function slotKey(slot: Slot, opener: Opener): Promise<CryptoKey> {
  if (opener.kind === "passkey") return sealing(hkdfExpand(opener.output, "lock-passkey"));
  if (slot.kind !== "phrase") throw new Locked("slot");
  const cost = { m: slot.memoryKib, t: slot.passes, p: slot.lanes, dkLen: SIZE };
  return sealing(hkdfExpand(await argon2idAsync(utf8(opener.typed.normalize("NFKC")), slot.salt, cost), "lock-phrase"));
}

/** What a slot says of itself, as the bytes that its sealing is bound to: other costs or another credential open nothing. */
function said(slot: Slot): Bytes {
  const own =
    slot.kind === "passkey"
      ? { credential: toBase64url(slot.credential) }
      : { lanes: slot.lanes, memory_kib: slot.memoryKib, passes: slot.passes };
  return encode({ ...own, added_ms: slot.addedMs, kind: slot.kind, salt: toBase64url(slot.salt) });
}

function sealing(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function sealedWith(key: CryptoKey, plain: BufferSource, additionalData: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
  return concat(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain)));
}
