/** Every language says everything, and every failure has its sentence. */
import { describe, expect, it } from "vitest";

import {
  BadAnswer,
  Contradicted,
  Locked,
  Misuse,
  MISUSES,
  NotPermitted,
  Refused,
  Unreachable,
  WHY_NOT,
} from "../client/errors.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { PROBLEMS } from "../protocol/problems.ts";
import { failureText } from "./failures.ts";
import { english } from "./english.ts";
import { french } from "./french.ts";
import { chosenLanguage, LANGUAGES } from "./messages.ts";
import type { Language, Messages } from "./messages.ts";

const ALL: Readonly<Record<Language, Messages>> = { fr: french, en: english };

/** What both languages say alike. */
const SAME: ReadonlySet<string> = new Set(["common.product", "oppositions.title"]);

type Message = string | ((...given: never[]) => string);

function texts(language: Language): Map<string, string> {
  const found = new Map<string, string>();
  const groups: Readonly<Record<string, Readonly<Record<string, Message>>>> = ALL[language];
  for (const [group, messages] of Object.entries(groups)) {
    for (const [key, message] of Object.entries(messages)) {
      found.set(
        `${group}.${key}`,
        typeof message === "string" ? message : (message as (...given: string[]) => string)("X", "Y", "Z"),
      );
    }
  }
  return found;
}

describe("the words of the screens", () => {
  it.each(LANGUAGES)("are complete and not empty in %s", (language) => {
    expect([...texts(language).keys()]).toEqual([...texts("fr").keys()]);
    expect([...texts(language).values()].filter((text) => text.trim() === "")).toEqual([]);
  });

  it("are not the French ones in English", () => {
    const french = texts("fr");
    const same = [...texts("en")].filter(([key, text]) => french.get(key) === text).map(([key]) => key);
    expect(same.filter((key) => !SAME.has(key))).toEqual([]);
  });

  it("use the typographic apostrophe in French", () => {
    expect([...texts("fr")].filter(([, text]) => text.includes("'"))).toEqual([]);
  });

  it.each<[readonly string[], Language]>([
    [["fr-FR", "en"], "fr"],
    [["de", "en-GB"], "en"],
    [["de"], "fr"],
    [[], "fr"],
  ])("follow what the browser prefers: %j is %s", (preferred, language) => {
    expect(chosenLanguage(preferred)).toBe(language);
  });
});

describe("a failure", () => {
  const failures = [
    ...PROBLEMS.map((problem) => new Refused(problem, {})),
    ...WHY_NOT.map((why) => new NotPermitted(why)),
    new NotPermitted("standing", { rules: ["add_member"], who: ["person", "opener", "referent"] }),
    ...MISUSES.map((kind) => new Misuse(kind)),
    new Unreachable("x"),
    new BadAnswer("x"),
    new Locked("x"),
    new Contradicted(new ProtocolError("forked", "log")),
    new ProtocolError("bad-signature", "entry"),
    new TypeError("x is not a function"),
  ];

  it.each(LANGUAGES)("has a sentence in %s that names no code", (language) => {
    for (const failure of failures) {
      const text = failureText(failure, ALL[language]);
      expect(text).toMatch(/[.]$/);
      expect(text).not.toMatch(/urn:|TypeError|bad-signature/);
    }
  });

  it("names who may do an act that is not ours", () => {
    const refused = new NotPermitted("function", { who: ["person", "opener", "referent"] });
    expect(failureText(refused, french)).toContain(
      "Peut le faire\u00A0: la personne elle-même, qui a ouvert le dossier ou le référent de parcours.",
    );
  });
});
