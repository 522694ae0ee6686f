/** Who may go back on a refusal: whoever hears her where a professional wrote it down, nobody but her where she signed. */
import { expect, it } from "vitest";

import { isHeard } from "../../src/client/who-sees.ts";
import type { FactRecord } from "../../src/protocol/case-facts.ts";
import type { GivenBy } from "../../src/protocol/fact-codec.ts";
import type { Consent } from "../../src/protocol/fact-notices.ts";

it.each<readonly [string, FactRecord<Consent>["power"], GivenBy, boolean]>([
  ["a professional wrote down", "member", {}, true],
  ["she signed herself", "person", {}, false],
  ["her representative signed", "representative", { mandate: "a".repeat(64) }, false],
  ["her representative said", "member", { mandate: "a".repeat(64) }, false],
])("a refusal that %s", (_, power, givenBy, heard) => {
  expect(isHeard({ power, fact: { givenBy } } as FactRecord<Consent>)).toBe(heard);
});
