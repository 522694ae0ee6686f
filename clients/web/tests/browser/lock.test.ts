/** The lock of the browser's store, in a real browser with an authenticator of its own: what a thief finds, and who comes back in. */
import { cdp } from "vitest/browser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Locked } from "../../src/client/errors.ts";
import * as lock from "../../src/client/lock.ts";
import * as slots from "../../src/client/lock-slots.ts";
import type { Opener } from "../../src/client/lock-slots.ts";
import { askPasskey, makePasskey, PasskeyCancelled, PasskeyUnfit } from "../../src/client/passkeys.ts";
import { Vault } from "../../src/client/vault.ts";

const NAME = "volet-lock-test";
const [MINUTE, HOUR] = [60_000, 3_600_000];
const NOW = 1_800_000_000_000;
const PHRASE: Opener = { kind: "phrase", typed: "quatre chevaux dans le pré" };
let vault: Vault;

beforeEach(async () => {
  vault = await Vault.open(NAME);
  await vault.save("names", { contacts: ["CANARI-4711"] });
});

afterEach(async () => {
  vault.close();
  await lock.eraseStore(NAME);
});

/** What somebody finds who can read the browser's files. */
async function found(): Promise<{ readonly keys: readonly unknown[]; readonly objects: readonly Uint8Array<ArrayBuffer>[] }> {
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(NAME);
    request.onsuccess = () => {
      resolve(request.result);
    };
  });
  const all = (store: string): Promise<unknown[]> =>
    new Promise((resolve) => {
      const request = database.transaction(store).objectStore(store).getAll();
      request.onsuccess = () => {
        resolve(request.result);
      };
    });
  const result = { keys: await all("keys"), objects: (await all("objects")) as Uint8Array<ArrayBuffer>[] };
  database.close();
  return result;
}

async function reopened(): Promise<Vault> {
  vault.close();
  vault = await Vault.open(NAME);
  return vault;
}

async function theLock(): Promise<lock.Lock> {
  const known = await lock.readLock(NAME);
  if (known === undefined) throw new Error("no lock");
  return known;
}

describe("a lock", () => {
  it("leaves no key that seals anything to who has the browser's files, until its phrase is typed", async () => {
    const device = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    await vault.keep("device", device);
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    expect(await (await reopened()).load("names")).toEqual({ contacts: ["CANARI-4711"] });
    await lock.lockNow(NAME);
    expect((await found()).keys.filter((one) => one instanceof CryptoKey)).toEqual([]);
    await expect(reopened()).rejects.toThrow(Locked);
    expect(await lock.isLocked(NOW, NAME)).toBe(true);
    await slots.unlock(await slots.openSlot(await theLock(), PHRASE), NOW, NAME);
    expect(await lock.isLocked(NOW, NAME)).toBe(false);
    expect(await (await reopened()).load("names")).toEqual({ contacts: ["CANARI-4711"] });
    expect((await vault.keys("device"))?.privateKey.extractable).toBe(false);
    for (const key of (await found()).keys) if (key instanceof CryptoKey) expect(key.extractable).toBe(false);
  });

  it("seals everything anew: the key from before opens nothing of what stands there", async () => {
    const [before] = (await found()).keys.filter((one) => one instanceof CryptoKey);
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    const [sealed] = (await found()).objects;
    if (before === undefined || sealed === undefined) throw new Error("nothing kept");
    const parameters = { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: new TextEncoder().encode("names") };
    await expect(crypto.subtle.decrypt(parameters, before, sealed.slice(12))).rejects.toThrow();
  });

  it("lets a window that was open before write nothing that nobody could open", async () => {
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    await expect(vault.save("names", { contacts: ["another"] })).rejects.toThrow(Locked);
    await expect(vault.remove("names")).rejects.toThrow(Locked);
    expect(await (await reopened()).load("names")).toEqual({ contacts: ["CANARI-4711"] });
  });

  it("opens to no other phrase, and to the same one typed on another keyboard", async () => {
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    const known = await theLock();
    await expect(slots.openSlot(known, { kind: "phrase", typed: "quatre chevaux dans le pre" })).rejects.toThrow(Locked);
    // An accent of its own, as some systems type it.
    expect(await slots.openSlot(known, { kind: "phrase", typed: PHRASE.typed.normalize("NFD") })).toHaveLength(32);
  });

  it("opens to nothing when its costs were made smaller, or its slot is another's", async () => {
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    const known = await theLock();
    const [slot] = known.slots;
    if (slot?.kind !== "phrase") throw new Error("no phrase");
    const cheap = { ...known, slots: [{ ...slot, memoryKib: 1024, passes: 1 }] };
    await expect(slots.openSlot(cheap, PHRASE)).rejects.toThrow(Locked);
    const later = { ...known, slots: [{ ...slot, addedMs: NOW + 1 }] };
    await expect(slots.openSlot(later, PHRASE)).rejects.toThrow(Locked);
  });

  it("locks after the time without a hand, twelve hours after it opened, and when the clock was set back", async () => {
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    expect(await lock.isLocked(NOW + 5 * MINUTE - 1, NAME)).toBe(false);
    await lock.used(NOW + 4 * MINUTE, NAME);
    expect(await lock.isLocked(NOW + 9 * MINUTE - 1, NAME)).toBe(false);
    await lock.setIdle(24 * HOUR, NAME);
    expect(await lock.isLocked(NOW + 12 * HOUR - 1, NAME)).toBe(false);
    await lock.setIdle(5 * MINUTE, NAME);
    await lock.used(NOW + 11 * HOUR, NAME);
    expect(await lock.isLocked(NOW + 10 * HOUR, NAME)).toBe(true);
    // Once its time was over, no clock brings the key back.
    expect(await lock.isLocked(NOW + 11 * HOUR, NAME)).toBe(true);
    await slots.unlock(await slots.openSlot(await theLock(), PHRASE), NOW, NAME);
    await lock.used(NOW + 12 * HOUR, NAME);
    expect(await lock.isLocked(NOW + 12 * HOUR, NAME)).toBe(true);
  });

  it("does nothing to a store that has none, and is gone with its last slot", async () => {
    await lock.lockNow(NAME);
    expect(await lock.isLocked(NOW, NAME)).toBe(false);
    expect(await (await reopened()).load("names")).toEqual({ contacts: ["CANARI-4711"] });
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    const [slot] = (await theLock()).slots;
    if (slot !== undefined) await slots.removeSlot(slot, NAME);
    expect(await lock.readLock(NAME)).toBeUndefined();
    expect(await lock.isLocked(NOW + 24 * HOUR, NAME)).toBe(false);
    expect(await (await reopened()).load("names")).toEqual({ contacts: ["CANARI-4711"] });
  });

  it("is set once: a second first slot would leave what the first one opens", async () => {
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    await expect(slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME)).rejects.toThrow(Locked);
  });

  it("erases all that is kept, locked or not", async () => {
    await slots.setLock(PHRASE, 5 * MINUTE, NOW, NAME);
    await lock.lockNow(NAME);
    await lock.eraseStore(NAME);
    expect(await (await reopened()).load("names")).toBeUndefined();
    expect(await lock.readLock(NAME)).toBeUndefined();
  });
});

/** An authenticator beside the browser; with `secret` it answers a salt. Tells how to take it away. */
async function authenticator(secret: boolean): Promise<() => Promise<void>> {
  const session = cdp() as unknown as { send(method: string, given?: object): Promise<{ authenticatorId?: string }> };
  await session.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    ctap2Version: "ctap2_1",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    hasPrf: secret,
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  return async () => {
    await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  };
}

describe("a passkey", () => {
  it("unlocks beside a phrase, each without the other, and no longer once it was taken away", async () => {
    const leave = await authenticator(true);
    try {
      const made = await makePasskey("Volet");
      await slots.setLock(made, 5 * MINUTE, NOW, NAME);
      await slots.addSlot(await slots.openSlot(await theLock(), made), PHRASE, NOW, NAME);
      await lock.lockNow(NAME);
      const known = await theLock();
      expect(known.slots.map((one) => one.kind)).toEqual(["passkey", "phrase"]);
      const asked = await askPasskey(known.slots.filter((one) => one.kind === "passkey"));
      expect(await slots.openSlot(known, asked)).toEqual(await slots.openSlot(known, PHRASE));
      const [passkey] = known.slots;
      if (passkey !== undefined) await slots.removeSlot(passkey, NAME);
      await expect(slots.openSlot(await theLock(), asked)).rejects.toThrow(Locked);
    } finally {
      await leave();
    }
  });

  it("answers another salt with another secret: one slot's says nothing of another's", async () => {
    const leave = await authenticator(true);
    try {
      const made = await makePasskey("Volet");
      if (made.kind !== "passkey") throw new Error("no passkey");
      const other = await askPasskey([{ credential: made.credential, salt: new Uint8Array(32) }]);
      if (other.kind !== "passkey") throw new Error("no passkey");
      expect(other.output).not.toEqual(made.output);
      await slots.setLock(made, 5 * MINUTE, NOW, NAME);
      await expect(slots.openSlot(await theLock(), { ...other, salt: made.salt })).rejects.toThrow(Locked);
    } finally {
      await leave();
    }
  });

  it("is refused where the authenticator gives no secret, and where nobody answers", async () => {
    const leave = await authenticator(false);
    try {
      await expect(makePasskey("Volet")).rejects.toThrow(PasskeyUnfit);
      await expect(askPasskey([{ credential: new Uint8Array(16), salt: new Uint8Array(32) }])).rejects.toThrow(PasskeyCancelled);
    } finally {
      await leave();
    }
    expect(await lock.readLock(NAME)).toBeUndefined();
  });
});
