/** Looking at the log: signed, paged, itself logged; and nothing false that a hub serves gets through. */
import { beforeEach, describe, expect, it } from "vitest";

import { Audit, PAGE } from "../../src/client/audit.ts";
import type { Author } from "../../src/client/author.ts";
import type { Hub } from "../../src/client/hub.ts";
import { LogLeaves } from "../../src/client/log-leaves.ts";
import { LogWindow, MOST_HELD } from "../../src/client/log-window.ts";
import type { Pages } from "../../src/client/log-window.ts";
import { isObject } from "../../src/protocol/canonical.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { referenceOf } from "../../src/protocol/case-reference.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parseLeaf } from "../../src/protocol/leaf.ts";
import { MemoryLog, NOW_MS } from "./memory-log.ts";

const CASE = "c".repeat(64);
const MINUTE_MS = 60_000;

let log: MemoryLog;
let hub: Hub;
let audit: Audit;
let asked: JsonObject[];

/** Who signs here: the body goes out as it is, because this hub checks no signature. */
const author = {
  nowMs: () => NOW_MS,
  capacity: "d".repeat(64),
  preamble: () => ({
    hub: "https://hub.example",
    user: "a".repeat(64),
    device: "b".repeat(64),
    userHead: { seq: 0, hash: "a".repeat(64) },
    timeMs: NOW_MS,
  }),
  sign: (body: JsonObject) => Promise.resolve({ toJson: () => ({ body, sig: "" }) }),
} as unknown as Author;

beforeEach(async () => {
  log = new MemoryLog();
  asked = [];
  for (let i = 0; i < 12; i++) log.add({ act: "login", timeMs: NOW_MS - (12 - i) * MINUTE_MS });
  hub = await log.hub();
  audit = new Audit(hub, author);
  log.answers["/v1/log/records"] = (given) => look(bodyOf(given));
});

function bodyOf(given: object): JsonObject {
  const statement: unknown = (given as JsonObject)["statement"];
  const body = isObject(statement) ? statement["body"] : undefined;
  if (!isObject(body)) throw new Error("no statement");
  asked.push(body);
  return body;
}

/** As the hub answers: at most 500 records from where it was asked, under one tree; the look is a leaf too. */
async function look(body: JsonObject): Promise<JsonObject> {
  const size = log.size;
  log.add({ act: "log-look", timeMs: NOW_MS, view: { purpose: "audit" } });
  const [from, to] = [Number(body["from"] ?? 0), Math.min(Number(body["to"] ?? size), size)];
  const records = [];
  for (let index = from; index < to && records.length < PAGE; index++) records.push(await log.record(index));
  return { records, receipt: (await log.record(size))["receipt"] ?? {} };
}

describe("a look at the log", () => {
  it("is signed with purpose and capacity, and told with its own number", async () => {
    const page = await audit.page({ from: 0 });
    expect(page.acts).toHaveLength(12);
    expect([page.look, page.next]).toEqual([12, undefined]);
    expect(asked[0]).toMatchObject({ purpose: "audit", capacity: "d".repeat(64), from: 0, scope: {} });
  });

  it("at one case names it with the reason; without one nothing is asked", async () => {
    await audit.page({ from: 0, case: CASE, reason: "inspection" });
    expect(asked[0]).toMatchObject({ scope: { case: CASE }, reason: "inspection" });
    await expect(audit.page({ from: 0, case: CASE })).rejects.toThrow(ProtocolError);
    expect(asked).toHaveLength(1);
  });

  it("is refused as a whole when one record was changed", async () => {
    log.answers["/v1/log/records"] = async (given) => {
      const answer = structuredClone(await look(bodyOf(given))) as unknown as { records: { receipt: { view: JsonObject } }[] };
      const [, second] = answer.records;
      if (second !== undefined) second.receipt.view = { ...second.receipt.view, payload: { v: 1, act: "login" } };
      return answer;
    };
    await expect(audit.page({ from: 0 })).rejects.toMatchObject({ reason: "bad-commitment" });
  });

  it.each<[string, (records: JsonObject[]) => JsonObject[]]>([
    ["twice", ([first, ...rest]) => (first === undefined ? rest : [first, first, ...rest])],
    ["out of order", (records) => records.reverse()],
  ])("is refused where a record comes %s", async (_, change) => {
    log.answers["/v1/log/records"] = async (given) => {
      const answer = await look(bodyOf(given));
      return { ...answer, records: change(answer["records"] as unknown as JsonObject[]) };
    };
    await expect(audit.page({ from: 0 })).rejects.toMatchObject({ reason: "wrong-sequence" });
  });

  it("is refused where records come from elsewhere than asked", async () => {
    log.answers["/v1/log/records"] = async (given) => look({ ...bodyOf(given), from: 0, to: 12 });
    await expect(audit.page({ from: 3, to: 5 })).rejects.toMatchObject({ reason: "wrong-sequence" });
  });

  it("without the receipt of itself shows nothing", async () => {
    log.answers["/v1/log/records"] = async (given) => {
      const answer = await look(bodyOf(given));
      return { records: answer["records"] };
    };
    await expect(audit.page({ from: 0 })).rejects.toMatchObject({ reason: "missing-field" });
  });
});

describe("the acts of a period", () => {
  it("are those between two instants, found without a look", async () => {
    const period = { sinceMs: NOW_MS - 9 * MINUTE_MS, untilMs: NOW_MS - 5 * MINUTE_MS };
    const held = await (await LogWindow.open(audit, new LogLeaves(hub), period)).fill();
    expect(held.acts.map(({ index }) => index)).toEqual([3, 4, 5, 6]);
    expect([held.rest, held.looks]).toEqual([false, [12]]);
  });

  it("end where reading them began: no look follows its own trace", async () => {
    const held = await (await LogWindow.open(audit, new LogLeaves(hub), { sinceMs: NOW_MS - 3 * MINUTE_MS })).fill();
    expect(held.acts.map(({ index }) => index)).toEqual([9, 10, 11]);
    expect(held.looks).toHaveLength(1);
  });

  it("are read page by page, at most 5,000 held, and the rest on demand", async () => {
    const many = MOST_HELD + 700;
    const window = await LogWindow.open(pagesOf(many), new LogLeaves(hub), {});
    const told: number[] = [];
    const first = await window.fill(({ acts }) => told.push(acts.length));
    expect([first.acts.length, first.rest, first.looks.length]).toEqual([MOST_HELD, true, 10]);
    expect(told).toEqual([500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000]);
    const second = await window.fill();
    expect([second.acts.length, second.rest, second.passed]).toEqual([700, false, MOST_HELD]);
    expect(second.acts[0]?.index).toBe(MOST_HELD);
  });
});

/** Pages of a log of that many acts whose content was erased: many cost little. */
function pagesOf(many: number): Pages {
  const leaf = parseLeaf(log.leaf(0));
  return {
    page: ({ from }) => {
      const count = Math.min(PAGE, many - from);
      const acts = Array.from({ length: count }, (_, i) => ({ index: from + i, leaf, view: undefined, identity: undefined }));
      return Promise.resolve({ acts, look: many, next: from + count < many ? from + count : undefined });
    },
  };
}

describe("a reference of a case", () => {
  it("copied wrongly is never looked for", async () => {
    const wrong = referenceOf(CASE).replace(/.$/, (last) => (last === "0" ? "2" : "0"));
    await expect(audit.caseOfReference(wrong)).rejects.toThrow(ProtocolError);
    expect(log.asked.filter((path) => path.startsWith("/v1/references"))).toEqual([]);
  });

  it("is answered by a case that it belongs to, or by none", async () => {
    const path = `/v1/references/${referenceOf(CASE)}`;
    log.answers[path] = () => ({ case: CASE });
    await expect(audit.caseOfReference(` ${referenceOf(CASE).toLowerCase()} `)).resolves.toBe(CASE);
    log.answers[path] = () => ({ case: "e".repeat(64) });
    await expect(audit.caseOfReference(referenceOf(CASE))).rejects.toMatchObject({ reason: "wrong-hash" });
  });
});
