import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { defineConfig } from "vite";
import type { Plugin, Rolldown } from "vite";

const SOURCES = join(import.meta.dirname, "src");
/** The first script, and what is behind the door: files of their own, by whose names the rest is found. */
const MAIN = join(SOURCES, "main.tsx");
const INSIDE = join(SOURCES, "app", "inside.tsx");

/**
 * Writes the hash of every script and style sheet into the page, once they are on disk: beside the name of those it loads, and in
 * one line for those that are fetched later (src/app/late.ts). The page runs these bytes or none.
 */
function integrity(): Plugin {
  return {
    name: "volet-integrity",
    async writeBundle({ dir }, bundle) {
      const folder = dir ?? "dist";
      const page = join(folder, "index.html");
      const hashOf = async (path: string): Promise<string> =>
        `sha384-${createHash("sha384")
          .update(await readFile(join(folder, path)))
          .digest("base64")}`;
      let text = await readFile(page, "utf8");
      for (const [tag, path] of text.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="\/(assets\/[^"]+)"[^>]*?>/g)) {
        if (path === undefined) continue;
        text = text.replace(tag, tag.replace(/>$/, ` integrity="${await hashOf(path)}">`));
      }
      const lines: string[] = [];
      for (const [source, paths] of laterFiles(bundle)) {
        const files = await Promise.all(paths.map(async (path) => `/${path} ${await hashOf(path)}`));
        lines.push(`${source}|${files.join(",")}`);
      }
      await writeFile(page, text.replace("%LATER%", lines.join(";")));
      // After the page has its hashes in it.
      await compress(folder, Object.keys(bundle));
    },
  };
}

/**
 * Writes each page, script and style sheet a second time as Brotli makes it: files of the build like the others, so that what a
 * hub serves compressed is compared byte by byte too, by whoever can hash (docs/spec/web.md, rule 13).
 */
async function compress(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths.filter((name) => /\.(?:html|js|css)$/.test(name))) {
    const data = await readFile(join(folder, path));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
    await writeFile(join(folder, `${path}.br`), brotliCompressSync(data, { params }));
  }
}

/** The files that each dynamically imported source file needs and the first script does not bring, in the order of names. */
function laterFiles(bundle: Rolldown.OutputBundle): readonly (readonly [string, readonly string[]])[] {
  const chunks = new Map(Object.values(bundle).flatMap((one) => (one.type === "chunk" ? [[one.fileName, one] as const] : [])));
  const reached = (from: string, found: Set<string>): Set<string> => {
    if (found.has(from)) return found;
    found.add(from);
    for (const next of chunks.get(from)?.imports ?? []) reached(next, found);
    return found;
  };
  const first = new Set<string>();
  for (const [name, chunk] of chunks) if (chunk.isEntry) reached(name, first);
  const named = [...chunks.values()].map(({ code }) => code).join("\n");
  const found: [string, string[]][] = [];
  for (const [name, { isDynamicEntry, facadeModuleId }] of chunks) {
    if (!isDynamicEntry || facadeModuleId === null) continue;
    const source = relative(SOURCES, facadeModuleId);
    // What libraries import where a browser lacks something: never asked for in the browsers that we accept.
    if (source.startsWith("..")) continue;
    if (!named.includes(source)) throw new Error(`${source} is imported late: name it in a lateScreen`);
    found.push([source, [...reached(name, new Set())].filter((one) => !first.has(one)).sort()]);
  }
  return found.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The modules that a source file brings, without what it fetches later. */
function broughtBy(source: string, context: Rolldown.ChunkingContext): ReadonlySet<string> {
  const found = new Set<string>();
  const reach = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    context.getModuleInfo(id)?.importedIds.forEach(reach);
  };
  reach(join(SOURCES, source));
  return found;
}

/** Whether a module comes with the way in. */
function isOfTheWayIn(id: string, context: Rolldown.ChunkingContext): boolean {
  return id !== MAIN && broughtBy("main.tsx", context).has(id);
}

/** Whether a module comes with what is behind the door, and not with the way in. */
function isBehindTheDoor(id: string, context: Rolldown.ChunkingContext): boolean {
  return id !== INSIDE && broughtBy("app/inside.tsx", context).has(id) && !broughtBy("main.tsx", context).has(id);
}

export default defineConfig({
  base: "/",
  plugins: [integrity()],
  build: {
    // Inlined assets would become data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    // The page names what its first script imports, so that it too has its hash. Later ones are up to src/app/late.ts.
    modulePreload: { polyfill: false, resolveDependencies: (_name, files, { hostType }) => (hostType === "html" ? files : []) },
    // The worker stands at the address of the page, in one file whose name stays: its scope is where it stands.
    rolldownOptions: {
      input: { index: join(import.meta.dirname, "index.html"), worker: join(SOURCES, "worker", "worker.ts") },
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
        // What several files share comes in one, which compresses better than many small ones: all of the way in, and all that
        // stands behind the door. Two files that need each other would run in an order of which nobody is the master.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: (id, context) => (isOfTheWayIn(id, context) ? "base" : null) },
            { name: (id, context) => (isBehindTheDoor(id, context) ? "shared" : null) },
            { name: "common", minShareCount: 2 },
          ],
        },
      },
    },
    target: "es2022",
    sourcemap: false,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
