/** What the screens of team and consent rest on: texts by their hash, contact cards, telephones, photos of papers. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { readCard } from "../../src/client/contact-cards.ts";
import { textHash } from "../../src/client/notice-hashes.ts";
import { Outbox } from "../../src/client/outbox.ts";
import { withTelephones } from "../../src/features/team/telephones.ts";
import { fingerprintPhrase } from "../../src/protocol/fingerprint.ts";
import { MemoryVault } from "./memory-vault.ts";

const HUB = "https://hub.example";
const USER = "ab".repeat(32);
const CARD = { type: "volet-contact", hub: HUB, user: USER, device: "cd".repeat(32), fingerprint: fingerprintPhrase(USER) };

describe("the texts that a notice or a consent names", () => {
  it.each([
    ["general", false, "general-v1.fr.md"],
    ["general", true, "general-v1.falc.md"],
    ["cross-category", false, "cross-category-v1.fr.md"],
    ["cross-category", true, "cross-category-v1.falc.md"],
    ["consent", false, "consent-v1.fr.md"],
    ["consent", true, "consent-v1.falc.md"],
  ] as const)("%s, easy to read: %s, is the file of the policies", (kind, easy, name) => {
    const file = readFileSync(new URL(`../../../../policies/notices/${name}`, import.meta.url));
    expect(textHash(kind, easy)).toBe(createHash("sha256").update(file).digest("hex"));
  });
});

describe("a contact card", () => {
  it("stands for its user", () => {
    expect(readCard(` ${JSON.stringify(CARD)}\n`, HUB)).toBe(USER);
  });

  it.each([
    ["no JSON", "bonjour", "contact-card"],
    ["another thing", "[1]", "contact-card"],
    ["a piece of a card", JSON.stringify({ ...CARD, user: USER.slice(2) }), "contact-card"],
    ["a card whose user was swapped", JSON.stringify({ ...CARD, user: "ba".repeat(32) }), "contact-card"],
    ["a card of another hub", JSON.stringify({ ...CARD, hub: "https://other.example" }), "contact-elsewhere"],
  ])("is refused when it is %s", (_what, text, kind) => {
    expect(() => readCard(text, HUB)).toThrow(expect.objectContaining({ kind }));
  });
});

describe("telephones in a text", () => {
  it.each([
    ["Anne : 06 12 34 56 78.", ["0612345678"]],
    ["01.23.45.67.89 ou +33 6 12 34 56 78", ["0123456789", "+33612345678"]],
    ["+33 (0)6 12 34 56 78", ["+33612345678"]],
    ["n° 106123456789 et 2026-11-22", []],
  ])("are found in « %s », and nothing of the text is lost", (text, numbers) => {
    const pieces = withTelephones(text);
    expect(pieces.flatMap(({ tel }) => tel ?? [])).toEqual(numbers);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  });
});

describe("the photo of a signed paper", () => {
  it("is kept beside its act until that is recorded, and goes with it", async () => {
    const memory = new MemoryVault();
    const outbox = new Outbox(memory.vault);
    const photo = { name: "feuille.jpg", mediaType: "image/jpeg", data: new Uint8Array([1, 2, 3]) };
    await outbox.keepPaper("one", photo);
    await outbox.put({ id: "one", case: USER, body: {}, keptMs: 1, state: "waiting", paper: true });
    expect(await new Outbox(memory.vault).paper("one")).toEqual(photo);
    expect((await outbox.items())[0]?.paper).toBe(true);
    await outbox.remove("one");
    expect(await outbox.paper("one")).toBeUndefined();
  });
});
