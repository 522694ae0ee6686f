/** Runs `tests/vectors/log_payload.json`, `release.json` and `activation.json`. */
import activation from "../../../../tests/vectors/activation.json?raw";
import logPayload from "../../../../tests/vectors/log_payload.json?raw";
import release from "../../../../tests/vectors/release.json?raw";
import { isActive } from "../../src/protocol/active-tables.ts";
import { periodsOf, verifyActivations } from "../../src/protocol/activation.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { LogVerifier } from "../../src/protocol/checkpoint.ts";
import { toBase64url } from "../../src/protocol/encodings.ts";
import { readEntry } from "../../src/protocol/entry.ts";
import type { VerifiedEntry } from "../../src/protocol/entry.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { LIMIT } from "../../src/protocol/cosigned.ts";
import { identityToJson, readIdentity, readView, viewToJson } from "../../src/protocol/log-payload.ts";
import { LogView } from "../../src/protocol/log-view.ts";
import { acceptReceipt, readReceipt } from "../../src/protocol/receipt.ts";
import { checkRequestTime, readReleaseRequest, releaseRequestBody, verifyRelease } from "../../src/protocol/release.ts";
import { statementFromJson, UnverifiedStatement } from "../../src/protocol/statements.ts";
import { parseBundle } from "../../src/protocol/trust-bundle.ts";
import { runVectors } from "./vectors.ts";

function readAgain(again: (payload: JsonObject) => JsonObject): (fields: Fields) => JsonObject {
  return (fields) => {
    const payload = fields.raw("payload");
    const written = again(payload);
    if (Object.keys(written).sort().join() !== Object.keys(payload).sort().join()) {
      throw new ProtocolError("not-canonical", "payload");
    }
    return written;
  };
}

runVectors("log_payload", logPayload, {
  view: { required: ["payload"], run: readAgain((payload) => viewToJson(readView(payload))) },
  identity: { required: ["payload"], run: readAgain((payload) => identityToJson(readIdentity(payload))) },
});

runVectors("release", release, {
  request: {
    required: ["statement", "public", "now_ms"],
    run: async (fields) => {
      const statement = await statementFromJson(fields.raw("statement")).verify(fields.data("public"));
      const request = readReleaseRequest(statement);
      checkRequestTime(request, fields.integer("now_ms"));
      return { hash: new UnverifiedStatement(releaseRequestBody(request), statement.signature).hash };
    },
  },
  verify: {
    required: ["request", "public", "response", "entries", "origin", "vkey", "policy"],
    optional: ["in_range"],
    run: async (fields) => {
      const publicKey = fields.data("public");
      const request = await statementFromJson(fields.raw("request")).verify(publicKey);
      const log = LogVerifier.configured(fields.text("origin"), fields.text("vkey"), fields.text("policy"));
      const known = new Map<string, VerifiedEntry>();
      for (const item of fields.items("entries")) {
        const statement = statementFromJson(new Fields({ item }, "entries").raw("item"));
        const entry = readEntry(await statement.verify(publicKey));
        known.set(entry.id, entry);
      }
      const inRange = fields.optional("in_range", (name) => fields.hashes(name)) ?? [];
      const response = fields.raw("response");
      const accept = (value: JsonObject): ReturnType<typeof acceptReceipt> =>
        acceptReceipt(readReceipt(value), new LogView(log), log.origin);
      const released = await verifyRelease(request, response, known, accept, inRange);
      return { ids: [...released.keys()], shares: [...released.values()].map((item) => toBase64url(item.share)) };
    },
  },
});

function leafOf(item: unknown): { index: number; timeMs: number } {
  const [index, timeMs] = Array.isArray(item) ? (item as unknown[]) : [];
  if (typeof index !== "number" || typeof timeMs !== "number") throw new Error("a leaf is an index and a time");
  return { index, timeMs };
}

runVectors("activation", activation, {
  history: {
    required: ["bundle", "files"],
    optional: ["at_ms", "entered"],
    run: async (fields) => {
      const bundle = await parseBundle(utf8(fields.text("bundle"))).verify(undefined);
      const files = fields.items("files").map((item) => utf8(new Fields({ item }, "files").text("item", LIMIT)));
      const activations = await verifyActivations(files, bundle);
      const leaves = fields.optional("entered", (name) => fields.items(name));
      if (leaves === undefined) return undefined;
      const periods = periodsOf(activations, leaves.map(leafOf), bundle.ceiling);
      const atMs = fields.integer("at_ms");
      const tables = [...new Set(periods.map((period) => period.table))];
      return { active: tables.filter((table) => isActive(periods, table, atMs)) };
    },
  },
});
