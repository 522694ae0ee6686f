/** Runs `tests/vectors/trust_bundle.json`, `attestation.json` and `attestation_end.json`. */
import attestation from "../../../../tests/vectors/attestation.json?raw";
import attestationEnd from "../../../../tests/vectors/attestation_end.json?raw";
import trustBundle from "../../../../tests/vectors/trust_bundle.json?raw";
import { utf8 } from "../../src/protocol/bytes.ts";
import {
  capacityToJson,
  readAttestation,
  saltedSubject,
  subjectChain,
  verifyAttestation,
} from "../../src/protocol/capacities.ts";
import { endedBy, readEnd, verifyEnd } from "../../src/protocol/departures.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { statementFromJson } from "../../src/protocol/statements.ts";
import { parseBundle } from "../../src/protocol/trust-bundle.ts";
import { runVectors } from "./vectors.ts";

const HUB = "http://127.0.0.1:8080";

runVectors("trust_bundle", trustBundle, {
  verify: {
    required: ["file"],
    optional: ["previous"],
    run: async (fields) => {
      const previous = fields.optional("previous", (name) => fields.text(name));
      const before = previous === undefined ? undefined : await parseBundle(utf8(previous)).verify(undefined);
      const bundle = await parseBundle(utf8(fields.text("file"))).verify(before);
      return { version: bundle.version, hash: bundle.hash };
    },
  },
});

runVectors("attestation", attestation, {
  verify: {
    required: ["bundle", "statement", "now_ms"],
    run: async (fields) => {
      const bundle = await parseBundle(utf8(fields.text("bundle"))).verify(undefined);
      const statement = statementFromJson(fields.raw("statement"));
      const found = await verifyAttestation(statement, bundle, fields.integer("now_ms"));
      return { id: found.id, user: found.user, capacity: capacityToJson(found.capacity) };
    },
  },
  salted_subject: {
    required: ["salt", "iss", "sub"],
    run: (fields) => ({ subject: saltedSubject(fields.data("salt"), fields.label("iss"), fields.label("sub")) }),
  },
  subject_chain: {
    required: ["iss", "sub"],
    run: (fields) => ({ chain: subjectChain(fields.label("iss"), fields.label("sub")) }),
  },
});

runVectors("attestation_end", attestationEnd, {
  verify: {
    required: ["bundle", "statement"],
    run: async (fields) => {
      const bundle = await parseBundle(utf8(fields.text("bundle"))).verify(undefined);
      const { id, user, structure, atMs } = await verifyEnd(statementFromJson(fields.raw("statement")), bundle);
      return { id, user, structure, at_ms: atMs };
    },
  },
  ended: {
    required: ["statement", "ends"],
    run: (fields) => {
      const held = readAttestation(statementFromJson(fields.raw("statement")), HUB);
      const ends = fields.items("ends").map((end) => readEnd(statementFromJson(end as JsonObject), HUB));
      const { untilMs, endedMs } = endedBy(held, ends);
      return { until_ms: untilMs, ...(endedMs === undefined ? {} : { ended_ms: endedMs }) };
    },
  },
});
