import { expect, test } from "vitest";

import { Restart } from "../../src/client/restart.ts";
import { Fields } from "../../src/protocol/fields.ts";

const CHAIN = `case ${"a".repeat(64)}`;
const [OLD, NEW] = ["1".repeat(64), "2".repeat(64)];

function restarted(): Restart {
  const restart = new Restart();
  restart.heads.set(CHAIN, { seq: 3, hash: OLD });
  return restart;
}

test("a chain that went back to the backup is told as lost, once", () => {
  const restart = restarted();
  restart.met(CHAIN, { seq: 2, hash: NEW });
  restart.met(CHAIN, { seq: 1, hash: NEW });
  expect(restart.lost).toEqual([{ kind: "chain", label: "case" }]);
});

test("a chain that is gone is told as lost", () => {
  const restart = restarted();
  restart.met(CHAIN, undefined);
  expect(restart.lost).toHaveLength(1);
});

test("a chain that goes on from what was held lost nothing", () => {
  const restart = restarted();
  restart.met(CHAIN, { seq: 4, hash: NEW });
  restart.met(
    CHAIN,
    { seq: 4, hash: NEW },
    new Map([
      [3, OLD],
      [4, NEW],
    ]),
  );
  expect(restart.lost).toEqual([]);
  expect(restart.heads.size).toBe(0);
});

test("a longer chain that left out what was held lost it, which shows once its links are known", () => {
  const restart = restarted();
  restart.met(CHAIN, { seq: 4, hash: NEW });
  expect(restart.lost).toEqual([]);
  restart.met(
    CHAIN,
    { seq: 4, hash: NEW },
    new Map([
      [3, NEW],
      [4, NEW],
    ]),
  );
  expect(restart.lost).toHaveLength(1);
});

test("rules that were in force and are missing refuse what the hub shows, until they are published again", () => {
  const restart = restarted();
  restart.activations = [OLD, NEW];
  expect(restart.activates([OLD])).toBe(false);
  expect(restart.activates([NEW, OLD])).toBe(false);
  expect(restart.activates([OLD, NEW, OLD])).toBe(true);
  expect(restart.activates([])).toBe(true);
});

test("what is kept reads back", () => {
  const restart = restarted();
  restart.activations = [OLD];
  restart.met(`list ${"b".repeat(64)}`, undefined);
  restart.heads.set(`list ${"c".repeat(64)}`, { seq: 0, hash: NEW });
  restart.met(`list ${"c".repeat(64)}`, undefined);
  const kept = restart.toJson();
  const fields = new Fields(kept, "state");
  const again = Restart.read(fields);
  fields.done();
  expect(again.toJson()).toEqual(kept);
  expect(new Restart().toJson()).toEqual({});
});
