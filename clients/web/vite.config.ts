import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { defineConfig } from "vite";
import type { Plugin } from "vite";

/** Writes the hash of each script and style sheet beside its name, once they are on disk: the page runs these bytes or none. */
function integrity(): Plugin {
  return {
    name: "volet-integrity",
    async writeBundle({ dir }) {
      const folder = dir ?? "dist";
      const page = join(folder, "index.html");
      let text = await readFile(page, "utf8");
      for (const [tag, path] of text.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="\/(assets\/[^"]+)"[^>]*?>/g)) {
        if (path === undefined) continue;
        const hash = createHash("sha384").update(await readFile(join(folder, path)));
        text = text.replace(tag, tag.replace(/>$/, ` integrity="sha384-${hash.digest("base64")}">`));
      }
      await writeFile(page, text);
    },
  };
}

export default defineConfig({
  base: "/",
  plugins: [integrity()],
  build: {
    // Inlined assets would become data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    sourcemap: false,
    // One script: what a page loads later would come without its hash.
    rolldownOptions: { output: { codeSplitting: false } },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
