/**
 * Files of the page that are fetched when they are first needed. The page names the hash of every one of them, as of its first script:
 * nothing runs that the page did not vouch for, whoever serves it.
 */
import { AlteredFile } from "../client/errors.ts";

/** Written into the page by the build, and not there while developing: `source file|address hash,address hash;…`. */
const NAME = "volet-later";

interface LaterFile {
  readonly address: string;
  readonly integrity: string;
}

/** The files that each late source file needs, from the build's line. Throws TypeError on a line that no build writes. */
export function readLater(line: string): ReadonlyMap<string, readonly LaterFile[]> {
  const found = new Map<string, readonly LaterFile[]>();
  for (const one of line.split(";")) {
    const [source, files] = one.split("|");
    if (source === undefined || files === undefined) throw new TypeError("no line of a build");
    found.set(
      source,
      files.split(",").map((file) => {
        const [address, integrity] = file.split(" ");
        if (address === undefined || integrity?.startsWith("sha384-") !== true) throw new TypeError("no line of a build");
        return { address, integrity };
      }),
    );
  }
  return found;
}

const asked = new Map<string, Promise<void>>();
let table: ReadonlyMap<string, readonly LaterFile[]> | undefined;

function named(): ReadonlyMap<string, readonly LaterFile[]> {
  const line = document.querySelector(`meta[name="${NAME}"]`)?.getAttribute("content");
  return line ? readLater(line) : new Map<string, readonly LaterFile[]>();
}

/**
 * Load what `load` imports, the source file named: each file it needs is fetched with its hash first, and only what matched is run.
 * Throws `AlteredFile` when a file is not the one that was built, or cannot be fetched.
 */
export async function later<T>(source: string, load: () => Promise<T>): Promise<T> {
  await Promise.all(((table ??= named()).get(source) ?? []).map(fetched));
  return load();
}

/** Fetch what a source file needs before it is needed; what fails is told to who needs it. */
export function soon(source: string): void {
  for (const file of (table ??= named()).get(source) ?? []) fetched(file).catch(() => undefined);
}

function fetched(file: LaterFile): Promise<void> {
  const before = asked.get(file.address);
  if (before !== undefined) return before;
  const fetching = preload(file)
    .catch(async () => {
      // What came may stand in the browser's cache, where built files stay for a year: ask anew, or no reload would ever help.
      await fetch(file.address, { cache: "reload" });
      await preload(file);
    })
    .catch(() => {
      asked.delete(file.address);
      throw new AlteredFile(file.address);
    });
  asked.set(file.address, fetching);
  return fetching;
}

function preload(file: LaterFile): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.integrity = file.integrity;
    link.href = file.address;
    link.onload = () => {
      resolve();
    };
    link.onerror = () => {
      link.remove();
      reject(new AlteredFile(file.address));
    };
    document.head.append(link);
  });
}
