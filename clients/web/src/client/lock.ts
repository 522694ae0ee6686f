/**
 * The lock of what this browser keeps: the sealing key stands there unsealed only while somebody is at work; otherwise nothing is
 * left of it but what each slot (a passkey, a secret phrase) opens (docs/web.md, decision 0025).
 */
import type { Bytes } from "../protocol/bytes.ts";
import { DATABASE, LOCK, opened, SEAL, settled, together } from "./browser-store.ts";

/** What tells other windows of this browser that the lock changed. */
const CHANNEL = "volet-lock";

/** One way to unlock. What it seals is bound to everything said of it here. */
export type Slot = PasskeySlot | PhraseSlot;

interface Sealed {
  readonly salt: Bytes;
  readonly sealed: Bytes;
  readonly addedMs: number;
}

export interface PasskeySlot extends Sealed {
  readonly kind: "passkey";
  readonly credential: Bytes;
}

export interface PhraseSlot extends Sealed {
  readonly kind: "phrase";
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What is known of the lock without opening it; the times are in ms. */
export interface Lock {
  readonly slots: readonly Slot[];
  readonly idleMs: number;
  /** When a slot is asked for again whatever happens, and when somebody was last at work. */
  readonly untilMs: number;
  readonly usedMs: number;
}

/** The lock of the store, undefined for one that has none. */
export async function readLock(name: string = DATABASE): Promise<Lock | undefined> {
  return within(name, (database) => together(database, "readonly", async ({ keys }) => kept(keys)));
}

/** Whether the store waits for a slot: its key is away, nobody was at work for too long, or the clock was set back. */
export function isOverdue({ idleMs, untilMs, usedMs }: Lock, nowMs: number): boolean {
  return nowMs >= untilMs || nowMs - usedMs >= idleMs || nowMs < usedMs - idleMs;
}

/** Whether somebody has to unlock now; a key whose time is over is taken away first. */
export async function isLocked(nowMs: number, name: string = DATABASE): Promise<boolean> {
  return within(name, async (database) => {
    const found = await together(database, "readonly", async ({ keys }) => ({
      lock: await kept(keys),
      isAway: (await settled(keys.count(SEAL))) === 0,
    }));
    if (found.lock === undefined) return false;
    if (found.isAway || !isOverdue(found.lock, nowMs)) return found.isAway;
    await together(database, "readwrite", ({ keys }) => settled(keys.delete(SEAL)));
    return true;
  });
}

/** Lock now: the sealing key leaves this browser, in every window. Does nothing where no slot would bring it back. */
export async function lockNow(name: string = DATABASE): Promise<void> {
  await within(name, (database) =>
    together(database, "readwrite", async ({ keys }) => {
      if ((await kept(keys)) !== undefined) await settled(keys.delete(SEAL));
    }),
  );
  tellOthers();
}

/** Say that somebody is at work. */
export async function used(nowMs: number, name: string = DATABASE): Promise<void> {
  await changed(name, (lock) => ({ ...lock, usedMs: nowMs }));
}

/** After how long without a hand on it the store locks, in ms. */
export async function setIdle(idleMs: number, name: string = DATABASE): Promise<void> {
  await changed(name, (lock) => ({ ...lock, idleMs }));
}

/** Delete all that this browser keeps, locked or not. */
export async function eraseStore(name: string = DATABASE): Promise<void> {
  await settled(indexedDB.deleteDatabase(name));
  tellOthers();
}

/** Hear of what other windows of this browser do to the lock, until the call that is returned. */
export function hearOthers(heard: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = heard;
  return () => {
    channel.close();
  };
}

/** Have every other window of this browser look again. */
export function tellOthers(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("");
  channel.close();
}

/** Do `work` with the store of that name, and leave it. */
export async function within<T>(name: string, work: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const database = await opened(name);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/** The lock as it stands in the store. */
export async function kept(keys: IDBObjectStore): Promise<Lock | undefined> {
  return (await settled(keys.get(LOCK))) as Lock | undefined;
}

/** Change the lock in one transaction, undefined to end it; nothing where there is none. */
export async function changed(name: string, change: (lock: Lock) => Lock | undefined): Promise<void> {
  await within(name, (database) =>
    together(database, "readwrite", async ({ keys }) => {
      const lock = await kept(keys);
      if (lock === undefined) return;
      const next = change(lock);
      if (next === undefined) await settled(keys.delete(LOCK));
      else await settled(keys.put(next, LOCK));
    }),
  );
}
