/** Runs `tests/vectors/recovery.json` on the lists that the Python client ships. */
import recovery from "../../../../tests/vectors/recovery.json?raw";
import english from "../../../python/volet_client/recovery_words/english.txt?raw";
import french from "../../../python/volet_client/recovery_words/french.txt?raw";
import { BoxKey } from "../../src/protocol/boxes.ts";
import { toBase64url } from "../../src/protocol/encodings.ts";
import { sha256Hex } from "../../src/protocol/hashing.ts";
import { SigningKey } from "../../src/protocol/keys.ts";
import { composePhrase, readPhrase, recoverySeeds, WordList } from "../../src/protocol/recovery-phrase.ts";
import { checkRecoveryRequest } from "../../src/protocol/recovery-request.ts";
import { runVectors } from "./vectors.ts";

const LISTS = [new WordList("fr", french.trim().split("\n")), new WordList("en", english.trim().split("\n"))];

function list(language: string): WordList {
  const found = LISTS.find((one) => one.language === language);
  if (found === undefined) throw new Error(language);
  return found;
}

runVectors("recovery", recovery, {
  compose: {
    required: ["entropy", "language"],
    run: (fields) => ({ phrase: composePhrase(fields.data("entropy"), list(fields.text("language"))).join(" ") }),
  },
  read: {
    required: ["typed"],
    optional: ["language"],
    run: (fields) => {
      const language = fields.optional("language", (name) => fields.text(name));
      const read = readPhrase(fields.text("typed", 2000), language === undefined ? LISTS : [list(language)]);
      return { entropy: toBase64url(read.entropy), language: read.language };
    },
  },
  request: {
    required: ["request", "hub", "now_ms"],
    run: async (fields) => {
      await checkRecoveryRequest(fields.nested("request").left, fields.label("hub"), fields.integer("now_ms"));
      return undefined;
    },
  },
  slot: {
    required: ["entropy"],
    run: async (fields) => {
      const seeds = recoverySeeds(fields.data("entropy"));
      return { sign: toBase64url(new SigningKey(seeds.sign).public), box_hash: sha256Hex(await new BoxKey(seeds.box).public()) };
    },
  },
});
