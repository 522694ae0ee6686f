/** Whatever counts agrees with its number, and no text leaves the choice to who reads. */
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { agreeing } from "./agreeing.ts";
import { english } from "./english.ts";
import { french } from "./french.ts";
import { LANGUAGES } from "./messages.ts";

describe("a word beside a number", () => {
  it.each([
    ["fr", 0, "élément"],
    ["fr", "1", "élément"],
    ["fr", 2, "éléments"],
    ["fr", "1\u202F234", "éléments"],
    ["en", 0, "éléments"],
    ["en", "1", "élément"],
    ["en", "1,001", "éléments"],
  ])("agrees with it: %s, %s %s", (language, count, said) => {
    expect(agreeing(language)(count, "élément", "éléments")).toBe(said);
  });

  it("is said as people say it", () => {
    expect(french.search.found("1")).toBe("1 trouvé");
    expect(french.search.found("2")).toBe("2 trouvés");
    expect(french.team.leftOut("1")).toBe("1 autre était de trop pour une fois\u00A0: communiquez-le depuis le dossier.");
    expect(english.team.opened("1")).toBe("1 older entry, still in force, is opened to them too.");
    expect(english.cases.elements("0")).toBe("0 entries");
  });
});

describe.each(LANGUAGES)("the texts in %s", (language) => {
  const sources = readdirSync(`${import.meta.dirname}/${language}`).map((name) => ({
    name,
    text: readFileSync(`${import.meta.dirname}/${language}/${name}`, "utf8"),
  }));

  it("hold no ending between brackets", () => {
    expect(sources.filter(({ text }) => /\p{L}\((?:e|s|es|x|nt|en)\)/u.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it("put no plural behind a number by itself", () => {
    const plural = /\$\{(?:count|n|days|said|missing)\}\s(?:autres\s|more\s|older\s)?\p{L}{3,}[sx]\b/u;
    // The same in both numbers.
    const invariable = /\$\{count\} (?:fois|mois)/u;
    const found = sources.flatMap(({ name, text }) =>
      text.split("\n").flatMap((line) => (plural.test(line.replace(invariable, "")) ? [`${name}: ${line.trim()}`] : [])),
    );
    expect(found.filter((line) => !line.includes("agree("))).toEqual([]);
  });
});
