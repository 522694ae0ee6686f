/** Places in the logs read back as they are written, and the logs of a bundle stand one after the other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { baseOf, indexOf, logNumberOf, MAX_LOGS, parsePosition, positionToText, SPAN } from "../../src/protocol/log-positions.ts";
import { KEY_TYPE, NoteSigner } from "../../src/protocol/note-keys.ts";
import { logOf } from "../../src/protocol/previous-logs.ts";

function configuredLog(number: number): { origin: string; vkey: string; policy: string } {
  const origin = `hub.example/volet/${number}`;
  const { vkey } = new NoteSigner(origin, KEY_TYPE.ed25519, new Uint8Array(32).fill(number)).verifier;
  return { origin, vkey, policy: `log ${vkey}\nquorum none\n` };
}

describe("a position", () => {
  const [log, index] = [fc.integer({ min: 1, max: MAX_LOGS }), fc.integer({ min: 0, max: SPAN - 1 })];

  it("names its log and its index, and reads back as it is written", () => {
    fc.assert(
      fc.property(log, index, (number, at) => {
        const position = baseOf(number) + at;
        expect([logNumberOf(position), indexOf(position)]).toEqual([number, at]);
        expect(parsePosition(positionToText(position))).toBe(position);
      }),
    );
  });

  it("is larger for a leaf of a later log", () => {
    fc.assert(
      fc.property(log, log, index, index, (one, other, left, right) => {
        fc.pre(one < other);
        expect(baseOf(one) + left).toBeLessThan(baseOf(other) + right);
      }),
    );
  });
});

describe("the logs of a bundle", () => {
  const ended = [1, 2].map((number) => ({ ...configuredLog(number), checkpoint: "" }));
  const now = configuredLog(3);
  const log = logOf({ logOrigin: now.origin, logVkey: now.vkey, logPolicy: now.policy, previousLogs: ended });

  it("stand one after the other, each knowing those before it", () => {
    expect([...log.earlier, log].map((one) => [one.origin, one.base])).toEqual([
      ["hub.example/volet/1", 0],
      ["hub.example/volet/2", SPAN],
      ["hub.example/volet/3", 2 * SPAN],
    ]);
    expect(log.earlier.map((one) => one.earlier.length)).toEqual([0, 1]);
  });

  it("are found by the name on a note, and what bears no name of theirs is for the one in use to refuse", () => {
    expect(log.of("hub.example/volet/2\n5\n").base).toBe(SPAN);
    expect(log.of("elsewhere\n5\n")).toBe(log);
  });
});
