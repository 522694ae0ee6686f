/** What a page remembers is bounded: 20,000 of a kind, the oldest forgotten first. */
import { expect, it } from "vitest";

import { Remembered } from "../../src/client/remembered.ts";

const MOST = 20_000;

it("remembers 20,000 titles, and forgets the oldest for the next", () => {
  const titles = new Remembered<number>();
  for (let n = 0; n < MOST; n++) titles.set(`entry ${String(n)}`, n);
  expect(titles.get("entry 0")).toBe(0);
  titles.set(`entry ${String(MOST)}`, MOST);
  expect(titles.get("entry 0")).toBeUndefined();
  expect(titles.get("entry 1")).toBe(1);
  expect(titles.get(`entry ${String(MOST)}`)).toBe(MOST);
});

it("forgets nothing for what is remembered again", () => {
  const titles = new Remembered<number>();
  for (let n = 0; n < MOST; n++) titles.set(`entry ${String(n)}`, n);
  titles.set("entry 7", 70);
  expect([titles.get("entry 0"), titles.get("entry 7")]).toEqual([0, 70]);
});
