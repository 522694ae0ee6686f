/** What a thread is made of: newest first, told as it comes, and never less than was shown. */
import { expect, test } from "vitest";

import { Desk } from "../../src/client/desk.ts";
import type { DeskParts } from "../../src/client/desk.ts";
import { Entries } from "../../src/client/entries.ts";
import type { EntriesParts, Read } from "../../src/client/entries.ts";
import type { ListedEntry } from "../../src/client/lists.ts";
import type { Count } from "../../src/client/waiting.ts";
import { MemoryVault } from "./memory-vault.ts";

const CASE = "c".repeat(64);
const PLACE = { kind: "section", name: "medical/2" } as const;

function listed(n: number): ListedEntry {
  const preamble = { user: "u".repeat(64), timeMs: n };
  const header = { preamble, place: { kind: "section", name: "medical/2" }, compartment: "medical", level: 2 };
  return { n, entry: { id: String(n).padStart(64, "0"), header }, takenBack: false } as unknown as ListedEntry;
}

function read(n: number): Read {
  return { listed: listed(n), title: { kind: "note", version: 1, title: `Passage ${n}` } as NonNullable<Read["title"]> };
}

function count(name: string, size: number): Count {
  return { place: { kind: "section", name }, list: name.padEnd(64, "0"), listed: size, readable: size };
}

/** A desk over two compartments; `asked` are the places looked at. */
function desk(sizes: Record<string, number>): { readonly desk: Desk; readonly asked: string[] } {
  const asked: string[] = [];
  const entries = {
    look: (_: string, place: { readonly name: string }) => {
      asked.push(place.name);
      return Promise.resolve({ view: { case: CASE }, list: { place, entries: [] } });
    },
    titlesOf: (looked: { readonly list: { readonly place: { readonly name: string } } }, ...rest: readonly unknown[]) => {
      const come = rest[2] as (reads: readonly Read[]) => void;
      const size = sizes[looked.list.place.name] ?? 0;
      come([read(size)]);
      return Promise.resolve(Array.from({ length: size }, (_, at) => read(at + 1)));
    },
  };
  const parts = {
    vault: new MemoryVault().vault,
    waiting: { counts: () => Promise.resolve(Object.entries(sizes).map(([name, size]) => count(name, size))) },
    entries,
    caseIds: () => Promise.resolve([CASE]),
  };
  return { desk: new Desk(parts as unknown as DeskParts), asked };
}

test("a thread of one part looks at that part alone", async () => {
  const { desk: one, asked } = desk({ "medical/2": 3, "plan/1": 2 });
  expect((await one.of(CASE, "medical")).length).toBe(3);
  expect(asked).toEqual(["medical/2"]);
});

test("what has come is told before the rest, and nothing is told again once it was shown whole", async () => {
  const sizes = { "medical/2": 3 };
  const { desk: one } = desk(sizes);
  const told: number[] = [];
  await one.of(CASE, undefined, (received) => told.push(received.length));
  sizes["medical/2"] = 4;
  const all = await one.of(CASE, undefined, (received) => told.push(received.length));
  expect(told).toEqual([1]);
  expect(all.length).toBe(4);
});

/** A desk over one long section: `first` are the indexes served before the whole list, `whole` those of it. */
function long(first: readonly ListedEntry[], whole: readonly ListedEntry[]): { readonly desk: Desk; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const looked = (entries: readonly ListedEntry[]) => ({ view: { case: CASE }, list: { place: PLACE, entries } });
  const entries = {
    lookNewest: (_case: string, _place: unknown, after: number) => {
      asked.push(after);
      return Promise.resolve(looked(first));
    },
    look: () => {
      asked.push("whole");
      return Promise.resolve(looked(whole));
    },
    titlesOf: (_: unknown, items: readonly ListedEntry[]) => {
      asked.push(items.map(({ n }) => n));
      return Promise.resolve(items.map((one) => ({ ...read(one.n), listed: one })));
    },
  };
  const parts = {
    vault: new MemoryVault().vault,
    waiting: { counts: () => Promise.resolve([count("medical/2", 60)]) },
    entries,
    caseIds: () => Promise.resolve([CASE]),
  };
  return { desk: new Desk(parts as unknown as DeskParts), asked };
}

const whole = Array.from({ length: 60 }, (_, at) => listed(at + 1));

test("the newest titles of a long list are told before the whole list is asked for, and are released once", async () => {
  const { desk: one, asked } = long([listed(59), listed(60)], whole);
  const told: number[][] = [];
  const all = await one.of(CASE, "medical", (received) => told.push(received.map(({ n }) => n)));
  expect(told[0]).toEqual([59, 60]);
  expect(asked).toEqual([10, [59, 60], "whole", whole.slice(0, 58).map(({ n }) => n)]);
  expect(all.map(({ n }) => n).sort((a, b) => a - b)).toEqual(whole.map(({ n }) => n));
});

test("a list that holds other entries than those that it ended with a moment ago is a fork", async () => {
  const other = { ...listed(60), entry: { ...listed(60).entry, id: "f".repeat(64) } } as unknown as ListedEntry;
  const { desk: one } = long([listed(59), other], whole);
  await expect(one.of(CASE, "medical", () => undefined)).rejects.toMatchObject({ reason: "forked" });
});

test("who waits for everything asks for no end of a list first", async () => {
  const { desk: one, asked } = long([], whole);
  await one.of(CASE, "medical");
  expect(asked[0]).toBe("whole");
});

test("the newest page is asked for alone, then several at once, and the answer is in the order of the list", async () => {
  const pages: number[][] = [];
  const parts = {
    checks: { check: () => Promise.resolve() },
    shares: { find: () => Promise.resolve(new Uint8Array(32)) },
    author: {},
    releases: {
      ask: (_list: unknown, _case: unknown, page: readonly ListedEntry[]) => {
        pages.push(page.map(({ n }) => n));
        return Promise.resolve(new Map());
      },
    },
  };
  const entries = new Entries(parts as unknown as EntriesParts);
  const looked = { view: { case: CASE }, list: { entries: [] } } as unknown as Parameters<Entries["titlesOf"]>[0];
  const items = Array.from({ length: 320 }, (_, at) => listed(at + 1));
  const came: number[] = [];
  const reads = await entries.titlesOf(looked, items, {}, (some) => came.push(some.length));
  expect(pages.map((page) => [page.length, page[0]])).toEqual([
    [50, 271],
    [50, 71],
    [50, 121],
    [50, 171],
    [50, 221],
    [50, 1],
    [20, 51],
  ]);
  expect(came).toEqual([50, 200]);
  expect(reads.map(({ listed: { n } }) => n)).toEqual(items.map(({ n }) => n));
});
