/** Drafts and the level that is proposed: kept in the vault, gone once sent. */
import { describe, expect, it } from "vitest";

import { Drafts } from "../../src/client/drafts.ts";
import { titleOf } from "../../src/features/compose/composer.tsx";
import { placeOf, addressOf } from "../../src/features/thread/address.ts";
import { sizeInWords } from "../../src/i18n/sizes.ts";
import { inSight } from "../../src/ui/virtual-list.tsx";
import { MemoryVault } from "./memory-vault.ts";

describe("a draft", () => {
  it("is there again where it was begun, and nowhere else", async () => {
    const { vault } = new MemoryVault();
    await new Drafts(vault).save("here", { text: "À finir", level: 1, asksCharge: false, files: [] });
    expect(await new Drafts(vault).load("here")).toEqual({ text: "À finir", level: 1, asksCharge: false, files: [] });
    expect(await new Drafts(vault).load("there")).toBeUndefined();
    await new Drafts(vault).save("here", { text: "  ", level: 1, asksCharge: false, files: [] });
    expect(await new Drafts(vault).load("here")).toBeUndefined();
  });

  it("proposes the essentials where they are usual, the detail elsewhere, and what was chosen last", async () => {
    const { vault } = new MemoryVault();
    const drafts = new Drafts(vault);
    expect([await drafts.level("transmissions"), await drafts.level("medical")]).toEqual([1, 2]);
    await drafts.chose("medical", 1);
    expect([await new Drafts(vault).level("medical"), await drafts.level("plan")]).toEqual([1, 1]);
  });
});

describe("a title", () => {
  it("is the first line, cut between characters", () => {
    expect(titleOf("  Bonjour \nla suite")).toBe("Bonjour");
    const long = titleOf("😀".repeat(100));
    expect(long.length).toBeLessThanOrEqual(120);
    expect(long.isWellFormed()).toBe(true);
  });
});

describe("the address of an entry", () => {
  it.each([
    { kind: "section", name: "medical/2" },
    { kind: "exchange", name: "a".repeat(64) },
  ] as const)("leads back to its place: %j", (placed) => {
    expect(placeOf(addressOf({ case: "c", placed, entry: "e" }).place)).toEqual(placed);
  });

  it.each(["", "section.medical.3", "section", "exchange.no-hash"])("that is none is refused: %j", (text) => {
    expect(() => placeOf(text)).toThrow();
  });
});

describe("a long list", () => {
  it("shows what is in sight and a little more, whatever its length", () => {
    const { from, to } = inSight(10_000, 68, 340_000, 800);
    expect(from).toBeLessThanOrEqual(5000);
    expect(to).toBeGreaterThanOrEqual(5012);
    expect(to - from).toBeLessThan(60);
    expect(inSight(3, 68, -500, 800)).toEqual({ from: 0, to: 3 });
    expect(inSight(10, 68, 1e9, 800).to).toBe(10);
    expect(inSight(100, 0, 0, 800)).toEqual({ from: 0, to: 40 });
  });
});

describe("a size", () => {
  it("is said in words", () => {
    expect([sizeInWords(12, "fr"), sizeInWords(1_400_000, "fr"), sizeInWords(999, "en")]).toEqual([
      "12 octets",
      "1,4 Mo",
      "999 bytes",
    ]);
  });
});
