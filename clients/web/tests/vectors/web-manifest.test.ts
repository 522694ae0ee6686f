/** Runs `tests/vectors/web_manifest.json`. */
import webManifest from "../../../../tests/vectors/web_manifest.json?raw";
import { manifestHash, readManifest } from "../../src/protocol/web-manifest.ts";
import { runVectors } from "./vectors.ts";

runVectors("web_manifest", webManifest, {
  read: {
    required: ["manifest"],
    run: (fields) => {
      const manifest = readManifest(fields.raw("manifest"));
      return { hash: manifestHash(manifest), files: manifest.files.length };
    },
  },
});
