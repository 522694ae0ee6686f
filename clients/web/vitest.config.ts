import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

/** Debian's Chromium, as everywhere in this project; VOLET_CHROMIUM names another. */
const launchOptions = {
  executablePath: process.env["VOLET_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

const shared = { include: ["src/**/*.test.ts", "src/**/*.test.tsx", "tests/**/*.test.ts"], testTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: "node", environment: "node", exclude: ["tests/browser/**"] } },
      {
        server: { fs: { allow: ["../.."] } },
        // Bundled beforehand: a library that Vite meets in the middle of a run reloads the page under the tests.
        optimizeDeps: {
          include: [
            "@noble/curves/ed25519.js",
            "@noble/hashes/hkdf.js",
            "@noble/hashes/hmac.js",
            "@noble/hashes/sha2.js",
            "@noble/post-quantum/ml-dsa.js",
          ],
        },
        test: {
          ...shared,
          name: "browser",
          include: ["tests/vectors/**/*.test.ts", "tests/browser/**/*.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
