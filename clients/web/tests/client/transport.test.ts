/** HTTP as the client uses it, against a real server in this process that answers as it is told. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { BadAnswer, Refused, Unreachable } from "../../src/client/errors.ts";
import { HttpTransport } from "../../src/client/transport.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let answers: Answer[];
let seen: IncomingMessage[];
let waits: number[];
let transport: HttpTransport;

const json = (value: unknown, status = 200, kind = "application/json"): Answer => {
  return (_, response) => {
    response.writeHead(status, { "content-type": kind }).end(JSON.stringify(value));
  };
};
const problem = (name: string, status: number, more: object = {}): Answer =>
  json({ type: `urn:volet:problem:${name}`, title: "", status, ...more }, status, "application/problem+json");

beforeEach(async () => {
  [answers, seen, waits] = [[], [], []];
  server = createServer((request, response) => {
    seen.push(request);
    const answer = answers.shift();
    if (answer === undefined) request.socket.destroy();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  transport = new HttpTransport(`http://127.0.0.1:${port}`, (ms) => {
    waits.push(ms);
    return Promise.resolve();
  });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe("a request", () => {
  it("carries the session and, when it writes, the tree that was verified", async () => {
    transport.token = "secret";
    transport.treeSize = 12;
    answers = [json({ a: 1 }), json({})];
    expect(await transport.get("/v1/x", { after: 3 })).toEqual({ a: 1 });
    await transport.post("/v1/x", {});
    expect(seen.map((one) => [one.method, one.url, one.headers.authorization, one.headers["volet-tree-size"]])).toEqual([
      ["GET", "/v1/x?after=3", "Volet secret", undefined],
      ["POST", "/v1/x", "Volet secret", "12"],
    ]);
  });

  it("is repeated when no answer came, and when the hub was overloaded, after the time it names", async () => {
    const busy: Answer = (_, response) => {
      response.writeHead(503, { "retry-after": "2", "content-type": "application/problem+json" }).end('{"type":"x"}');
    };
    answers = [busy, json({ done: true })];
    expect(await transport.post("/v1/x", {})).toEqual({ done: true });
    expect(waits).toEqual([2000]);
  });

  it("ends as unreachable when nobody answers", async () => {
    await expect(transport.get("/v1/x")).rejects.toThrow(Unreachable);
    expect(seen.length).toBe(3);
  });

  it("is not repeated when the hub said no", async () => {
    answers = [problem("denied", 403, { reason: "no-rule" }), json({})];
    const refused = await transport.get("/v1/x").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Refused);
    expect([(refused as Refused).problem, (refused as Refused).reason]).toEqual(["denied", "no-rule"]);
    expect(seen.length).toBe(1);
  });

  it("notes which rules the hub says are in force", async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { "volet-policy": "ab12" }).end("{}");
      },
    ];
    await transport.get("/v1/x");
    expect(transport.policy).toBe("ab12");
  });
});

describe("an answer that is not the interface's", () => {
  it.each<[string, Answer]>([
    ["no JSON", (_, response) => void response.end("<html>")],
    ["a list for an object", json([1])],
    ["another problem", problem("made-up", 400)],
    ["a refusal that is no problem", json({}, 403)],
    ["not UTF-8", (_, response) => void response.end(Buffer.from([0x7b, 0xff, 0x7d]))],
  ])("is refused: %s", async (_, answer) => {
    answers = [answer];
    await expect(transport.get("/v1/x")).rejects.toThrow(BadAnswer);
  });

  it("is refused when it leads elsewhere", async () => {
    const elsewhere: Answer = (_, response) => void response.writeHead(302, { location: "/v1/y" }).end();
    answers = [elsewhere, elsewhere, elsewhere];
    await expect(transport.get("/v1/x")).rejects.toThrow(Unreachable);
    expect(seen.every((one) => one.url === "/v1/x")).toBe(true);
  });
});
