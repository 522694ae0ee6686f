/** What leaves on paper has lost the national health identifiers in it, and nothing else (R76). */
import { expect, test } from "vitest";

import { withoutNumbers } from "../../src/client/exports.ts";

const GONE = "[…]";

test.each([
  ["né le 3 mai, n° 185057800608491.", "né le 3 mai, n° […]."],
  ["1 85 05 78 006 084 91", GONE],
  ["1.85.05.78.006.084.91", GONE],
  // Corsica: 2A counts as 19.
  ["1 85 05 2A 006 084 35", GONE],
  ["n° 1 85 05 78 006 084 92", "n° 1 85 05 78 006 084 92"],
  ["04 76 00 00 01 et 12/03/2026", "04 76 00 00 01 et 12/03/2026"],
])("« %s » leaves as « %s »", (written, left) => {
  expect(withoutNumbers(written, GONE)).toBe(left);
});
