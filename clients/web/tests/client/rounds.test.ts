/** A round taken along: what goes with it, what is kept of it, and that it is gone after 24 hours. */
import { describe, expect, it } from "vitest";

import type { Received } from "../../src/client/desk.ts";
import type { Copy, Copying, OwnCopy } from "../../src/client/own-copy.ts";
import { KEPT_MS, Rounds, takenAlong } from "../../src/client/rounds.ts";
import type { Relation } from "../../src/protocol/kinds.ts";
import { MemoryVault } from "./memory-vault.ts";

const CASE = "a".repeat(64);
const DAY_MS = 24 * 3_600_000;
const NOW_MS = 100 * DAY_MS;

interface Given {
  readonly days: number;
  readonly level?: number;
  readonly kind?: string;
  readonly replaces?: string;
  readonly isFile?: boolean;
}

function received(entry: string, { days, level = 2, kind = "note", replaces, isFile = false }: Given): Received {
  const relations: readonly Relation[] = replaces === undefined ? [] : [{ relation: "supersedes", entry: replaces }];
  const file = isFile ? { name: "a.pdf", mediaType: "application/pdf", size: 1 } : undefined;
  return {
    case: CASE,
    place: "section:medical/1",
    placed: { kind: "section", name: "medical/1" },
    list: "b".repeat(64),
    n: 1,
    entry: entry.repeat(64),
    author: "c".repeat(64),
    writtenMs: NOW_MS - days * DAY_MS,
    kind,
    capacity: undefined,
    compartment: "medical",
    level,
    title: { kind, version: 1, title: `Titre ${entry}`, file, relations },
  };
}

/** A device with a hub behind it that releases all that it is asked for, but what is in `shut`. */
class Device {
  nowMs = NOW_MS;
  readonly kept = new MemoryVault();
  readonly asked: string[] = [];
  readonly shut = new Set<string>();

  readonly inCase: readonly Received[];

  constructor(inCase: readonly Received[]) {
    this.inCase = inCase;
  }

  get rounds(): Rounds {
    const copies: Pick<OwnCopy, "take"> = {
      take: (_case: string, copying?: Copying): Promise<Copy> => {
        const wanted = copying?.wanted(this.inCase) ?? [];
        this.asked.push(copying?.intent ?? "none");
        const open = wanted.filter(({ entry }) => !this.shut.has(entry));
        const copied = open.map((one) => ({
          one,
          body: { type: "content" as const, fields: { text: "Dort mal." }, relations: [] },
        }));
        return Promise.resolve({ copied, missing: wanted.length - open.length });
      },
    };
    return new Rounds({ vault: this.kept.vault, copies: copies as OwnCopy, nowMs: () => this.nowMs });
  }

  prepare(): Promise<unknown> {
    return this.rounds.prepare(CASE, ({ compartment }) => ({ who: "Dr Mo", where: compartment }));
  }
}

describe("what goes along", () => {
  const entries = (given: readonly Received[]): readonly string[] =>
    takenAlong(given, NOW_MS).map(({ entry }) => entry.slice(0, 1));

  it("is what was written in the last 15 days, at either level, newest first", () => {
    expect(entries([received("1", { days: 14 }), received("2", { days: 1, level: 1 }), received("3", { days: 16 })])).toEqual([
      "2",
      "1",
    ]);
  });

  it("is the essential of whatever age that nothing replaced", () => {
    const old = [received("1", { days: 300, level: 1 }), received("2", { days: 200, level: 1, replaces: "1".repeat(64) })];
    expect(entries(old)).toEqual(["2"]);
  });

  it("is no file, and no mark on another element", () => {
    expect(entries([received("1", { days: 1, isFile: true }), received("2", { days: 1, kind: "mark" })])).toEqual([]);
  });
});

describe("a round", () => {
  it("is asked for with the intent offline, and read again without asking", async () => {
    const device = new Device([received("1", { days: 1 })]);
    await device.prepare();
    const [round, ...others] = await device.rounds.all();
    expect(others).toEqual([]);
    expect(round).toMatchObject({ case: CASE, preparedMs: NOW_MS, left: 0 });
    expect(round?.sheets[0]).toMatchObject({
      who: "Dr Mo",
      where: "medical",
      title: { title: "Titre 1" },
      body: { type: "content", fields: { text: "Dort mal." } },
    });
    expect(device.asked).toEqual(["offline"]);
  });

  it("is gone from the device after 24 hours", async () => {
    const device = new Device([received("1", { days: 1 })]);
    await device.prepare();
    device.nowMs += KEPT_MS - 1;
    expect(await device.rounds.all()).toHaveLength(1);
    device.nowMs += 1;
    expect(await device.rounds.all()).toEqual([]);
    expect(await device.kept.vault.names("round ")).toEqual([]);
  });

  it("is gone when the clock is set back", async () => {
    const device = new Device([received("1", { days: 1 })]);
    await device.prepare();
    device.nowMs -= DAY_MS;
    expect(await device.rounds.all()).toEqual([]);
  });

  it("says how much of what was wanted stayed behind", async () => {
    const device = new Device([received("1", { days: 1 }), received("2", { days: 2 })]);
    device.shut.add("2".repeat(64));
    await device.prepare();
    expect((await device.rounds.all())[0]).toMatchObject({ left: 1, sheets: [{ title: { title: "Titre 1" } }] });
  });

  it("is deleted at once when its reader says so", async () => {
    const device = new Device([received("1", { days: 1 })]);
    await device.prepare();
    await device.rounds.forget(CASE);
    expect(await device.rounds.all()).toEqual([]);
  });
});
