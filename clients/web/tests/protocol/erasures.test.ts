/** What the log says was erased is told from what is withheld. */
import { expect, it } from "vitest";

import { bigEndian, concat } from "../../src/protocol/bytes.ts";
import type { Bytes } from "../../src/protocol/bytes.ts";
import { retainedType, Tombstones } from "../../src/protocol/erasures.ts";

const ACT_RETENTION = 256 + 1;

function body(index: number, reason: number): Bytes {
  return concat(bigEndian(index, 8), bigEndian(reason, 2), bigEndian(5, 2));
}

function erase(index: number, reason: number): { readonly type: "erase"; readonly body: Bytes } {
  return { type: "erase", body: body(index, reason) };
}

it("covers the one leaf that an erasure names, and no neighbour", () => {
  const tombstones = new Tombstones([erase(7, 1)]);
  expect([6, 7, 8].map((index) => tombstones.covers(index, "act"))).toEqual([false, true, false]);
});

it("covers every leaf of a type below the end of its retention, and none of another type", () => {
  const tombstones = new Tombstones([erase(5, ACT_RETENTION), erase(3, ACT_RETENTION)]);
  expect([4, 5].map((index) => tombstones.covers(index, "act"))).toEqual([true, false]);
  expect(tombstones.covers(4, "fact")).toBe(false);
});

it("takes nothing but an erase leaf for one", () => {
  expect(new Tombstones([{ type: "act", body: body(7, 1) }]).covers(7, "act")).toBe(false);
});

it("refuses the retention of a type that does not exist, and a body of another size", () => {
  expect(() => retainedType({ index: 1, reason: 256 + 99, authority: 5 })).toThrow(
    expect.objectContaining({ reason: "wrong-type" }),
  );
  const short = { type: "erase", body: body(7, 1).subarray(1) } as const;
  expect(() => new Tombstones([short])).toThrow(expect.objectContaining({ reason: "malformed" }));
});
