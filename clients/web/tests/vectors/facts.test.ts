/** Runs `tests/vectors/facts.json` and `support.json`, and writes again whatever it reads. */
import facts from "../../../../tests/vectors/facts.json?raw";
import support from "../../../../tests/vectors/support.json?raw";
import { factBody, factHash, readFact } from "../../src/protocol/facts.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { runVectors } from "./vectors.ts";
import type { Operation } from "./vectors.ts";

const read: Operation = {
  required: ["body"],
  run: (fields) => {
    const body = fields.raw("body");
    const [fact, said] = [readFact(body), new Fields(body, "fact")];
    const annex = said.optional("annex", (name) => said.hash(name));
    return { hash: factHash(factBody(fact, said.data("salt"), annex)) };
  },
};

runVectors("facts", facts, { read });
runVectors("support", support, { read });
