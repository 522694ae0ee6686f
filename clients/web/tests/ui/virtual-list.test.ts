/** Which lines of a long list stand in the page. */
import { expect, test } from "vitest";

import { inSight } from "../../src/ui/virtual-list.tsx";

test.each<readonly [string, Parameters<typeof inSight>, { readonly from: number; readonly to: number }]>([
  ["a short list stands there whole, wherever the page is", [40, 50, 900, 600], { from: 0, to: 40 }],
  ["at the top, what fits and a few more", [1000, 50, -200, 600], { from: 0, to: 14 }],
  ["in the middle, a few on both sides", [1000, 50, 25_000, 600], { from: 494, to: 518 }],
  ["at the end, no line that is not there", [1000, 50, 49_700, 600], { from: 988, to: 1000 }],
  ["far below the list, its last lines and no others", [1000, 50, 90_000, 600], { from: 994, to: 1000 }],
  ["before the style sheet has said how high a line is, a few", [1000, 0, 0, 600], { from: 0, to: 40 }],
])("%s", (_, [count, height, above, room], range) => {
  expect(inSight(count, height, above, room)).toEqual(range);
});
