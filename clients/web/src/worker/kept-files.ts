/**
 * Which files of the page a worker keeps, and when it answers with them: the files that the hub's manifest names, each as its hash
 * says, and only where the network has no answer. Pure but for the port: `KeptFiles` is the browser's cache.
 */

/** A file of the manifest: its path below the address of the page, SHA-256 in hex, size in bytes. */
export interface PageFile {
  readonly path: string;
  readonly hash: string;
  readonly size: number;
}

/** What keeps files: by the manifest's own text, so that another build is another place. */
export interface Place {
  readonly names: () => Promise<readonly string[]>;
  readonly remove: (name: string) => Promise<void>;
  readonly put: (name: string, path: string, answer: Response) => Promise<void>;
}

const INDEX = "index.html";
const PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const HASH = /^[0-9a-f]{64}$/;
const MOST_FILES = 512;
const MOST_BYTES = 16 * 1024 * 1024;
/** Every place of ours begins so; the rest is the manifest's hash. */
export const PREFIX = "volet-page-";

/** The path below the page's address that a request asks for, undefined where it is not the page's own or asks with more than a path. */
export function pathOf(method: string, address: string, origin: string): string | undefined {
  const url = URL.parse(address);
  if (method !== "GET" || url?.origin !== origin || url.search !== "") return undefined;
  const path = url.pathname.slice(1);
  // What the hub answers is never kept, whatever a manifest should name.
  if (path.startsWith("v1/")) return undefined;
  return path === "" ? INDEX : path;
}

/** After the path of a file: the same as the build compressed it, with which the hub may answer, unpacked once it is here. */
const COMPRESSED = ".br";

/** The files of `GET /v1/web`, each once. Throws TypeError on anything else: nothing is then kept. */
export function filesOf(answer: unknown): readonly PageFile[] {
  const files = field(field(answer, "manifest"), "files");
  if (!Array.isArray(files) || files.length === 0 || files.length > MOST_FILES) throw new TypeError("manifest");
  const read = files.map((one: unknown) => {
    const [path, hash, size] = [field(one, "path"), field(one, "hash"), field(one, "size")];
    if (typeof path !== "string" || !PATH.test(path) || path.startsWith("v1/")) throw new TypeError("path");
    if (typeof hash !== "string" || !HASH.test(hash)) throw new TypeError(path);
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 || size > MOST_BYTES) throw new TypeError(path);
    return { path, hash, size };
  });
  const paths = new Set(read.map(({ path }) => path));
  return read.filter(({ path }) => !(path.endsWith(COMPRESSED) && paths.has(path.slice(0, -COMPRESSED.length))));
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

/** SHA-256 in hex. */
export async function hashed(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The name of the place where these files are kept. */
export async function placeOf(files: readonly PageFile[]): Promise<string> {
  const lines = files.map(({ path, hash }) => `${hash} ${path}\n`).join("");
  return PREFIX + (await hashed(new TextEncoder().encode(lines)));
}

/**
 * Keep these files and no others: fetch each, compare it with its hash, and only once all of them are what they should be let
 * go what was kept before. Throws `TypeError` at the first that differs: what was kept before then stays.
 */
export async function keep(files: readonly PageFile[], place: Place, ask: (path: string) => Promise<Response>): Promise<string> {
  const name = await placeOf(files);
  const before = await place.names();
  if (before.includes(name)) return name;
  const checked: (readonly [string, Response])[] = [];
  for (const file of files) {
    const answer = await ask(file.path);
    const data = new Uint8Array(await answer.clone().arrayBuffer());
    if (!answer.ok || data.length !== file.size || (await hashed(data)) !== file.hash) throw new TypeError(file.path);
    checked.push([file.path, answer]);
  }
  for (const [path, answer] of checked) await place.put(name, path, answer);
  for (const old of before) if (old !== name && old.startsWith(PREFIX)) await place.remove(old);
  return name;
}
