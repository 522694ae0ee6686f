/** What concerns a third party is cut out word for word, from the text and from the title that repeats it. */
import { expect, test } from "vitest";

import { cut, MARK, sentencesOf, titleWithout } from "../../src/client/passages.ts";

const TEXT = "Son fils Paul boit. La chambre est prête.\nAppeler lundi.";

test("a passage leaves the mark, wherever it stands", () => {
  expect(cut("Paul boit. Oui. Paul boit.", ["Paul boit."])).toBe(`${MARK} Oui. ${MARK}`);
});

test.each(["", "  ", "Paul dort."])("a passage that is not in the text word for word is refused: «%s»", (passage) => {
  expect(() => cut(TEXT, [passage])).toThrow("passage");
});

test("the sentences to pick from are those of the text, once each", () => {
  expect(sentencesOf(TEXT)).toEqual(["Son fils Paul boit.", "La chambre est prête.", "Appeler lundi."]);
  for (const one of sentencesOf(TEXT)) expect(TEXT).toContain(one);
});

test("a title made of the first line says nothing of the passage", () => {
  const title = "Son fils Paul boit. La chambre est prête.";
  expect(titleWithout(title, TEXT, ["Son fils Paul boit."])).not.toContain("Paul");
  expect(titleWithout("Son fils Paul boit. La cha…", TEXT, ["Son fils Paul boit."])).not.toContain("Paul");
  expect(titleWithout("Sortie : Son fils Paul boit.", TEXT, ["Son fils Paul boit."])).toBe(`Sortie : ${MARK}`);
  expect(titleWithout("Sortie", TEXT, ["Son fils Paul boit."])).toBe("Sortie");
});
