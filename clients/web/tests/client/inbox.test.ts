/** « À lire »: the order in which somebody reads, and marks that outlive a reload and two windows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { InboxMarks, toDo, toRead } from "../../src/client/inbox.ts";
import type { Arrived } from "../../src/client/inbox.ts";
import { Names } from "../../src/client/names.ts";
import { MemoryVault } from "./memory-vault.ts";

const ME = "f".repeat(64);
const NOW = 1_000_000;
const hash = (n: number): string => n.toString(16).padStart(64, "0");

function arrived(n: number, more: Partial<Arrived> = {}): Arrived {
  const usual = { case: hash(900), place: "section:plan/1", list: hash(901), author: hash(902), kind: "note" };
  return { ...usual, n, entry: hash(n), writtenMs: n, ...more };
}

const numbers = (found: readonly Arrived[]): readonly number[] => found.map((one) => one.n);

describe("what is to read", () => {
  it("comes urgent first, then oldest, over all cases", async () => {
    const marks = await InboxMarks.load(new MemoryVault().vault);
    const all = [
      arrived(3, { writtenMs: 30 }),
      arrived(2, { writtenMs: 40, kind: "coordination_alert" }),
      arrived(1, { writtenMs: 10, case: hash(800), list: hash(801) }),
    ];
    expect(numbers(toRead(all, marks, ME, NOW))).toEqual([2, 1, 3]);
  });

  it("holds nothing that the reader wrote, nor what is said about another entry", async () => {
    const marks = await InboxMarks.load(new MemoryVault().vault);
    const all = [arrived(1, { author: ME }), arrived(2, { kind: "mark" }), arrived(3, { kind: "annex" }), arrived(4)];
    expect(numbers(toRead(all, marks, ME, NOW))).toEqual([4]);
  });

  it("leaves once read, and stays so after a reload", async () => {
    const { vault } = new MemoryVault();
    const marks = await InboxMarks.load(vault);
    await marks.read(arrived(2));
    const all = [arrived(1), arrived(2), arrived(3)];
    expect(numbers(toRead(all, marks, ME, NOW))).toEqual([1, 3]);
    expect(numbers(toRead(all, await InboxMarks.load(vault), ME, NOW))).toEqual([1, 3]);
  });

  it("goes behind the others with « plus tard », and waits for its date with « à faire »", async () => {
    const marks = await InboxMarks.load(new MemoryVault().vault);
    const all = [arrived(1), arrived(2), arrived(3)];
    await marks.putAside(hash(1), "later", NOW);
    await marks.putAside(hash(2), "todo", NOW + 500);
    expect(numbers(toRead(all, marks, ME, NOW))).toEqual([3, 1]);
    expect(numbers(toDo(all, marks))).toEqual([2]);
    expect(numbers(toRead(all, marks, ME, NOW + 500))).toEqual([2, 3, 1]);
    await marks.read(arrived(2));
    expect(toDo(all, marks)).toEqual([]);
  });
});

describe("marks", () => {
  it("of two windows of one device add up", async () => {
    const { vault } = new MemoryVault();
    const [one, other] = [await InboxMarks.load(vault), await InboxMarks.load(vault)];
    await Promise.all([one.read(arrived(1)), one.putAside(hash(5), "todo", 9)]);
    await other.read(arrived(3));
    const after = await InboxMarks.load(vault);
    expect([1, 2, 3].map((n) => after.isRead(arrived(n)))).toEqual([true, false, true]);
    expect(after.aside(hash(5))).toEqual({ entry: hash(5), what: "todo", untilMs: 9 });
  });

  it("tell what was read in any order, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), async (read) => {
        const { vault } = new MemoryVault();
        const marks = await InboxMarks.load(vault);
        await marks.read(...read.map((n) => arrived(n)));
        const after = await InboxMarks.load(vault);
        for (let n = 1; n <= 61; n++) expect(after.isRead(arrived(n))).toBe(read.includes(n));
      }),
      { numRuns: 50 },
    );
  });

  it("stay small when everything is read in order", async () => {
    const memory = new MemoryVault();
    const marks = await InboxMarks.load(memory.vault);
    await marks.read(...Array.from({ length: 5000 }, (_, i) => arrived(i + 1)));
    expect(memory.size("inbox")).toBeLessThan(200);
  });
});

describe("local names", () => {
  it("stand for one id each, change, and go", async () => {
    const { vault } = new MemoryVault();
    const names = await Names.load(vault);
    await names.put("case", hash(1), "  Mme A ");
    await names.put("contact", hash(1), "Dr Mo");
    await names.put("case", hash(1), "Mme Alix");
    const after = await Names.load(vault);
    expect(after.of("case", hash(1))).toBe("Mme Alix");
    expect(after.of("contact", hash(1))).toBe("Dr Mo");
    await after.put("case", hash(1), " ");
    expect(after.of("case", hash(1))).toBeUndefined();
  });
});
