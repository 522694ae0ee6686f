/** Runs the vectors of the heads map's epochs: map_epochs. */
import mapEpochs from "../../../../tests/vectors/map_epochs.json?raw";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { LogVerifier } from "../../src/protocol/checkpoint.ts";
import { fromBase64url } from "../../src/protocol/encodings.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { parseLeaf } from "../../src/protocol/leaf.ts";
import { checkCourse, misplaced, readEpochs, verifyEpochs } from "../../src/protocol/map-epochs.ts";
import type { Seen, ShownHead } from "../../src/protocol/map-epochs.ts";
import { readHead } from "../../src/protocol/statements.ts";
import type { HeadRef } from "../../src/protocol/statements.ts";
import { runVectors } from "./vectors.ts";

function logOf(fields: Fields): LogVerifier {
  const log = fields.nested("log");
  const verifier = LogVerifier.configured(log.text("origin"), log.text("vkey"), log.text("policy"));
  log.done();
  return verifier;
}

function seenOf(fields: Fields): Seen {
  const seen = { index: fields.integer("index"), epoch: fields.integer("epoch") };
  fields.done();
  return seen;
}

function shownOf(fields: Fields): ShownHead {
  const head = fields.optional("head", (name) => readHead(fields.nested(name)));
  const shown = { head, timeMs: fields.integer("time_ms") };
  fields.done();
  return shown;
}

function headToJson(head: HeadRef | undefined): JsonObject {
  return head === undefined ? {} : { head: { seq: head.seq, hash: head.hash } };
}

runVectors("map_epochs", mapEpochs, {
  verify: {
    required: ["epochs", "label", "chain", "seen", "log"],
    run: async (fields) => {
      const [answer, log] = [readEpochs(fields.raw("epochs")), logOf(fields)];
      const [label, chain, from] = [fields.text("label"), fields.text("chain"), seenOf(fields.nested("seen"))];
      const { shown, seen, checkpoint } = await verifyEpochs(answer, log, label, chain, from);
      return {
        shown: shown.map(({ head, timeMs }) => ({ time_ms: timeMs, ...headToJson(head) })),
        seen: { index: seen.index, epoch: seen.epoch },
        size: checkpoint.size,
      };
    },
  },
  course: {
    required: ["shown"],
    optional: ["held", "links"],
    run: (fields) => {
      const held = fields.optional("held", (name) => readHead(fields.nested(name)));
      const shown = fields.objects("shown").map((one) => shownOf(one));
      const links = fields.optional("links", (name) => fields.objects(name).map((one) => readHead(one)));
      checkCourse(held, shown, links && new Map(links.map(({ seq, hash }) => [seq, hash])));
      return undefined;
    },
  },
  misplaced: {
    required: ["leaves"],
    run: (fields) => {
      const leaves = fields.items("leaves").map((one) => parseLeaf(fromBase64url(typeof one === "string" ? one : "")));
      const found = misplaced(leaves);
      return found === undefined ? {} : { index: found };
    },
  },
});
