/** A code that is drawn is read by another program than the one that drew it. */
import jsQR from "jsqr";
import { expect, test } from "vitest";

import { squares } from "../../src/ui/squares.ts";

const DOT = 3;

/** What a camera would see: dark squares on a light ground, four bytes a point. */
function seen(text: string): string | undefined {
  const { size, runs } = squares(text);
  const width = size * DOT;
  const points = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const { x, y, length } of runs) {
    for (let down = 0; down < DOT; down++) {
      const from = (y * DOT + down) * width + x * DOT;
      for (let at = from; at < from + length * DOT; at++) points.set([0, 0, 0, 255], at * 4);
    }
  }
  return jsQR(points, width, width)?.data;
}

test.each([
  ["the link of an invitation", `https://volet.example/#join/${"c".repeat(64)}/${"1f".repeat(32)}`],
  ["a contact card", JSON.stringify({ type: "volet-contact", user: "ab".repeat(32), device: "cd".repeat(32) })],
  ["a word with an accent", "Élise"],
])("%s is found in the picture of it", (_, text) => {
  expect(seen(text)).toBe(text);
});

test("two texts are two pictures", () => {
  expect(squares("https://volet.example/#a")).not.toEqual(squares("https://volet.example/#b"));
});
