import { createHash } from "node:crypto";

import { defineConfig } from "vite";
import type { Plugin } from "vite";

/** Writes the hash of each script and style sheet beside its name: the page runs these bytes or none. */
function integrity(): Plugin {
  return {
    name: "volet-integrity",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const page of Object.values(bundle)) {
        if (page.type !== "asset" || !page.fileName.endsWith(".html")) continue;
        page.source = String(page.source).replace(
          /<(script|link)\b[^>]*?\b(?:src|href)="\/([^"]+)"[^>]*?>/g,
          (tag, _name, path: string) => {
            const file = bundle[path];
            if (file === undefined) return tag;
            const hash = createHash("sha384").update(file.type === "chunk" ? file.code : file.source);
            return tag.replace(/>$/, ` integrity="sha384-${hash.digest("base64")}">`);
          },
        );
      }
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
