/** The text that a consent names is the file that everybody else reads, and every blank of it can be filled. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import papers from "../../src/features/person/paper-texts.json" with { type: "json" };
import { CONSENT_TEXT_HASH, consentText } from "../../src/features/person/notice-text.ts";

const FILE = new URL("../../../../policies/notices/consent-v1.falc.md", import.meta.url);

describe("the text before a consent", () => {
  it("has the hash of the file in the policies", () => {
    expect(CONSENT_TEXT_HASH).toBe(createHash("sha256").update(readFileSync(FILE)).digest("hex"));
  });

  it("shows what it is filled with, and a blank where nothing is known", () => {
    const said = consentText(new Map([["recipients", "Infirmière"]])).flatMap(({ lines }) => lines);
    expect(said).toContain("Infirmière");
    expect(said.join("\n")).not.toMatch(/[{}]/);
  });
});

describe("the papers left with the person", () => {
  it.each(Object.entries(papers))("%s is the file of the policies, word for word", (kind, text) => {
    const file = new URL(`../../../../policies/notices/${kind}-v1.falc.md`, import.meta.url);
    expect(text).toBe(readFileSync(file, "utf8"));
  });
});
