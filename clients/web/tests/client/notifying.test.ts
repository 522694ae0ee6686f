/** « Un message vous attend »: told out of sight, urgent at once, the rest now and then, and never twice. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Heard } from "../../src/client/live.ts";
import { Notifying, notifies, setNotifies, SPACE_MS } from "../../src/client/notifying.ts";
import { MemoryVault } from "./memory-vault.ts";

let heard: (what: Heard) => void;
let waiting: { readonly entry: string; readonly kind: string; readonly writtenMs: number }[];
let hidden: boolean;
let shown: number;

function notifying(): Notifying {
  const made = new Notifying({
    look: () => Promise.resolve([...waiting]),
    listen: (listener) => {
      heard = listener;
      return () => {
        heard = () => undefined;
      };
    },
    isHidden: () => hidden,
    nowMs: () => Date.now(),
    show: () => {
      shown += 1;
    },
  });
  made.start();
  return made;
}

/** Something to read comes, and the hub hints. */
async function comes(entry: string, kind = "note"): Promise<void> {
  waiting.push({ entry, kind, writtenMs: Date.now() });
  heard("case");
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  [waiting, hidden, shown] = [[{ entry: "before", kind: "note", writtenMs: 0 }], true, 0];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what waited before is no news; what comes then is told once", async () => {
  notifying();
  await vi.advanceTimersByTimeAsync(0);
  expect(shown).toBe(0);
  await comes("a");
  heard("case");
  await vi.advanceTimersByTimeAsync(SPACE_MS * 3);
  expect(shown).toBe(1);
});

test("the rest is told together at most once in five minutes, and what is urgent at once", async () => {
  notifying();
  await vi.advanceTimersByTimeAsync(0);
  for (const entry of ["a", "b", "c"]) await comes(entry);
  expect(shown).toBe(1);
  await comes("d", "coordination_alert");
  expect(shown).toBe(2);
  await comes("e");
  expect(shown).toBe(2);
  await vi.advanceTimersByTimeAsync(SPACE_MS);
  expect(shown).toBe(3);
  await vi.advanceTimersByTimeAsync(SPACE_MS * 3);
  expect(shown).toBe(3);
});

test("a hint that brings nothing to read tells nothing: of what is hidden from this user there is none", async () => {
  notifying();
  await vi.advanceTimersByTimeAsync(0);
  for (let hint = 0; hint < 5; hint++) heard(undefined);
  await vi.advanceTimersByTimeAsync(SPACE_MS);
  expect(shown).toBe(0);
});

test("nothing is told in sight, nor later of what came before the page was seen", async () => {
  const made = notifying();
  await vi.advanceTimersByTimeAsync(0);
  await comes("a");
  await comes("b");
  hidden = false;
  made.seen();
  await comes("c");
  await vi.advanceTimersByTimeAsync(SPACE_MS * 2);
  expect(shown).toBe(1);
  hidden = true;
  made.left();
  await vi.advanceTimersByTimeAsync(0);
  expect(shown).toBe(1);
  await comes("d");
  expect(shown).toBe(2);
});

test("what comes while the page is still being left is told of", async () => {
  waiting.push({ entry: "meanwhile", kind: "note", writtenMs: Date.now() + 1 });
  notifying();
  await vi.advanceTimersByTimeAsync(0);
  expect(shown).toBe(1);
});

test("nothing is told after it was stopped, and it is off until somebody turns it on", async () => {
  const made = notifying();
  await vi.advanceTimersByTimeAsync(0);
  made.stop();
  await comes("a");
  expect(shown).toBe(0);
  const { vault } = new MemoryVault();
  expect(await notifies(vault)).toBe(false);
  await setNotifies(vault, true);
  expect(await notifies(vault)).toBe(true);
});
