/** Search on the device: what a user types finds what was written, and memory is bounded. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { SearchIndex } from "../../src/client/search-index.ts";

function index(...texts: readonly string[]): SearchIndex<number> {
  const made = new SearchIndex<number>();
  texts.forEach((text, i) => {
    made.put(String(i), text, i);
  });
  return made;
}

const found = (made: SearchIndex<number>, question: string): readonly number[] => made.find(question).map((hit) => hit.item);

describe("search", () => {
  it("heeds neither case nor accents, either way", () => {
    const made = index("Pansement à l’œil gauche", "Éducation thérapeutique");
    expect(found(made, "OEIL")).toEqual([0]);
    expect(found(made, "education thera")).toEqual([1]);
    expect(found(made, "thérà")).toEqual([1]);
  });

  it("asks for every word, each as the beginning of one", () => {
    const made = index("visite du kiné mardi", "visite de l’infirmière", "revisite");
    expect(found(made, "visite mar")).toEqual([0]);
    expect(found(made, "visite")).toEqual([1, 0]);
    expect(found(made, "isite")).toEqual([]);
    expect(found(made, "  ?! ")).toEqual([]);
  });

  it("shows the words around, as they were written, and cuts no character in two", () => {
    const text = `${"😀".repeat(100)} Douleur à l’épaule ${"😀".repeat(100)}`;
    const [hit] = index(text).find("EPAULE");
    expect(hit?.excerpt).toContain("Douleur à l’épaule");
    expect(hit?.excerpt).toMatch(/^… 😀.*😀 …$/u);
  });

  it("forgets what was replaced or removed", () => {
    const made = index("ancien");
    made.put("0", "nouveau", 7);
    expect(found(made, "ancien")).toEqual([]);
    expect(found(made, "nouveau")).toEqual([7]);
    made.remove("0");
    made.remove("unheard of");
    expect(found(made, "nouveau")).toEqual([]);
  });

  it("keeps within its limit, and says how many left", () => {
    const made = new SearchIndex<number>(300);
    for (let i = 0; i < 100; i++) made.put(String(i), `texte ${i}`, i);
    expect(made.size).toBeLessThan(30);
    expect(made.dropped).toBe(100 - made.size);
    expect(found(made, "texte 99")).toEqual([99]);
    expect(found(made, "texte 0")).toEqual([]);
  });

  it("is not hurt by any text or question", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (text, question) => {
        expect(index(text).find(question).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });
});
