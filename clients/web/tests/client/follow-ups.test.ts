/** Who took an entry over and who read it: apart, once each, from its own list alone. */
import { describe, expect, it } from "vitest";

import type { Received } from "../../src/client/desk.ts";
import type { Entries } from "../../src/client/entries.ts";
import { FollowUps } from "../../src/client/follow-ups.ts";
import type { Body, Relation } from "../../src/protocol/kinds.ts";

const LISTS = { here: "list here", there: "list there" };

interface Given {
  readonly entry: string;
  readonly author?: string;
  readonly kind?: string;
  readonly list?: string;
  readonly atMs?: number;
  readonly fields?: object;
  readonly relations?: readonly Relation[];
}

/** Entries as received, and a hub that gives their bodies; `asked` counts its releases. */
function given(items: readonly Given[]): {
  readonly followUps: FollowUps;
  readonly received: readonly Received[];
  asked: () => number;
} {
  let asked = 0;
  const received = items.map(({ entry, author = "me", kind = "mark", list = LISTS.here, atMs = 1 }) => {
    return { entry, author, kind, list, writtenMs: atMs, case: "case", placed: { kind: "section", name: "medical/2" } };
  });
  const bodies = new Map(
    items.map(({ entry, fields = {}, relations = [] }) => [entry, { type: "content", fields, relations } as Body]),
  );
  const entries = {
    look: () => Promise.resolve({ list: { entries: received.map(({ entry }) => ({ entry: { id: entry } })) } }),
    bodies: () => {
      asked += 1;
      return Promise.resolve(bodies);
    },
  };
  return {
    followUps: new FollowUps(entries as unknown as Pick<Entries, "look" | "bodies">),
    received: received as unknown as readonly Received[],
    asked: () => asked,
  };
}

const takes = (entry: string): readonly Relation[] => [{ relation: "takes_charge", entry }];
const reads = (entry: string): readonly Relation[] => [{ relation: "acknowledges", entry }];

describe("what became of an entry", () => {
  it("tells who took it over apart from who read it, each once, and asks once for what it knows", async () => {
    const { followUps, received, asked } = given([
      { entry: "note", kind: "note", author: "her" },
      { entry: "1", author: "a", relations: reads("note"), atMs: 3 },
      { entry: "2", author: "b", relations: takes("note"), atMs: 2 },
      { entry: "3", author: "a", relations: reads("note"), atMs: 9 },
      { entry: "4", author: "c", relations: takes("other") },
    ]);
    const found = await followUps.of("note", received);
    expect(found.takenBy.map(({ author }) => author)).toEqual(["b"]);
    expect(found.readBy.map(({ author, atMs }) => [author, atMs])).toEqual([["a", 3]]);
    await followUps.of("note", received);
    expect(asked()).toBe(1);
  });

  it("is not told by another list, whose readers are others", async () => {
    const { followUps, received } = given([
      { entry: "note", kind: "note" },
      { entry: "1", list: LISTS.there, relations: takes("note") },
    ]);
    expect(await followUps.of("note", received)).toEqual({ takenBy: [], readBy: [] });
    expect(await followUps.of("unknown", received)).toEqual({ takenBy: [], readBy: [] });
  });

  it("makes it mine when I took it over, and nobody else's word does", async () => {
    const { followUps, received } = given([
      { entry: "note", kind: "note" },
      { entry: "other", kind: "note" },
      { entry: "1", relations: takes("note") },
      { entry: "2", author: "her", relations: takes("other") },
    ]);
    expect((await followUps.taken(received, "me")).map(({ entry }) => entry)).toEqual(["note"]);
  });
});

describe("an action", () => {
  it("is shown as it stands, without what a newer one replaces and what is none", async () => {
    const fields = { text: "Appeler", who: "Mme X", due_ms: 5, state: "to_do" };
    const { followUps, received } = given([
      { entry: "old", kind: "action", fields },
      {
        entry: "new",
        kind: "action",
        fields: { ...fields, state: "doing" },
        relations: [{ relation: "supersedes", entry: "old" }],
      },
      { entry: "odd", kind: "action", fields: { ...fields, state: "later" } },
    ]);
    const found = await followUps.actions(received);
    expect(found.map(({ one, who, dueMs, state }) => [one.entry, who, dueMs, state])).toEqual([["new", "Mme X", 5, "doing"]]);
  });
});

describe("what was asked of everybody", () => {
  const HOUR = 3_600_000;
  const asks = { kind: "transmission", author: "me", fields: { asks_charge: 4 } } as const;

  it("comes back to who asked at its hour, as long as nobody has taken it over in the same list", async () => {
    const { followUps, received } = given([
      { ...asks, entry: "later", atMs: 2 * HOUR },
      { ...asks, entry: "first", atMs: HOUR },
      { ...asks, entry: "taken", atMs: HOUR },
      { ...asks, entry: "hers", author: "her", atMs: HOUR },
      { entry: "plain", kind: "transmission", author: "me" },
      { entry: "1", author: "a", relations: takes("taken") },
      // Read is not taken over; and another list has other readers.
      { entry: "2", author: "a", relations: reads("first") },
      { entry: "3", author: "a", list: LISTS.there, relations: takes("later") },
    ]);
    const found = await followUps.asked(received, ({ author }) => author === "me", 10 * HOUR);
    expect(found.map(({ one, dueMs }) => [one.entry, dueMs / HOUR])).toEqual([
      ["first", 5],
      ["later", 6],
    ]);
  });

  it("is left in peace after two months", async () => {
    const { followUps, received, asked } = given([{ ...asks, entry: "old", atMs: 0 }]);
    expect(await followUps.asked(received, ({ author }) => author === "me", 62 * 24 * HOUR)).toEqual([]);
    expect(asked()).toBe(0);
  });
});
