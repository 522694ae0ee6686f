/** The compartments of a case in five groups (F34), those with something to read first. */
import { describe, expect, it } from "vitest";

import type { SectionShown } from "../../src/client/cases.ts";
import type { Count } from "../../src/client/waiting.ts";
import { grouped } from "../../src/features/cases/groups.ts";
import { COMPARTMENTS } from "../../src/protocol/vocabulary.ts";

const ORDER = ["health", "daily", "home", "rights", "school"];

function shown(parts: readonly string[]): readonly SectionShown[] {
  return parts.map((compartment) => ({ section: `${compartment}/1`, question: { compartment } }) as unknown as SectionShown);
}

function readable(...parts: readonly string[]): ReadonlyMap<string, Count> {
  return new Map(parts.map((part) => [`section ${part}/1`, { readable: 1 } as Count]));
}

const groupsOf = (parts: readonly string[], ...read: readonly string[]): readonly string[] =>
  grouped(shown(parts), readable(...read)).map(([group]) => group);

const FIFTEEN = COMPARTMENTS.filter((part) => part !== "child_protection");

describe("the groups of a case", () => {
  it("are five, in one order, where nothing is to be read yet", () => {
    expect(groupsOf(FIFTEEN)).toEqual(ORDER);
  });

  it("hold each compartment once, in the order of the group", () => {
    const parts = grouped(shown([...FIFTEEN].reverse()), new Map()).map(([, found]) => found.map(([part]) => part));
    expect(parts).toEqual([
      ["medical", "medication", "psychological"],
      ["autonomy", "plan", "transmissions", "expression"],
      ["social", "housing", "budget"],
      ["identity", "rights", "protection"],
      ["education"],
    ]);
  });

  it("begin with those where I may read something, which keep their order among themselves", () => {
    expect(groupsOf(FIFTEEN, "education", "budget")).toEqual(["home", "school", "health", "daily", "rights"]);
  });

  it("leave out what shows nothing, and child protection wherever its list is not open to me", () => {
    expect(groupsOf(["education", "medical"])).toEqual(["health", "school"]);
    expect(groupsOf(["child_protection", "medical"])).toEqual(["health", "child"]);
  });
});
