/** Runs `tests/vectors/case_links.json`. */
import links from "../../../../tests/vectors/case_links.json?raw";
import { readLink } from "../../src/protocol/link-reading.ts";
import { statementFromJson } from "../../src/protocol/statements.ts";
import { runVectors } from "./vectors.ts";

runVectors("case_links", links, {
  read: {
    required: ["statement"],
    run: (fields) => {
      const statement = statementFromJson(fields.raw("statement"));
      return { hash: statement.hash, type: readLink(statement).type };
    },
  },
});
