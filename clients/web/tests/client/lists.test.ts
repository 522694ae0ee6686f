/** The end of a list: what its head does not lead to is refused, and nothing of it is shown. */
import { expect, test } from "vitest";

import type { Directory } from "../../src/client/directory.ts";
import type { Hub } from "../../src/client/hub.ts";
import { Lists } from "../../src/client/lists.ts";
import { appended, emptyList, listId } from "../../src/protocol/entry-list.ts";
import type { EntryListHead } from "../../src/protocol/entry-list.ts";

const CASE = "c".repeat(64);
const PLACE = { kind: "section", name: "medical/2" } as const;
const LIST = listId(CASE, "section:medical/2");
const HASHES = Array.from({ length: 5 }, (_, at) => String(at + 1).repeat(64));
const HEADS = HASHES.reduce<EntryListHead[]>(
  (heads, hash) => [...heads, appended(heads.at(-1) ?? emptyList(LIST), hash)],
  [emptyList(LIST)],
);

interface Served {
  readonly start: EntryListHead | undefined;
  readonly hashes: readonly string[];
  readonly proven?: EntryListHead | undefined;
}

/** Lists of a hub that serves a page of gaps, whose head is proven to be what it is. */
function served({ start, hashes, proven = HEADS.at(-1) }: Served): Lists {
  const page = { start: { n: start?.n ?? 0, h: start?.h ?? "" }, entries: hashes.map((hash) => ({ hash })), head: {} };
  const hub = {
    asked: (ask: () => Promise<unknown>) => ask(),
    prove: () => Promise.resolve({ head: { seq: proven?.n, hash: proven?.h } }),
    transport: { get: () => Promise.resolve(page) },
  };
  return new Lists(hub as unknown as Hub, { meet: () => Promise.resolve() } as unknown as Directory);
}

test("the end of a list that leads to its proven head is there, without what nobody may know of", async () => {
  const list = await served({ start: HEADS[3], hashes: HASHES.slice(3) }).newest(CASE, PLACE, 3);
  expect(list).toMatchObject({ list: LIST, head: HEADS[5], entries: [] });
});

test("an end that does not reach the head is no end: the whole list is asked for", async () => {
  expect(await served({ start: HEADS[3], hashes: HASHES.slice(3, 4) }).newest(CASE, PLACE, 3)).toBeUndefined();
});

test.each<readonly [string, Served]>([
  ["begins elsewhere than asked", { start: HEADS[2], hashes: HASHES.slice(2) }],
  ["follows another beginning", { start: { n: 3, h: "f".repeat(64) }, hashes: HASHES.slice(3) }],
  ["has another entry", { start: HEADS[3], hashes: [HASHES[0] ?? "", HASHES[4] ?? ""] }],
  ["goes on after its head", { start: HEADS[3], hashes: HASHES.slice(3), proven: HEADS[4] }],
])("an end that %s is refused", async (_, page) => {
  await expect(served(page).newest(CASE, PLACE, 3)).rejects.toMatchObject({ reason: "wrong-list" });
});

/** Lists of a hub that serves what `page` says of each position asked for; what was asked, in order. */
function following(page: (after: number) => { readonly start: EntryListHead | undefined; readonly hashes: readonly string[] }) {
  const asked: number[] = [];
  const hub = {
    asked: (ask: () => Promise<unknown>) => ask(),
    prove: () => Promise.resolve({ head: { seq: HEADS.at(-1)?.n, hash: HEADS.at(-1)?.h } }),
    advance: () => Promise.resolve(),
    transport: {
      get: (_path: string, { after }: { readonly after: number }) => {
        asked.push(after);
        const { start, hashes } = page(after);
        return Promise.resolve({ start: { n: start?.n, h: start?.h }, entries: hashes.map((hash) => ({ hash })), head: {} });
      },
    },
  };
  return { asked, lists: new Lists(hub as unknown as Hub, { meet: () => Promise.resolve() } as unknown as Directory) };
}

test("a list that only grew is asked for from where it is held, and is the whole list all the same", async () => {
  const { asked, lists } = following((after) => ({ start: HEADS[after], hashes: HASHES.slice(after) }));
  await lists.view(CASE, PLACE);
  const again = await lists.view(CASE, PLACE, true);
  expect(asked).toEqual([0, 5]);
  expect(again.entries.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  expect(again.head).toEqual(HEADS[5]);
});

test("a list whose end does not follow what is held is asked for whole, and judged so", async () => {
  const other = { n: 5, h: "f".repeat(64) };
  const { asked, lists } = following((after) =>
    after === 0 ? { start: HEADS[0], hashes: HASHES } : { start: other, hashes: [] },
  );
  await lists.view(CASE, PLACE);
  expect((await lists.view(CASE, PLACE, true)).head).toEqual(HEADS[5]);
  expect(asked).toEqual([0, 5, 0]);
});

test("what is not held, or is a gap in what is held, is looked for in the whole list", async () => {
  const { lists } = following((after) => ({ start: HEADS[after], hashes: HASHES.slice(after) }));
  expect(await lists.one(CASE, PLACE, HASHES[2] ?? "")).toBeUndefined();
  await lists.view(CASE, PLACE);
  expect(await lists.one(CASE, PLACE, HASHES[2] ?? "")).toBeUndefined();
});
