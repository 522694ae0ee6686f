import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Attending } from "../../src/client/attending.ts";
import type { Heard } from "../../src/client/live.ts";

let synced: string[];
let heard: (what: Heard) => void;

function attending(parts: { readonly fails?: string } = {}): Attending {
  return new Attending({
    cases: () => Promise.resolve(["a", "b"]),
    sync: (case_) => {
      synced.push(case_);
      return case_ === parts.fails ? Promise.reject(new Error("out of reach")) : Promise.resolve();
    },
    listen: (listener) => {
      heard = listener;
      return () => {
        heard = () => undefined;
      };
    },
  });
}

beforeEach(() => {
  synced = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("after sign-in every case is attended to, although one of them is out of reach", async () => {
  attending({ fails: "a" }).start();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(synced).toEqual(["a", "b"]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(synced).toHaveLength(2);
});

test("a case that moved is attended to, and a burst of hints once", async () => {
  attending().start();
  await vi.advanceTimersByTimeAsync(20_000);
  synced = [];
  for (let hint = 0; hint < 30; hint++) heard("b");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(synced).toEqual(["b"]);
});

test("a case in which much is written is not attended to at each word", async () => {
  attending().start();
  await vi.advanceTimersByTimeAsync(20_000);
  synced = [];
  for (let second = 0; second < 30; second++) {
    heard("b");
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(synced.length).toBeGreaterThan(1);
  expect(synced.length).toBeLessThan(5);
});

test("when hints may have been missed, every case is attended to", async () => {
  attending().start();
  await vi.advanceTimersByTimeAsync(20_000);
  synced = [];
  heard(undefined);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(synced).toEqual(["a", "b"]);
});

test("after it was stopped nothing is done any more", async () => {
  const one = attending();
  one.start();
  await vi.advanceTimersByTimeAsync(500);
  one.stop();
  heard("a");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(synced).toEqual([]);
});
