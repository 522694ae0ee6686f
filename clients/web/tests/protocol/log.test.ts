/** The log's forms over drawn trees: what is proven verifies, and nothing beside it; what is written is read back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { utf8 } from "../../src/protocol/bytes.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { LogVerifier } from "../../src/protocol/checkpoint.ts";
import { ShownLeaves } from "../../src/protocol/completeness.ts";
import { toBase64, toHex } from "../../src/protocol/encodings.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { HeadsTree, rootOfPath } from "../../src/protocol/heads-map.ts";
import { sha256, sha256Hex } from "../../src/protocol/hashing.ts";
import { LEAF_CODES, leafToBytes, parseLeaf, tag, ZERO } from "../../src/protocol/leaf.ts";
import type { Leaf, LeafType } from "../../src/protocol/leaf.ts";
import { LogView } from "../../src/protocol/log-view.ts";
import {
  CompactRange,
  consistencyPlan,
  inclusionPlan,
  leafHash,
  resolve,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "../../src/protocol/merkle.ts";
import type { Node } from "../../src/protocol/merkle.ts";
import { KEY_TYPE, NoteSigner } from "../../src/protocol/note-keys.ts";
import { noteToText } from "../../src/protocol/note.ts";
import { parseTilePath, tilePathToText, unbundle } from "../../src/protocol/tiles.ts";

const ORIGIN = "hub.example/log";
const SIGNER = new NoteSigner(ORIGIN, KEY_TYPE.ed25519, new Uint8Array(32).fill(7));
const LOG = LogVerifier.configured(ORIGIN, SIGNER.verifier.vkey, `log ${SIGNER.verifier.vkey}\nquorum none\n`);

function leafAt(number: number): Uint8Array {
  return leafHash(utf8(String(number)));
}

function leaves(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, number) => leafAt(number));
}

/** The perfect subtree itself: what a store would have kept. */
function getNode({ level, number }: Node): Uint8Array {
  const width = 2 ** level;
  return rootOf(leaves((number + 1) * width).slice(number * width));
}

async function checkpointOf(size: number): Promise<string> {
  const text = `${ORIGIN}\n${size}\n${toBase64(rootOf(leaves(size)))}\n`;
  return noteToText({ text, lines: [await SIGNER.line(text)] });
}

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.reason;
    throw error;
  }
  return "";
}

describe("the tree", () => {
  const sized = fc.integer({ min: 1, max: 70 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

  it("proves each leaf at its place and at no other", () => {
    fc.assert(
      fc.property(sized, fc.nat(80), ([size, index], other) => {
        const [root, proof] = [rootOf(leaves(size)), resolve(inclusionPlan(index, size), getNode)];
        expect(verifyInclusion(index, size, leafAt(index), proof, root)).toBe(true);
        expect(verifyInclusion(other, size, leafAt(index), proof, root)).toBe(other === index);
        expect(verifyInclusion(index, size, leafAt(index + 1), proof, root)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("proves each prefix, and that nothing else is one", () => {
    fc.assert(
      fc.property(sized, ([size, before]) => {
        const [old, root] = [before + 1, rootOf(leaves(size))];
        const proof = resolve(consistencyPlan(old, size), getNode);
        expect(verifyConsistency(old, size, rootOf(leaves(old)), root, proof)).toBe(true);
        expect(verifyConsistency(old, size, rootOf(leaves(old + 1)), root, proof)).toBe(false);
        expect(verifyConsistency(0, size, rootOf([]), root, proof)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("goes on from its subtrees, beyond what the shifts of the language hold", () => {
    const [size, hash] = [2 ** 52 + 2 ** 31, sha256(utf8("subtree"))];
    const range = new CompactRange(size, [hash, hash]);
    range.append(leafAt(1));
    expect(range.size).toBe(size + 1);
    expect(range.hashes.length).toBe(3);
    expect(reasonOf(() => new CompactRange(size, [hash]))).toBe("bad-proof");
    expect(inclusionPlan(size - 1, size).length).toBe(32);
  });
});

describe("leaves, tiles and tags", () => {
  it("are read back as they were written", () => {
    const types = fc.constantFrom(...(Object.keys(LEAF_CODES) as LeafType[]));
    fc.assert(
      fc.property(types, fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (type, tsMs, drawn) => {
        const [bare, bytes] = [type === "chain-heads" || type === "restart", Uint8Array.from(drawn).fill(1, 0, 1)];
        const body = new Uint8Array(bare ? 32 : type === "erase" ? 12 : 0);
        const leaf: Leaf = { type, tsMs, tag: bare ? ZERO : bytes, commit: bare ? ZERO : bytes, body };
        expect(parseLeaf(leafToBytes(leaf))).toEqual(leaf);
      }),
      { numRuns: 60 },
    );
  });

  it("have one path each", () => {
    const levels = fc.option(fc.nat(63), { nil: undefined });
    fc.assert(
      fc.property(levels, fc.nat(10 ** 9), fc.integer({ min: 1, max: 256 }), (level, number, width) => {
        const text = tilePathToText({ level, number, width });
        expect(parseTilePath(text)).toEqual({ level, number, width });
      }),
    );
    for (const text of ["64/000", "0/1000", "0/x000/001", "0/000.p/257", "00/000", "entries/0", "0/000.p/0", "0/000\n"]) {
      expect(
        reasonOf(() => parseTilePath(text)),
        text,
      ).toMatch(/malformed|not-canonical/);
    }
    expect(parseTilePath("entries/x001/x234/067.p/5")).toEqual({ level: undefined, number: 1_234_067, width: 5 });
  });

  it("of a bundle end where it says", () => {
    expect(unbundle(Uint8Array.of(0, 1, 9, 0, 0, 0, 2, 8, 7)).map(toHex)).toEqual(["09", "", "0807"]);
    for (const cut of [Uint8Array.of(0), Uint8Array.of(0, 2, 9), new Uint8Array(2 * 257)]) {
      expect(reasonOf(() => unbundle(cut))).toBe("malformed");
    }
  });

  it("are shown once for each number", () => {
    const [key, shown] = [new Uint8Array(32).fill(3), new ShownLeaves(new Uint8Array(32).fill(3))];
    const leaf = (number: number): Leaf => ({
      type: "act",
      tsMs: 1,
      tag: tag(key, number),
      commit: sha256(),
      body: new Uint8Array(),
    });
    shown.add(0, 10, leaf(0));
    shown.add(3, 11, leaf(3));
    shown.add(3, 11, leaf(3));
    expect([shown.count, shown.gaps]).toEqual([4, [1, 2]]);
    expect(
      reasonOf(() => {
        shown.add(3, 12, leaf(3));
      }),
    ).toBe("forked");
    expect(
      reasonOf(() => {
        shown.add(1, 12, leaf(2));
      }),
    ).toBe("wrong-tag");
  });
});

describe("the heads map", () => {
  const heads = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 24 });
  const chain = (number: number): string => sha256Hex(utf8(`chain ${number}`));
  const treeOf = (numbers: readonly number[]): HeadsTree =>
    numbers.reduce((tree, n) => tree.set("case", chain(n), { seq: n, hash: chain(n + 1) }), new HeadsTree());

  it("has one root, whatever the order, under which each head and each absence shows", () => {
    fc.assert(
      fc.property(heads, fc.nat(400), (numbers, asked) => {
        const tree = treeOf(numbers);
        expect(treeOf([...numbers].reverse()).root).toEqual(tree.root);
        const { head, path } = tree.prove("case", chain(asked));
        expect(head === undefined).toBe(!numbers.includes(asked));
        expect(rootOfPath(path, "case", chain(asked), head)).toEqual(tree.root);
        const lie = head === undefined ? { seq: 1, hash: chain(9) } : undefined;
        let shown: Uint8Array | undefined;
        const reason = reasonOf(() => (shown = rootOfPath(path, "case", chain(asked), lie)));
        expect(reason === "bad-proof" || toHex(shown ?? ZERO) !== toHex(tree.root)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("goes neither back nor two ways", () => {
    const tree = treeOf([5]);
    expect(reasonOf(() => tree.set("case", chain(5), { seq: 4, hash: chain(6) }))).toBe("rolled-back");
    expect(reasonOf(() => tree.set("case", chain(5), { seq: 5, hash: chain(7) }))).toBe("forked");
    expect(reasonOf(() => tree.set("__proto__", chain(5), { seq: 5, hash: chain(6) }))).toBe("malformed");
  });
});

describe("what a client remembers of a log", () => {
  it("is restored as it was, evidence included, and refused where it was changed", async () => {
    const view = new LogView(LOG);
    view.accept(await LOG.open(await checkpointOf(7)));
    const older = await LOG.open(await checkpointOf(5));
    expect(
      reasonOf(() => {
        view.accept(older);
      }),
    ).toBe("rolled-back");
    const restored = await LogView.restore(view.toJson(), LOG);
    expect(restored.toJson()).toEqual(view.toJson());
    expect(restored.evidence).toMatchObject([{ reason: "rolled-back" }]);
    const changed = JSON.parse(JSON.stringify(view.toJson()).replace("\\n7\\n", "\\n8\\n")) as JsonObject;
    await expect(LogView.restore(changed, LOG)).rejects.toMatchObject({ reason: "bad-signature" });
    await expect(LogView.restore(view.toJson())).rejects.toMatchObject({ reason: "wrong-origin" });
  });

  it("refuses a log that forked for ever after, the honest side too", async () => {
    const view = new LogView(LOG);
    const honest = await LOG.open(await checkpointOf(3));
    view.accept(honest);
    expect(
      reasonOf(() => {
        view.accept({ ...honest, root: sha256(utf8("another")) });
      }),
    ).toBe("forked");
    expect(
      reasonOf(() => {
        view.accept(honest);
      }),
    ).toBe("forked");
  });
});
