import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  // Inlined assets would become data: addresses, which the content security policy refuses.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022", sourcemap: false },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
