/** The browser's store, in a real browser: keys stay inside, altered objects do not open. */
import { afterEach, describe, expect, it } from "vitest";

import { Locked } from "../../src/client/errors.ts";
import { eraseStore } from "../../src/client/lock.ts";
import { Vault } from "../../src/client/vault.ts";

const NAME = "volet-test";
let vault: Vault | undefined;

async function open(): Promise<Vault> {
  vault?.close();
  vault = await Vault.open(NAME);
  return vault;
}

afterEach(async () => {
  vault?.close();
  vault = undefined;
  await eraseStore(NAME);
});

/** Reach into the store as somebody would who can read and write the browser's files. */
function reach<T>(store: string, mode: IDBTransactionMode, ask: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME);
    request.onerror = () => {
      reject(new Error("store"));
    };
    request.onsuccess = () => {
      const transaction = request.result.transaction(store, mode);
      const asked = ask(transaction.objectStore(store));
      transaction.oncomplete = () => {
        request.result.close();
        resolve(asked.result);
      };
    };
  });
}

function values(store: string): Promise<unknown[]> {
  return reach(store, "readonly", (objects) => objects.getAll() as IDBRequest<unknown[]>);
}

function write(name: string, value: unknown): Promise<IDBValidKey> {
  return reach("objects", "readwrite", (objects) => objects.put(value, name));
}

describe("the vault", () => {
  it("gives back what was saved, also after it was closed", async () => {
    await (await open()).save("names", { contacts: ["Dr Mo"] });
    expect(await (await open()).load("names")).toEqual({ contacts: ["Dr Mo"] });
    expect(await (await open()).load("session")).toBeUndefined();
  });

  it("holds no text and no extractable key", async () => {
    await (await open()).save("names", { contacts: ["CANARI-4711"] });
    const bytes = (await values("objects")).flatMap((value) => [...(value as Uint8Array)]);
    expect(String.fromCharCode(...bytes)).not.toContain("CANARI");
    const keys = (await values("keys")) as CryptoKey[];
    expect(keys.map((key) => key.extractable)).toEqual([false]);
    for (const key of keys) await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("refuses an object that was altered, or put under another name", async () => {
    await (await open()).save("session", { token: "t" });
    const sealed = (await values("objects"))[0] as Uint8Array;
    await write("names", sealed);
    await expect((await open()).load("names")).rejects.toThrow(Locked);
    const altered = Uint8Array.from(sealed);
    altered[20] = (altered[20] ?? 0) ^ 1;
    await write("session", altered);
    await expect((await open()).load("session")).rejects.toThrow(Locked);
  });

  it("keeps a device's key pair that signs and never leaves, and replaces none", async () => {
    const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    await (await open()).keep("device", pair);
    await expect((await open()).keep("device", pair)).rejects.toThrow();
    const kept = await (await open()).keys("device");
    expect(kept?.privateKey.extractable).toBe(false);
    expect(kept && (await crypto.subtle.sign("Ed25519", kept.privateKey, new Uint8Array(1))).byteLength).toBe(64);
  });

  it("lists and removes by name", async () => {
    const store = await open();
    for (const name of ["draft 1", "draft 2", "names"]) await store.save(name, {});
    await store.remove("draft 1");
    expect(await store.names("draft ")).toEqual(["draft 2"]);
  });
});
