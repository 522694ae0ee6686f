/** What a notice names is a text that the product carries: the hashes here are those of policies/notices. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { HASHES, TEXT_HASHES } from "../../src/features/course/texts.ts";
import { userOf } from "../../src/features/course/picker.tsx";

const sums = readFileSync(join(import.meta.dirname, "../../../../policies/notices/SHA256SUMS"), "utf8");

test.each(Object.keys(HASHES))("the texts of kind %s are the newest that the policies hold", (kind) => {
  const lines = sums.split("\n").map((line) => line.split(/\s+/));
  const newest = (lang: string): string | undefined =>
    lines.filter(([, file]) => file?.startsWith(`${kind}-v`) === true && file.endsWith(`.${lang}.md`)).at(-1)?.[0];
  const known = kind as keyof typeof HASHES;
  expect([TEXT_HASHES(known, false), TEXT_HASHES(known, true)]).toEqual([newest("fr"), newest("falc")]);
});

test("a card names its user, and nothing else of it is taken for one", () => {
  const [user, device] = ["a".repeat(64), "b".repeat(64)];
  expect(userOf(JSON.stringify({ type: "volet-contact", hub: device, user, device }))).toBe(user);
  expect(userOf(` ${user} `)).toBe(user);
  expect(userOf(JSON.stringify({ device }))).toBeUndefined();
  expect(userOf(`${user}${device}`)).toBeUndefined();
});
