/** Runs `tests/vectors/section_keys.json`. */
import sectionKeys from "../../../../tests/vectors/section_keys.json?raw";
import { toHex } from "../../src/protocol/encodings.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { commitment, deriveStep, SectionKeys } from "../../src/protocol/sections.ts";
import type { KeyId } from "../../src/protocol/sections.ts";
import { runVectors } from "./vectors.ts";

function keyId(fields: Fields): KeyId {
  return { section: fields.text("section"), epoch: fields.integer("epoch"), step: fields.integer("step") };
}

runVectors("section_keys", sectionKeys, {
  step: {
    required: ["key", "steps"],
    run: (fields) => ({ key: toHex(deriveStep(fields.data("key"), fields.integer("steps"))) }),
  },
  commit: {
    required: ["key", "chain", "section", "epoch", "step"],
    run: (fields) => {
      const which = keyId(fields);
      return { commit: toHex(commitment(fields.data("key"), fields.hash("chain"), which)) };
    },
  },
  ring: {
    required: ["chain", "keys", "section", "epoch", "step"],
    optional: ["commit"],
    run: (fields) => {
      let ring = new SectionKeys(fields.hash("chain"));
      for (const item of fields.objects("keys")) ring = ring.add(keyId(item), item.data("key"), item.data("commit"));
      const published = fields.optional("commit", (name) => fields.data(name));
      return { key: toHex(ring.key(keyId(fields), published)) };
    },
  },
});
