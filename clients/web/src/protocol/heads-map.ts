/**
 * The heads map: a sparse Merkle tree from (label, chain) to the chain's newest head (docs/spec/heads-map.md).
 *
 * An empty subtree is 32 zero bytes; a subtree of one leaf is that leaf's hash; any other is a node. Walking down by the bits
 * of a key therefore meets exactly one empty place or one leaf, whatever tree a dishonest hub builds: a root gives one answer
 * for a key, membership or not. Prefixes 0x02 and 0x03 keep these hashes apart from the log's tree.
 *
 * The first bit of a key says which half its label has: people (`user`, `subject`), who seldom move, or their work.
 */
import { bigEndian, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import { fromHex, isHash, toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { labelledHash, sha256 } from "./hashing.ts";
import type { HeadRef } from "./statements.ts";

export const LABELS: ReadonlySet<string> = new Set(["user", "case", "exchange", "list", "subject"]);
/** The labels of the first half of the map: what each client checks epoch by epoch of itself. */
export const PEOPLE: ReadonlySet<string> = new Set(["user", "subject"]);
export const EMPTY: Bytes = new Uint8Array(32);
const DEPTH = 256;
const LEAF = Uint8Array.of(2);
const INNER = Uint8Array.of(3);

/**
 * The place of a chain: SHA-256(`volet/v1/heads-key` LF label LF chain id as 32 bytes), its first bit replaced: 0 for the
 * labels of people, 1 for the others.
 */
export function mapKey(label: string, chain: string): Bytes {
  if (!LABELS.has(label) || !isHash(chain)) throw new ProtocolError("malformed", "label or chain of a head");
  const key = labelledHash("heads-key", utf8(`${label}\n`), fromHex(chain));
  const first = key[0] ?? 0;
  key[0] = PEOPLE.has(label) ? first & 0x7f : first | 0x80;
  return key;
}

/** SHA-256(`volet/v1/heads-value` LF u64 seq, head hash as 32 bytes). */
export function mapValue(head: HeadRef): Bytes {
  if (!Number.isSafeInteger(head.seq) || head.seq < 0 || !isHash(head.hash)) throw new ProtocolError("malformed", "head");
  return labelledHash("heads-value", bigEndian(head.seq, 8), fromHex(head.hash));
}

/** The chain id under label `subject`, whose head is the newest user chain of one person. */
export function subjectChain(iss: string, sub: string): string {
  return toHex(labelledHash("subject", utf8(`${iss}\n`), utf8(sub)));
}

/** The siblings from the root down, and for an absent key the leaf (key, value) met instead, if any. */
export interface MapPath {
  readonly siblings: readonly Bytes[];
  readonly other?: { readonly key: Bytes; readonly value: Bytes };
}

/** The root under which a path shows `head`, or absence for undefined; throws bad-proof. */
export function rootOfPath(path: MapPath, label: string, chain: string, head: HeadRef | undefined): Bytes {
  const [key, depth] = [mapKey(label, chain), path.siblings.length];
  if (depth > DEPTH || path.siblings.some((sibling) => sibling.length !== EMPTY.length)) {
    throw new ProtocolError("bad-proof", "path of a head");
  }
  // A lone leaf beside an empty place would stand one level higher.
  if (same(path.siblings.at(-1) ?? new Uint8Array(), EMPTY)) {
    throw new ProtocolError("bad-proof", "path of a head: not the shortest");
  }
  return path.siblings.reduceRight(
    (hash, sibling, level) => (bit(key, level) ? nodeHash(sibling, hash) : nodeHash(hash, sibling)),
    endOf(path, key, head),
  );
}

function endOf(path: MapPath, key: Bytes, head: HeadRef | undefined): Bytes {
  if (head !== undefined) {
    if (path.other !== undefined) throw new ProtocolError("bad-proof", "path of a head: two ends");
    return leafHash(key, mapValue(head));
  }
  if (path.other === undefined) return EMPTY;
  const { key: other, value } = path.other;
  const sizes = other.length === EMPTY.length && value.length === EMPTY.length;
  if (!sizes || same(other, key) || sharedBits(other, key) < path.siblings.length) {
    throw new ProtocolError("bad-proof", "path of a head: leaf of another place");
  }
  return leafHash(other, value);
}

/** Read the wire form of a path. */
export function readPath(fields: Fields): MapPath {
  const siblings = fields.datas("siblings", EMPTY.length, DEPTH);
  const leaf = fields.optional("other", (name) => fields.nested(name));
  const other = leaf && { key: leaf.data("key", EMPTY.length), value: leaf.data("value", EMPTY.length) };
  leaf?.done();
  fields.done();
  return other === undefined ? { siblings } : { siblings, other };
}

export function pathToJson(path: MapPath): JsonObject {
  const siblings = path.siblings.map((sibling) => toBase64url(sibling));
  if (path.other === undefined) return { siblings };
  return { siblings, other: { key: toBase64url(path.other.key), value: toBase64url(path.other.value) } };
}

interface TreeLeaf {
  readonly kind: "leaf";
  readonly key: Bytes;
  readonly head: HeadRef;
  readonly hash: Bytes;
}

interface TreeNode {
  readonly kind: "node";
  readonly left: Tree;
  readonly right: Tree;
  readonly hash: Bytes;
}

type Tree = TreeLeaf | TreeNode | undefined;

/** An immutable heads map; `set` returns another one and shares what did not change. */
export class HeadsTree {
  readonly #root: Tree;

  constructor(root?: Tree) {
    this.#root = root;
  }

  /** The 32-byte root; zeros for the empty map. */
  get root(): Bytes {
    return hashOf(this.#root);
  }

  /** The map with a chain's newer head; refuses a lower seq (rolled-back) and a second hash (forked). */
  set(label: string, chain: string, head: HeadRef): HeadsTree {
    const key = mapKey(label, chain);
    return new HeadsTree(put(this.#root, { kind: "leaf", key, head, hash: leafHash(key, mapValue(head)) }, 0));
  }

  /** The head, or undefined, and its path. */
  prove(label: string, chain: string): { readonly head: HeadRef | undefined; readonly path: MapPath } {
    const [key, siblings] = [mapKey(label, chain), [] as Bytes[]];
    let tree = this.#root;
    for (let level = 0; tree?.kind === "node"; level++) {
      siblings.push(hashOf(bit(key, level) ? tree.left : tree.right));
      tree = bit(key, level) ? tree.right : tree.left;
    }
    if (tree === undefined) return { head: undefined, path: { siblings } };
    if (same(tree.key, key)) return { head: tree.head, path: { siblings } };
    return { head: undefined, path: { siblings, other: { key: tree.key, value: mapValue(tree.head) } } };
  }
}

function put(tree: Tree, leaf: TreeLeaf, level: number): Tree {
  if (tree === undefined) return leaf;
  const right = bit(leaf.key, level);
  if (tree.kind === "node") {
    return right ? nodeOf(tree.left, put(tree.right, leaf, level + 1)) : nodeOf(put(tree.left, leaf, level + 1), tree.right);
  }
  if (same(tree.key, leaf.key)) {
    if (leaf.head.seq < tree.head.seq) throw new ProtocolError("rolled-back", "head of a chain");
    if (leaf.head.seq === tree.head.seq && leaf.head.hash !== tree.head.hash) {
      throw new ProtocolError("forked", "head of a chain");
    }
    return leaf;
  }
  if (bit(tree.key, level) !== right) return right ? nodeOf(tree, leaf) : nodeOf(leaf, tree);
  const deeper = put(tree, leaf, level + 1);
  return right ? nodeOf(undefined, deeper) : nodeOf(deeper, undefined);
}

function nodeOf(left: Tree, right: Tree): TreeNode {
  return { kind: "node", left, right, hash: nodeHash(hashOf(left), hashOf(right)) };
}

function bit(key: Uint8Array, level: number): boolean {
  return (((key[level >> 3] ?? 0) >> (7 - (level & 7))) & 1) === 1;
}

function sharedBits(left: Uint8Array, right: Uint8Array): number {
  let level = 0;
  while (level < DEPTH && bit(left, level) === bit(right, level)) level++;
  return level;
}

function leafHash(key: Uint8Array, value: Uint8Array): Bytes {
  return sha256(LEAF, key, value);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(INNER, left, right);
}

function hashOf(tree: Tree): Bytes {
  return tree === undefined ? EMPTY : tree.hash;
}
