/** The proof of an entry, step by step: what is true is shown, and every lie is refused at the step where it is told. */
import { beforeEach, describe, expect, it } from "vitest";

import { Contradicted, Refused } from "../../src/client/errors.ts";
import type { Hub } from "../../src/client/hub.ts";
import { LogLeaves } from "../../src/client/log-leaves.ts";
import { checkEntry } from "../../src/client/log-proof.ts";
import type { EntryProof } from "../../src/client/log-proof.ts";
import { askWitnesses } from "../../src/client/log-witnesses.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { toBase64url } from "../../src/protocol/encodings.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parseProof, verifyProof } from "../../src/protocol/proof.ts";
import { MemoryLog, NOW_MS, STRANGER, WITNESSES } from "./memory-log.ts";
import type { Act } from "./memory-log.ts";

const HOUR_MS = 3_600_000;
const look = (hour: number, view: JsonObject = {}): Act => ({
  act: "log-look",
  timeMs: NOW_MS - (24 - hour) * HOUR_MS,
  view: { purpose: "audit", row: "O14", structure: "audit", role: "auditor", ...view },
});

let log: MemoryLog;
let hub: Hub;

beforeEach(async () => {
  log = new MemoryLog([1, 2, 3, 4, 5, 6, 7].map((hour) => look(hour)));
  hub = await log.hub();
});

async function check(index: number, record?: JsonObject): Promise<EntryProof> {
  return checkEntry(record ?? (await log.record(index)), index, hub, NOW_MS);
}

function changed(record: JsonObject, change: (receipt: Record<string, unknown>) => void): JsonObject {
  const copy = structuredClone(record) as { receipt: Record<string, unknown> } & JsonObject;
  change(copy.receipt);
  return copy;
}

function reasonOf({ failure }: EntryProof): string {
  if (failure instanceof Contradicted) return failure.found.reason;
  return failure instanceof ProtocolError ? failure.reason : "";
}

describe("an entry that stands in the log", () => {
  it("is verified at every step, and its proof verifies without the hub", async () => {
    const proof = await check(3);
    expect(proof.steps).toEqual({
      content: "verified",
      signature: "verified",
      inclusion: "verified",
      consistency: "verified",
      witnesses: "verified",
    });
    expect(proof.act?.view?.act).toBe("log-look");
    const read = parseProof(proof.text ?? "");
    await expect(verifyProof(read, hub.trust.log, read.extra ?? new Uint8Array())).resolves.toMatchObject({ size: 7 });
  });

  it("still verifies when the log has grown, and the tree held has grown with it", async () => {
    const before = await log.record(2);
    await check(2, before);
    log.add(look(8));
    const proof = await check(7);
    expect(proof.accepted).toBe(true);
    expect(proof.held).toBe(7);
    expect(hub.trust.newest()?.size).toBe(8);
  });

  it("whose content was erased keeps its place, and says that nothing is left to compare", async () => {
    const proof = await check(4, { index: 4, leaf: toBase64url(log.leaf(4)) });
    expect(proof.steps).toMatchObject({ content: "absent", inclusion: "verified" });
    expect(proof.accepted).toBe(true);
    expect(proof.act?.view).toBeUndefined();
  });
});

describe("a hub that lies", () => {
  it("about what was done is refused at the content", async () => {
    const record = changed(await log.record(3), (receipt) => {
      const view = receipt["view"] as { payload: Record<string, unknown> };
      view.payload["structure"] = "elsewhere";
    });
    const proof = await check(3, record);
    expect(proof.steps).toMatchObject({ content: "refused", signature: "not-reached" });
    expect([reasonOf(proof), proof.act, proof.accepted]).toEqual(["bad-commitment", undefined, false]);
  });

  it("by another entry under this number is refused at the content", async () => {
    const other = await log.record(4);
    const proof = await check(3, { ...other, index: 3 });
    expect([proof.steps.content, reasonOf(proof)]).toEqual(["refused", "wrong-sequence"]);
  });

  it("with one hash of the path changed is refused at the inclusion", async () => {
    const record = changed(await log.record(3), (receipt) => {
      const text = receipt["proof"] as string;
      const hash = text.split("\n")[2] ?? "";
      receipt["proof"] = text.replace(hash, `${hash.startsWith("A") ? "B" : "A"}${hash.slice(1)}`);
    });
    const proof = await check(3, record);
    expect([proof.steps.inclusion, proof.steps.consistency]).toEqual(["refused", "not-reached"]);
    expect(reasonOf(proof)).toBe("bad-proof");
  });

  it("under the signature of another log is refused at the signature", async () => {
    const record = changed(await log.record(3), (receipt) => {
      receipt["proof"] = (receipt["proof"] as string).replace(/(\u2014 hub\.example\/log )(.{12})/, "$1AAAAAAAAAAAA");
    });
    const proof = await check(3, record);
    expect(proof.steps).toMatchObject({ content: "verified", signature: "refused" });
    expect(reasonOf(proof)).toBe("not-trusted");
  });

  it("about its past is refused at the consistency, and both sides are kept", async () => {
    await check(6);
    const other = new MemoryLog([1, 2, 3, 4, 5, 6, 7, 8].map((hour) => look(hour, { structure: "rewritten" })));
    const proof = await check(2, await other.record(2));
    expect([proof.steps.consistency, reasonOf(proof)]).toEqual(["refused", "bad-proof"]);
    expect(hub.trust.stopped).toBe(true);
    expect(hub.trust.evidence).toHaveLength(1);
  });

  it("that went back to a smaller tree is refused at the consistency", async () => {
    await check(6);
    const shorter = new MemoryLog([1, 2, 3, 4].map((hour) => look(hour, { structure: "shorter" })));
    log.answers["/v1/log/consistency"] = () => ({ hashes: [] });
    const proof = await check(2, await shorter.record(2));
    expect([proof.steps.consistency, reasonOf(proof)]).toEqual(["refused", "rolled-back"]);
  });

  it("with a forged cosignature is refused at the witnesses", async () => {
    log.answers["/v1/log/checkpoint/cosigned"] = async () => {
      const [first, second] = WITNESSES;
      const note = await log.note(7, first === undefined || second === undefined ? [] : [first, second]);
      return note.replace(/(\u2014 beta\.example .{10})../, "$1zz");
    };
    const proof = await check(3);
    expect([proof.steps.consistency, proof.steps.witnesses]).toEqual(["verified", "refused"]);
    expect([reasonOf(proof), proof.accepted]).toEqual(["bad-signature", false]);
  });

  it("whose witnesses signed another tree of that size is refused at the witnesses", async () => {
    const other = new MemoryLog([1, 2, 3, 4, 5, 6, 7].map((hour) => look(hour, { structure: "other" })));
    log.answers["/v1/log/checkpoint/cosigned"] = () => other.note(7, WITNESSES.slice(0, 2));
    const proof = await check(3);
    expect([proof.steps.witnesses, reasonOf(proof)]).toEqual(["refused", "forked"]);
  });
});

describe("the witnesses", () => {
  it("are enough only as the bundle says: a stranger counts for nothing", async () => {
    const [first] = WITNESSES;
    log.answers["/v1/log/checkpoint/cosigned"] = () => log.note(7, first === undefined ? [] : [first, STRANGER]);
    const state = await askWitnesses(hub, NOW_MS);
    expect([state.met, state.quorum, state.unknown]).toEqual([false, { needed: 2, of: 3 }, 1]);
    expect(state.witnesses.map(({ signedMs }) => signedMs)).toEqual([NOW_MS, undefined, undefined]);
    expect((await check(3)).steps.witnesses).toBe("absent");
  });

  it("who signed a time to come do not count", async () => {
    expect((await askWitnesses(hub, NOW_MS - HOUR_MS)).met).toBe(false);
  });

  it("who signed before the entry was written prove nothing of it", async () => {
    log.answers["/v1/log/checkpoint/cosigned"] = () => log.note(3, WITNESSES.slice(0, 2));
    expect((await check(5)).steps.witnesses).toBe("absent");
    expect((await check(2)).steps.witnesses).toBe("verified");
  });

  it("who never signed are told apart from those who are not asked", async () => {
    log.answers["/v1/log/checkpoint/cosigned"] = () => {
      throw new Refused("not-found", {});
    };
    expect(await askWitnesses(hub, NOW_MS)).toMatchObject({ met: false, size: undefined, quorum: { needed: 2, of: 3 } });
  });
});

describe("the leaves of the log", () => {
  it("are found by date, with proof, and nothing is asked that would be logged", async () => {
    const leaves = new LogLeaves(hub);
    const checkpoint = await leaves.newest();
    const at = (hour: number): number => NOW_MS - (24 - hour) * HOUR_MS;
    const found = [0, 1, 3.5, 7, 8].map((hour) => leaves.firstAt(at(hour), checkpoint));
    expect(await Promise.all(found)).toEqual([0, 0, 3, 6, 7]);
    expect(log.asked.filter((path) => path.startsWith("/v1/log/records"))).toEqual([]);
  });

  it("of a hub that names a later place, to hide what came before, are refused", async () => {
    const leaves = new LogLeaves(hub);
    const checkpoint = await leaves.newest();
    const honest = new MemoryLog([1, 1, 1, 1, 5, 6, 7].map((hour) => look(hour)));
    log.answers["/v1/log/leaves"] = ({ from, to }) => ({
      leaves: Array.from({ length: Number(to) - Number(from) }, (_, i) => toBase64url(honest.leaf(Number(from) + i))),
    });
    await expect(leaves.firstAt(NOW_MS - 22 * HOUR_MS, checkpoint)).rejects.toMatchObject({ reason: "bad-proof" });
  });

  it("give the root that the checkpoint signs, and no other set of leaves does", async () => {
    const leaves = new LogLeaves(hub);
    const checkpoint = await leaves.newest();
    const told: number[] = [];
    const rebuilt = await leaves.rebuild(checkpoint, (read) => told.push(read));
    expect([...rebuilt.types]).toEqual([["log", 7]]);
    expect(told).toEqual([7]);
    const other = new MemoryLog([1, 2, 3, 4, 5, 6, 7].map((hour) => look(hour, { structure: "other" })));
    log.answers["/v1/log/leaves"] = () => ({ leaves: [0, 1, 2, 3, 4, 5, 6].map((i) => toBase64url(other.leaf(i))) });
    await expect(leaves.rebuild(checkpoint, () => undefined)).rejects.toMatchObject({ reason: "bad-proof" });
  });

  it("whose hours go back are refused", async () => {
    const backwards = new MemoryLog([3, 2].map((hour) => look(hour)));
    const leaves = new LogLeaves(await backwards.hub());
    const checkpoint = await leaves.newest();
    await expect(leaves.rebuild(checkpoint, () => undefined)).rejects.toMatchObject({ reason: "time-backwards" });
  });

  it("that are not all served are refused, not waited for", async () => {
    const leaves = new LogLeaves(hub);
    log.answers["/v1/log/leaves"] = () => ({ leaves: [] });
    await expect(leaves.read(0, 7)).rejects.toMatchObject({ reason: "missing-field" });
  });
});
