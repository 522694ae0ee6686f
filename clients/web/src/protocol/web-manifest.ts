/**
 * What a web client consists of: the hash of each of its files, in one object that the log holds (docs/spec/web.md).
 *
 * A browser takes its code from whoever serves it. The manifest cannot change that; it makes one version the version that
 * everybody got: its hash is a leaf, and whoever fetches the files compares them.
 */
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { sha256Hex } from "./hashing.ts";

const VERSION = 1;
const TYPE = "web-manifest";
/** What `/` answers with. */
export const INDEX = "index.html";
const MOST_FILES = 512;
const MAX_FILE = 16 * 1024 * 1024;
const MAX_PATH = 255;
// Relative, without `.` and `..`, in the characters that need no escape in an address.
const PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** One file: its path below the address of the web client, SHA-256 in hex, size in bytes. */
export interface WebFile {
  readonly path: string;
  readonly hash: string;
  readonly size: number;
}

/** The files of one version, sorted by path; `index.html` is among them. */
export interface WebManifest {
  readonly files: readonly WebFile[];
}

/** SHA-256 of the canonical form, in hex. */
export function manifestHash(manifest: WebManifest): string {
  return sha256Hex(encode({ v: VERSION, type: TYPE, files: manifest.files.map((file) => ({ ...file })) }));
}

/** Read the wire form. */
export function readManifest(value: JsonObject): WebManifest {
  const fields = new Fields(value, TYPE);
  if (fields.integer("v") !== VERSION) throw new ProtocolError("wrong-version", TYPE);
  if (fields.text("type", 64) !== TYPE) throw new ProtocolError("wrong-type", TYPE);
  const files = fields.objects("files", MOST_FILES).map((item) => {
    const file = { path: item.text("path", MAX_PATH), hash: item.hash("hash"), size: item.integer("size", 0, MAX_FILE) };
    item.done();
    return file;
  });
  fields.done();
  checkPaths(files.map(({ path }) => path));
  return { files };
}

function checkPaths(paths: readonly string[]): void {
  if (!paths.every((path) => PATH.test(path))) throw new ProtocolError("malformed", `${TYPE}: path`);
  if (!paths.every((path, place) => place === 0 || (paths[place - 1] ?? "") < path)) {
    throw new ProtocolError("not-canonical", `${TYPE}: paths in order, each once`);
  }
  if (!paths.includes(INDEX)) throw new ProtocolError("missing-field", `${TYPE}: ${INDEX}`);
}
