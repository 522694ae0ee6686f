/** What goes on paper with a compartment, and that it is asked for as paper. */
import { expect, test } from "vitest";

import type { Received } from "../../src/client/desk.ts";
import type { Reading } from "../../src/client/entries.ts";
import { collected, liaison, printable } from "../../src/features/paper/collecting.ts";
import type { PlaceKind } from "../../src/protocol/places.ts";

function entry(n: number, more: Partial<Received> = {}, kind: PlaceKind = "section"): Received {
  const placed = { kind, name: "medical/2" };
  const known = { case: "c", place: "p", placed, list: "l", n, entry: `e${n}`, author: "u", writtenMs: n, kind: "note" };
  const title = { kind: "note", version: 1, title: `T${n}`, file: undefined, relations: [] };
  return { ...known, title, capacity: undefined, compartment: "medical", level: 2, ...more };
}

test("a compartment goes on paper newest first, from a date on, without other compartments", () => {
  const received = [entry(1), entry(3), entry(2), entry(4, { compartment: "housing" })];
  expect(printable(received, "medical", 2).map(({ n }) => n)).toEqual([3, 2]);
});

test.each(["masked", "exchange", "report"] as const)("nothing of a place of kind %s goes on paper with it", (kind) => {
  expect(printable([entry(1, {}, kind)], "medical", 0)).toEqual([]);
});

test.each(["mark", "annex"])("a %s is no sheet of its own", (kind) => {
  expect(printable([entry(1, { kind })], "medical", 0)).toEqual([]);
});

test("a liaison sheet has identity and treatment, then the essentials of care, each as it is in force", () => {
  const relations = [{ relation: "supersedes", entry: "e2" }] as const;
  const title = { kind: "note", version: 1, title: "T", file: undefined, relations };
  const received = [
    entry(1, { level: 1 }),
    entry(2, { compartment: "medication" }),
    entry(3, { compartment: "medication", title }),
    entry(4, { compartment: "housing", level: 1 }),
    entry(5),
    entry(6, { compartment: "identity" }),
  ];
  expect(liaison(received).map(({ entry: id }) => id)).toEqual(["e6", "e3", "e1"]);
});

test("every entry is asked for with the intent to print, a file not at all, and a refusal prints nothing", async () => {
  const asked: unknown[] = [];
  const body = { type: "content", fields: {}, relations: [] } as const;
  const read = (_case: string, _place: unknown, id: string, reading: Reading = {}): Promise<never> => {
    asked.push([id, reading.intent]);
    if (id === "e9") return Promise.reject(new Error("no"));
    return Promise.resolve({ body } as never);
  };
  const client = { entries: { read } } as unknown as Parameters<typeof collected>[0];
  const file = {
    kind: "document",
    version: 1,
    title: "F",
    relations: [],
    file: { name: "a.pdf", type: "application/pdf", size: 1 },
  };
  const printed = await collected(client, [entry(1), entry(2, { title: file as never })]);
  expect(asked).toEqual([["e1", "print"]]);
  expect(printed.map((one) => one.body)).toEqual([body, undefined]);
  await expect(collected(client, [entry(1), entry(9)])).rejects.toThrow("no");
});
