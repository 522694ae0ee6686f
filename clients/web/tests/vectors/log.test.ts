/** Runs the vectors of the access log: merkle, note, checkpoint, proof, leaf, log positions and policy, heads_map, receipt. */
import checkpoint from "../../../../tests/vectors/checkpoint.json?raw";
import headsMap from "../../../../tests/vectors/heads_map.json?raw";
import leaf from "../../../../tests/vectors/leaf.json?raw";
import logPositions from "../../../../tests/vectors/log_positions.json?raw";
import logPolicy from "../../../../tests/vectors/log_policy.json?raw";
import merkle from "../../../../tests/vectors/merkle.json?raw";
import note from "../../../../tests/vectors/note.json?raw";
import proof from "../../../../tests/vectors/proof.json?raw";
import receipt from "../../../../tests/vectors/receipt.json?raw";
import { same } from "../../src/protocol/bytes.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { LogVerifier, parseCheckpoint } from "../../src/protocol/checkpoint.ts";
import type { Checkpoint } from "../../src/protocol/checkpoint.ts";
import { bucketHash, checkTags, logKeyToJson, readLogKey } from "../../src/protocol/completeness.ts";
import { fromHex, toBase64url, toHex } from "../../src/protocol/encodings.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { checkFresh, readHeadProof, verifyHead } from "../../src/protocol/head-proof.ts";
import { HeadsTree, pathToJson, readPath, rootOfPath } from "../../src/protocol/heads-map.ts";
import {
  identityCommitment,
  LEAF_CODES,
  pairCommitment,
  parseErasure,
  parseLeaf,
  tag,
  viewCommitment,
} from "../../src/protocol/leaf.ts";
import { isSatisfied, parseLogPolicy, verifiersOf } from "../../src/protocol/log-policy.ts";
import { baseOf, indexOf, logNumberOf, parsePosition, positionToText } from "../../src/protocol/log-positions.ts";
import { LogView } from "../../src/protocol/log-view.ts";
import {
  CompactRange,
  consistencyPlan,
  inclusionPlan,
  leafHash,
  resolve,
  verifyConsistency,
  verifyInclusion,
} from "../../src/protocol/merkle.ts";
import type { Node } from "../../src/protocol/merkle.ts";
import { lineToText, NoteSigner, Verifier } from "../../src/protocol/note-keys.ts";
import { parseNote, verifyNote } from "../../src/protocol/note.ts";
import { parseProof, verifyProof } from "../../src/protocol/proof.ts";
import { acceptReceipt, readReceipt, receiptToJson } from "../../src/protocol/receipt.ts";
import { readHead } from "../../src/protocol/statements.ts";
import type { HeadRef } from "../../src/protocol/statements.ts";
import { runVectors } from "./vectors.ts";

function texts(fields: Fields, name: string): string[] {
  return fields.items(name).map((item) => {
    if (typeof item !== "string") throw new Error(`${name}: not texts`);
    return item;
  });
}

function verdict(holds: boolean): JsonObject | undefined {
  if (!holds) throw new ProtocolError("bad-proof", "verdict");
  return undefined;
}

function logOf(fields: Fields): LogVerifier {
  const log = fields.nested("log");
  const earlier: LogVerifier[] = [];
  for (const one of log.optional("earlier", (name) => log.objects(name)) ?? []) earlier.push(configured(one, [...earlier]));
  return configured(log, earlier);
}

function configured(log: Fields, earlier: readonly LogVerifier[]): LogVerifier {
  const verifier = LogVerifier.configured(log.text("origin"), log.text("vkey"), log.text("policy"), earlier);
  log.done();
  return verifier;
}

function treeOf(fields: Fields): { tree: CompactRange; getNode: (node: Node) => Uint8Array } {
  const [tree, nodes] = [new CompactRange(), new Map<string, Uint8Array>()];
  const name = (node: Node): string => `${node.level}/${node.number}`;
  for (const [number, data] of texts(fields, "leaves").entries()) {
    const hash = leafHash(fromHex(data));
    nodes.set(name({ level: 0, number }), hash);
    for (const completed of tree.append(hash)) nodes.set(name(completed.node), completed.hash);
  }
  return { tree, getNode: (node) => nodes.get(name(node)) ?? new Uint8Array() };
}

/** Not `datas`: a hash of another size is for the verifier to refuse. */
function hashes(fields: Fields): Uint8Array[] {
  return fields.items("proof").map((item) => new Fields({ x: item }, "hash").data("x"));
}

runVectors("merkle", merkle, {
  root: {
    required: ["leaves"],
    run: (fields) => {
      const { tree } = treeOf(fields);
      return { root: toBase64url(tree.root()), range: tree.hashes.map(toBase64url) };
    },
  },
  prove_inclusion: {
    required: ["leaves", "index"],
    run: (fields) => {
      const { tree, getNode } = treeOf(fields);
      return { proof: resolve(inclusionPlan(fields.integer("index"), tree.size), getNode).map(toBase64url) };
    },
  },
  prove_consistency: {
    required: ["leaves", "old"],
    run: (fields) => {
      const { tree, getNode } = treeOf(fields);
      return { proof: resolve(consistencyPlan(fields.integer("old"), tree.size), getNode).map(toBase64url) };
    },
  },
  inclusion: {
    required: ["index", "size", "leaf", "proof", "root"],
    run: (fields) => {
      const [index, size] = [fields.integer("index"), fields.integer("size")];
      return verdict(verifyInclusion(index, size, fields.data("leaf"), hashes(fields), fields.data("root")));
    },
  },
  consistency: {
    required: ["old", "size", "old_root", "root", "proof"],
    run: (fields) => {
      const [old, size] = [fields.integer("old"), fields.integer("size")];
      return verdict(verifyConsistency(old, size, fields.data("old_root"), fields.data("root"), hashes(fields)));
    },
  },
});

runVectors("note", note, {
  vkey: {
    required: ["vkey"],
    run: (fields) => {
      const verifier = Verifier.parse(fields.text("vkey"));
      return { name: verifier.name, type: verifier.type, public: toBase64url(verifier.public) };
    },
  },
  private: {
    required: ["private"],
    run: (fields) => ({ vkey: NoteSigner.parsePrivate(fields.text("private")).verifier.vkey }),
  },
  parse: {
    required: ["note"],
    run: (fields) => {
      const parsed = parseNote(fields.data("note"));
      const lines = parsed.lines.map((line) => ({
        name: line.name,
        key_id: toHex(line.keyId),
        blob: toBase64url(line.blob),
      }));
      return { text: parsed.text, lines };
    },
  },
  verify: {
    required: ["note", "vkeys"],
    run: async (fields) => {
      const known = texts(fields, "vkeys").map((vkey) => Verifier.parse(vkey));
      const signed = await verifyNote(parseNote(fields.data("note")), known);
      return {
        signed: signed.map(({ verifier, timeS }) =>
          timeS === undefined ? { name: verifier.name } : { name: verifier.name, time_s: Number(timeS) },
        ),
      };
    },
  },
  sign: {
    required: ["private", "text"],
    optional: ["time_s"],
    run: async (fields) => {
      const signer = NoteSigner.parsePrivate(fields.text("private"));
      const timeS = fields.optional("time_s", (name) => BigInt(fields.integer(name)));
      return { line: lineToText(await signer.line(fields.text("text"), timeS)) };
    },
  },
});

function shown(value: Checkpoint): JsonObject {
  return { origin: value.origin, size: value.size, root: toBase64url(value.root), extensions: value.extensions };
}

runVectors("checkpoint", checkpoint, {
  parse: { required: ["text"], run: (fields) => shown(parseCheckpoint(fields.text("text"))) },
  open: { required: ["note", "log"], run: async (fields) => shown(await logOf(fields).open(fields.text("note"))) },
  follow: {
    required: ["steps", "log"],
    run: async (fields) => {
      const log = logOf(fields);
      const view = new LogView(log);
      const beyond: Record<string, number> = {};
      for (const step of fields.objects("steps")) {
        if (step.has("end")) {
          const held = view.end(await log.open(step.text("end")));
          if (held !== undefined) beyond["beyond"] = held.size;
        } else {
          view.accept(await log.open(step.text("note")), step.datas("consistency", 32));
        }
        step.done();
      }
      return { size: view.newest(log.origin)?.size ?? -1, ...beyond };
    },
  },
});

runVectors("proof", proof, {
  parse: {
    required: ["text"],
    run: (fields) => {
      const parsed = parseProof(fields.text("text"));
      const extra: JsonObject = parsed.extra === undefined ? {} : { extra: toBase64url(parsed.extra) };
      return { index: parsed.index, hashes: parsed.hashes.map(toBase64url), ...extra };
    },
  },
  verify: {
    required: ["text", "leaf", "log"],
    run: async (fields) => shown(await verifyProof(parseProof(fields.text("text")), logOf(fields), fields.data("leaf"))),
  },
});

runVectors("leaf", leaf, {
  parse: {
    required: ["leaf"],
    run: (fields) => {
      const value = parseLeaf(fields.data("leaf"));
      return {
        type: LEAF_CODES[value.type],
        ts_ms: value.tsMs,
        tag: toHex(value.tag),
        commit: toHex(value.commit),
        body: toHex(value.body),
      };
    },
  },
  erasure: { required: ["body"], run: (fields) => ({ ...parseErasure(fields.data("body")) }) },
  commitment: {
    required: ["view_opening", "view", "identity_opening", "identity"],
    run: (fields) => {
      const view = viewCommitment(fields.data("view_opening"), fields.data("view"));
      const identity = identityCommitment(fields.data("identity_opening"), fields.data("identity"));
      return { commit: toHex(pairCommitment(view, identity)) };
    },
  },
  tag: {
    required: ["log_key", "case_seq"],
    run: (fields) => ({ tag: toHex(tag(fields.data("log_key"), fields.integer("case_seq"))) }),
  },
  check_tags: {
    required: ["log_key", "count", "tags"],
    optional: ["first"],
    run: (fields) => {
      const first = fields.optional("first", (name) => fields.integer(name));
      const tags = texts(fields, "tags").map(fromHex);
      return { ...checkTags(fields.data("log_key"), fields.integer("count"), tags, first) };
    },
  },
  log_keys: {
    required: ["keys"],
    run: (fields) => ({ keys: fields.objects("keys").map((one) => logKeyToJson(readLogKey(one))) }),
  },
  bucket: {
    required: ["bucket", "tags"],
    run: (fields) => ({ hash: toHex(bucketHash(fields.integer("bucket"), texts(fields, "tags").map(fromHex))) }),
  },
});

function place(position: number): JsonObject {
  return { position, log: logNumberOf(position), index: indexOf(position), text: positionToText(position) };
}

runVectors("log_positions", logPositions, {
  of_index: {
    required: ["log", "index"],
    run: (fields) => place(baseOf(fields.integer("log")) + fields.integer("index")),
  },
  parse: { required: ["text"], run: (fields) => place(parsePosition(fields.text("text"))) },
});

runVectors("log_policy", logPolicy, {
  parse: {
    required: ["text"],
    run: (fields) => {
      const policy = parseLogPolicy(fields.text("text"));
      return {
        logs: policy.logs.map((log) => log.vkey),
        witnesses: Object.fromEntries([...policy.witnesses].map(([name, one]) => [name, one.vkey])),
        groups: Object.fromEntries([...policy.groups].map(([name, group]) => [name, { ...group }])),
        quorum: policy.quorum ?? "none",
      };
    },
  },
  satisfied: {
    required: ["text", "note", "latest_s"],
    run: async (fields) => {
      const policy = parseLogPolicy(fields.text("text"));
      const signed = await verifyNote(parseNote(fields.data("note")), verifiersOf(policy));
      if (!isSatisfied(policy, signed, BigInt(fields.integer("latest_s")))) throw new ProtocolError("not-trusted", "quorum");
      return undefined;
    },
  },
});

function headsOf(fields: Fields): HeadsTree {
  return fields.objects("heads").reduce((tree, row) => {
    const [label, chain] = [row.text("label"), row.text("chain")];
    const next = tree.set(label, chain, { seq: row.integer("seq"), hash: row.text("hash") });
    row.done();
    return next;
  }, new HeadsTree());
}

function headToJson(head: HeadRef | undefined): JsonObject {
  return head === undefined ? {} : { head: { seq: head.seq, hash: head.hash } };
}

runVectors("heads_map", headsMap, {
  root: { required: ["heads"], run: (fields) => ({ root: toBase64url(headsOf(fields).root) }) },
  prove: {
    required: ["heads", "label", "chain"],
    run: (fields) => {
      const { head, path } = headsOf(fields).prove(fields.text("label"), fields.text("chain"));
      return { path: pathToJson(path), ...headToJson(head) };
    },
  },
  path: {
    required: ["label", "chain", "path", "root"],
    optional: ["head"],
    run: (fields) => {
      const head = fields.optional("head", (name) => readHead(fields.nested(name)));
      const path = readPath(fields.nested("path"));
      return verdict(same(rootOfPath(path, fields.text("label"), fields.text("chain"), head), fields.data("root")));
    },
  },
  head_proof: {
    required: ["proof", "label", "chain", "log"],
    optional: ["at_ms"],
    run: async (fields) => {
      const read = readHeadProof(fields.nested("proof"));
      const verified = await verifyHead(read, logOf(fields), fields.text("label"), fields.text("chain"));
      const atMs = fields.optional("at_ms", (name) => fields.integer(name));
      if (atMs !== undefined) checkFresh(verified, atMs);
      return { size: verified.checkpoint.size, ...headToJson(verified.head) };
    },
  },
});

runVectors("receipt", receipt, {
  accept: {
    required: ["receipt", "log"],
    optional: ["own", "ends"],
    run: async (fields) => {
      const log = logOf(fields);
      const view = new LogView(...log.earlier, log);
      const own = fields.optional("own", (name) => fields.text(name));
      if (own !== undefined) view.accept(await log.open(own));
      for (const note of fields.has("ends") ? texts(fields, "ends") : []) view.end(await log.of(note).open(note));
      const read = readReceipt(fields.raw("receipt"));
      const verified = await acceptReceipt(readReceipt(receiptToJson(read)), view, log.origin);
      return {
        index: verified.index,
        type: LEAF_CODES[verified.leaf.type],
        view: verified.view,
        ...(verified.identity === undefined ? {} : { identity: verified.identity }),
      };
    },
  },
});
