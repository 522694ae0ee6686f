/**
 * What this browser keeps: sealed objects by name, in IndexedDB, under a key that WebCrypto never gives out.
 *
 * The sealing key and the device's signing key are not extractable: a copy of the store's objects opens nothing elsewhere, and
 * no script, ours included, can read them. Whoever uses this browser unlocked is this device: the lock is the operating
 * system's until a passphrase or a passkey is set. Nothing is kept in any other storage of the browser.
 */
import { concat, utf8 } from "../protocol/bytes.ts";
import { decode, encode } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { Locked } from "./errors.ts";

const DATABASE = "volet";
const OBJECTS = "objects";
const KEYS = "keys";
const SEAL = "seal";
const NONCE_SIZE = 12;
const LIMIT = 64 * 1024 * 1024;

/** Sealed objects by name, and keys that never leave. */
export class Vault {
  readonly #database: IDBDatabase;
  readonly #seal: CryptoKey;

  private constructor(database: IDBDatabase, seal: CryptoKey) {
    this.#database = database;
    this.#seal = seal;
  }

  /** Open the browser's store, made when it is new. Throws `Locked` where the browser keeps none (private windows). */
  static async open(name: string = DATABASE): Promise<Vault> {
    const database = await opened(name);
    const kept = (await asked(database, KEYS, "readonly", (store) => store.get(SEAL))) as CryptoKey | undefined;
    if (kept !== undefined) return new Vault(database, kept);
    const seal = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await asked(database, KEYS, "readwrite", (store) => store.add(seal, SEAL));
    return new Vault(database, seal);
  }

  /** The object of that name, undefined when there is none. Throws `Locked` when it was altered. */
  async load(name: string): Promise<JsonObject | undefined> {
    const plain = await this.loadBytes(name);
    if (plain === undefined) return undefined;
    try {
      return decode(plain, LIMIT);
    } catch {
      throw new Locked(name);
    }
  }

  /** Replace the object of that name; it is on disk when the promise ends. */
  async save(name: string, value: JsonObject): Promise<void> {
    await this.saveBytes(name, encode(value));
  }

  /** The bytes of a file kept under that name, undefined when there is none. Throws `Locked` when they were altered. */
  async loadBytes(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const data = (await asked(this.#database, OBJECTS, "readonly", (store) => store.get(name))) as
      Uint8Array<ArrayBuffer> | undefined;
    if (data === undefined) return undefined;
    try {
      const parameters = { name: "AES-GCM", iv: data.slice(0, NONCE_SIZE), additionalData: utf8(name) };
      return new Uint8Array(await crypto.subtle.decrypt(parameters, this.#seal, data.slice(NONCE_SIZE)));
    } catch {
      throw new Locked(name);
    }
  }

  /** Keep the bytes of a file, sealed like everything else. */
  async saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
    const parameters = { name: "AES-GCM", iv: nonce, additionalData: utf8(name) };
    const sealed = concat(nonce, new Uint8Array(await crypto.subtle.encrypt(parameters, this.#seal, bytes)));
    await asked(this.#database, OBJECTS, "readwrite", (store) => store.put(sealed, name));
  }

  async remove(name: string): Promise<void> {
    await asked(this.#database, OBJECTS, "readwrite", (store) => store.delete(name));
  }

  /** The names kept that begin so. */
  async names(prefix: string): Promise<readonly string[]> {
    const keys = await asked(this.#database, OBJECTS, "readonly", (store) => store.getAllKeys());
    return keys.filter((key): key is string => typeof key === "string" && key.startsWith(prefix));
  }

  /** A key pair kept under that name, undefined when there is none. */
  async keys(name: string): Promise<CryptoKeyPair | undefined> {
    return (await asked(this.#database, KEYS, "readonly", (store) => store.get(name))) as CryptoKeyPair | undefined;
  }

  /** Keep a key pair; one that is there already is never replaced. */
  async keep(name: string, pair: CryptoKeyPair): Promise<void> {
    await asked(this.#database, KEYS, "readwrite", (store) => store.add(pair, name));
  }

  /** Ask the browser not to throw the store away when it runs short of room; tells whether it agreed. */
  static async persist(): Promise<boolean> {
    return (await navigator.storage.persist()) || (await navigator.storage.persisted());
  }

  /** Delete everything this browser keeps. */
  async destroy(): Promise<void> {
    const { name } = this.#database;
    this.#database.close();
    await settled(indexedDB.deleteDatabase(name));
  }

  close(): void {
    this.#database.close();
  }
}

async function opened(name: string): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(OBJECTS);
      request.result.createObjectStore(KEYS);
    };
    const database = await settled(request);
    // Another window deletes everything: it must not wait for this one.
    database.onversionchange = () => {
      database.close();
    };
    return database;
  } catch {
    throw new Locked(name);
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Locked("store"));
    };
  });
}

/** One question to one store; a write has reached the disk when it resolves (`durability: strict`). */
async function asked<T>(
  database: IDBDatabase,
  store: string,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = database.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : {});
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Locked(store));
    };
  });
  const [result] = await Promise.all([settled(ask(transaction.objectStore(store))), done]);
  return result;
}
