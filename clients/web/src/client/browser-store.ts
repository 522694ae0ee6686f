/**
 * IndexedDB, asked one transaction at a time: sealed objects by name in one store, keys that never leave and what tells of them in
 * the other.
 */
import { Locked } from "./errors.ts";

export const DATABASE = "volet";
export const OBJECTS = "objects";
export const KEYS = "keys";
/** The name, among the keys, of the one that seals every object. */
export const SEAL = "seal";
/** The name of the mark that changes with that key: who holds another one writes nothing more. */
export const SEALED_AS = "sealed-as";
/** The name of what is known of the lock. */
export const LOCK = "lock";

/** Open the browser's store of that name, made when it is new. Throws `Locked` where the browser keeps none (private windows). */
export async function opened(name: string): Promise<IDBDatabase> {
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

/** What a request gave, once it did. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Locked("store"));
    };
  });
}

/** A transaction over both stores: `objects` and `keys`, and a way to leave everything as it was. */
export interface Stores {
  readonly objects: IDBObjectStore;
  readonly keys: IDBObjectStore;
  readonly abandon: () => void;
}

/**
 * Do `work` in one transaction: all of it or nothing. It waits for nothing but these stores, or the browser ends it. A write has
 * reached the disk when the promise ends (`durability: strict`). What `work` throws, or `Locked` when it abandoned, is thrown.
 */
export async function together<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction([OBJECTS, KEYS], mode, mode === "readwrite" ? { durability: "strict" } : {});
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Locked("store"));
    };
  });
  const abandon = (): void => {
    transaction.abort();
  };
  const stores = { objects: transaction.objectStore(OBJECTS), keys: transaction.objectStore(KEYS), abandon };
  const working = work(stores).catch((error: unknown) => {
    // Half of it is not done.
    try {
      abandon();
    } catch {
      // What failed has ended it already.
    }
    throw error;
  });
  const [result] = await Promise.all([working, done]);
  return result;
}
