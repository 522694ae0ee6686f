/** French typography: a sign that has a space before it, and what « » hold, never stand alone on the next line. */
const BEFORE = / (?=[?!:;»])/gu;
const AFTER = /(?<=«) /gu;

/** Return the same words, a text or groups of them, with spaces that do not break. */
export function typeset<Words>(words: Words): Words {
  return set(words) as Words;
}

function set(words: unknown): unknown {
  if (typeof words === "string") return words.replace(BEFORE, "\u00A0").replace(AFTER, "\u00A0");
  if (typeof words === "function") return (...given: unknown[]): unknown => set(Reflect.apply(words, undefined, given));
  if (typeof words !== "object" || words === null) return words;
  return Object.fromEntries(Object.entries(words).map(([key, word]) => [key, set(word)]));
}
