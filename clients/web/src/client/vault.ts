/**
 * What this browser keeps: sealed objects by name, in IndexedDB, under a key that WebCrypto never gives out.
 *
 * The sealing key and the device's signing key are not extractable: a copy of the store's objects opens nothing elsewhere, and
 * no script, ours included, can read them. Whoever uses this browser unlocked is this device: the lock is the operating
 * system's until a passkey or a secret phrase is set (lock.ts). Nothing is kept in any other storage of the browser.
 */
import { concat, utf8 } from "../protocol/bytes.ts";
import { decode, encode } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { DATABASE, LOCK, opened, SEAL, SEALED_AS, settled, together } from "./browser-store.ts";
import type { Stores } from "./browser-store.ts";
import { Locked } from "./errors.ts";

const NONCE_SIZE = 12;
const LIMIT = 64 * 1024 * 1024;

/** Sealed objects by name, and keys that never leave. */
export class Vault {
  readonly #database: IDBDatabase;
  readonly #seal: CryptoKey;
  /** The mark of that key; undefined until a lock was first set. */
  readonly #sealedAs: string | undefined;

  private constructor(database: IDBDatabase, seal: CryptoKey, sealedAs: string | undefined) {
    this.#database = database;
    this.#seal = seal;
    this.#sealedAs = sealedAs;
  }

  /** Open the browser's store, made when it is new. Throws `Locked` where the browser keeps none, or while it is locked. */
  static async open(name: string = DATABASE): Promise<Vault> {
    const database = await opened(name);
    const drawn = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const found = await together(database, "readwrite", async ({ keys }) => {
      const kept = (await settled(keys.get(SEAL))) as CryptoKey | undefined;
      const sealedAs = (await settled(keys.get(SEALED_AS))) as string | undefined;
      if (kept !== undefined) return { seal: kept, sealedAs };
      // A key that is away is not one that never was: another would seal what the first opens.
      if ((await settled(keys.count(LOCK))) > 0) return undefined;
      await settled(keys.add(drawn, SEAL));
      return { seal: drawn, sealedAs };
    });
    if (found !== undefined) return new Vault(database, found.seal, found.sealedAs);
    database.close();
    throw new Locked(name);
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
    const data = await together(
      this.#database,
      "readonly",
      async ({ objects }) => (await settled(objects.get(name))) as Uint8Array<ArrayBuffer> | undefined,
    );
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
    await this.#write(({ objects }) => settled(objects.put(sealed, name)));
  }

  async remove(name: string): Promise<void> {
    await this.#write(({ objects }) => settled(objects.delete(name)));
  }

  /** The names kept that begin so. */
  async names(prefix: string): Promise<readonly string[]> {
    const all = await together(this.#database, "readonly", ({ objects }) => settled(objects.getAllKeys()));
    return all.filter((key): key is string => typeof key === "string" && key.startsWith(prefix));
  }

  /** A key pair kept under that name, undefined when there is none. */
  async keys(name: string): Promise<CryptoKeyPair | undefined> {
    return together(this.#database, "readonly", async ({ keys }) => (await settled(keys.get(name))) as CryptoKeyPair | undefined);
  }

  /** Keep a key pair; one that is there already is never replaced. */
  async keep(name: string, pair: CryptoKeyPair): Promise<void> {
    await this.#write(({ keys }) => settled(keys.add(pair, name)));
  }

  /** One write. A window that holds a key from before a lock was set would seal what nothing opens: it writes nothing more. */
  async #write(ask: (stores: Stores) => Promise<unknown>): Promise<void> {
    await together(this.#database, "readwrite", async (stores) => {
      const sealedAs = (await settled(stores.keys.get(SEALED_AS))) as string | undefined;
      if (sealedAs === this.#sealedAs) await ask(stores);
      else stores.abandon();
    });
  }

  /** Ask the browser not to throw the store away when it runs short of room; tells whether it agreed. */
  static async persist(): Promise<boolean> {
    return (await navigator.storage.persist()) || (await navigator.storage.persisted());
  }

  close(): void {
    this.#database.close();
  }
}
