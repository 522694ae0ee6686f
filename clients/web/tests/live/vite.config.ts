/** Builds the page that tests read with: the client layer without a screen, never part of `dist`. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: { target: "es2022", modulePreload: { polyfill: false }, rolldownOptions: { output: { codeSplitting: false } } },
});
