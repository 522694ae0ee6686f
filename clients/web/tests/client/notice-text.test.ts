/** The texts that a person reads and keeps are the files that everybody else reads, each in one language, its blanks filled. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import papers from "../../src/features/person/paper-texts.json" with { type: "json" };
import { consentText, consentTextHash, filledText } from "../../src/features/person/notice-text.ts";
import { LANGUAGES } from "../../src/i18n/messages.ts";
import type { Language } from "../../src/i18n/messages.ts";

const FILES: Readonly<Record<Language, string>> = { fr: "falc", en: "en" };
const KINDS = ["receipt", "refusal", "withdrawal"] as const;
const FRENCH = /[éèêàùç]|\b(?:vous|votre|les|une|est)\b/i;

function file(kind: string, language: Language): Buffer {
  return readFileSync(new URL(`../../../../policies/notices/${kind}-v1.${FILES[language]}.md`, import.meta.url));
}

describe.each(LANGUAGES)("the text before a consent, in %s", (language) => {
  it("has the hash of the file in the policies", () => {
    expect(consentTextHash(language)).toBe(createHash("sha256").update(file("consent", language)).digest("hex"));
  });

  it("shows what it is filled with, and a blank where nothing is known", () => {
    const said = consentText(language, new Map([["recipients", "Infirmière"]])).flatMap(({ lines }) => lines);
    expect(said).toContain("Infirmière");
    expect(said.join("\n")).not.toMatch(/[{}]/);
  });

  it("calls nobody by a name that it does not know, and breaks no sentence where the file has a new line", () => {
    const said = consentText(language, new Map([["person", ""]])).flatMap(({ lines }) => lines);
    for (const line of said) expect(line).toMatch(/^[\p{Lu}…]/u);
    expect(said.filter((line) => / [.,]/.test(line))).toEqual([]);
  });
});

describe("the papers left with the person", () => {
  it.each(LANGUAGES.flatMap((language) => KINDS.map((kind) => [kind, language] as const)))(
    "%s in %s is the file of the policies, word for word",
    (kind, language) => {
      expect(papers[language][kind]).toBe(file(kind, language).toString("utf8"));
    },
  );

  it.each(KINDS)("%s in English has no French in it", (kind) => {
    const said = filledText(papers.en[kind], new Map([["person", ""]])).flatMap(({ title, lines }) => [title, ...lines]);
    expect(said.filter((line) => FRENCH.test(line))).toEqual([]);
    expect(said[1]).toMatch(/^You /);
  });
});
