/** Long work in pieces: nothing is lost or moved by the turns in between. */
import { expect, test } from "vitest";

import { inTurns, turn } from "../../src/client/turns.ts";

test("what is made of each item is in the order of the items, whatever the work takes", async () => {
  const slow = (item: number, at: number): string => {
    const until = performance.now() + (item % 2 === 0 ? 30 : 0);
    while (performance.now() < until);
    return `${at} ${item}`;
  };
  expect(await inTurns([2, 1, 4, 3], slow)).toEqual(["0 2", "1 1", "2 4", "3 3"]);
});

test("work that fails ends there, as if it had been done at once", async () => {
  const done: number[] = [];
  const work = (item: number): void => {
    if (item === 2) throw new RangeError("two");
    done.push(item);
  };
  await expect(inTurns([1, 2, 3], work)).rejects.toThrow("two");
  expect(done).toEqual([1]);
});

test("a browser without a scheduler gives turns too", async () => {
  await expect(turn()).resolves.toBeUndefined();
});
