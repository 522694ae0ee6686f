/** What a person reads is easy to read (falc): short sentences, common words, papers and texts in that language. */
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import consentText from "../features/person/consent-text.json" with { type: "json" };
import paperTexts from "../features/person/paper-texts.json" with { type: "json" };
import { french } from "./french.ts";

const SCREENS = `${import.meta.dirname}/../features/person`;
const MOST_WORDS = 15;
const LONGEST_WORD = 14;
/** Words of the trade, of the law and of cryptography that a plain word says as well. */
const HARD =
  /authentifi|chiffrement|compartiment|cryptograph|habilité|limbe|notamment|nonobstant|octroy|participation|pseudonyme|révo(?:qu|c)|susvisé|susceptible|usager|préalable|ultérieur|hash|checkpoint|session|serveur/i;
/** Names that the law or a service has: a person finds them on her other papers. */
const NAMES = /professionnel(?:le)?s?/gi;

type Message = string | ((...given: never[]) => string);

/** Every text that the screens of the person name, by itself or with its group, filled with short names. */
function texts(): readonly (readonly [key: string, text: string])[] {
  const sources = readdirSync(SCREENS).filter((name) => /[.]tsx?$/.test(name));
  const named = sources.flatMap((name) => [
    ...readFileSync(`${SCREENS}/${name}`, "utf8").matchAll(/messages[.]([A-Za-z]+)(?:[.]([A-Za-z]+))?/g),
  ]);
  const groups: Readonly<Record<string, Readonly<Record<string, Message>>>> = french;
  const found = new Map<string, string>();
  for (const [, group = "", only] of named) {
    for (const [key, message] of Object.entries(groups[group] ?? {})) {
      const text = typeof message === "string" ? message : (message as (...given: string[]) => string)("X", "Y", "Z");
      if (only === undefined || only === key) found.set(`${group}.${key}`, text);
    }
  }
  return [...found];
}

const sentences = (text: string): readonly string[] => text.split(/(?<=[.?!:;])\s+|\n+/).filter((one) => one.trim() !== "");
const words = (sentence: string): readonly string[] => sentence.split(/[\s’]+/).filter((one) => /\p{L}|\p{N}/u.test(one));

describe("what a person reads on her screens", () => {
  it("is many texts", () => {
    expect(texts().length).toBeGreaterThan(200);
  });

  it("has short sentences", () => {
    const long = texts().flatMap(([key, text]) =>
      sentences(text)
        .filter((one) => words(one).length > MOST_WORDS)
        .map((one) => `${key}: ${one}`),
    );
    expect(long).toEqual([]);
  });

  it("has common words", () => {
    const hard = texts().filter(([, text]) => {
      const said = text.replace(NAMES, "");
      return HARD.test(said) || words(said).some((word) => word.replace(/[^\p{L}]/gu, "").length > LONGEST_WORD);
    });
    expect(hard).toEqual([]);
  });
});

describe("what a person agrees to and takes home", () => {
  const papers: Readonly<Record<string, string>> = paperTexts.fr;

  it("is the easy text of the policies", () => {
    expect(Object.values(papers).filter((text) => !/^lang: falc$/m.test(text))).toEqual([]);
    expect(consentText.fr).toContain("lang: falc");
  });
});
