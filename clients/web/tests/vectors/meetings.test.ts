/** Runs `tests/vectors/meetings.json`: conferences and linked cases as a chain of facts judges them, without a table. */
import meetings from "../../../../tests/vectors/meetings.json?raw";
import { readCapacity } from "../../src/protocol/capacities.ts";
import { CaseFacts } from "../../src/protocol/case-facts.ts";
import type { FactAuthor } from "../../src/protocol/case-facts.ts";
import { openingForConference } from "../../src/protocol/conferences.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { recordFact } from "../../src/protocol/fact-entitlement.ts";
import { factHash, readFact } from "../../src/protocol/facts.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { checkCounterpart, checkWritable } from "../../src/protocol/linked-cases.ts";
import { readUserRecipient } from "../../src/protocol/opening-links.ts";
import { runVectors } from "./vectors.ts";

function readAuthor(fields: Fields): FactAuthor {
  const capacity = fields.optional("capacity", (name) => readCapacity(fields.nested(name)));
  const author = { user: fields.hash("user"), capacity };
  fields.done();
  return author;
}

function recorded(facts: CaseFacts, fields: Fields): CaseFacts {
  const body = fields.raw("body");
  const [author, recordedMs] = [readAuthor(fields.nested("author")), fields.integer("at_ms")];
  fields.done();
  const position = [...facts.records.values()].reduce((count, records) => count + records.length, 1);
  return recordFact(facts, { fact: readFact(body), hash: factHash(body), position, author, recordedMs });
}

/** The facts of a case: its id, its opener, then each fact as its author recorded it. */
function readCase(fields: Fields, name = "case"): CaseFacts {
  const stated = fields.nested(name);
  const opener = readAuthor(stated.nested("opener"));
  const start = { case: stated.hash("id"), kind: "care", structure: "dac-y", createdMs: stated.integer("at_ms"), opener };
  const facts = stated.objects("facts").reduce(recorded, CaseFacts.start(start));
  stated.done();
  return facts;
}

runVectors("meetings", meetings, {
  record: {
    required: ["case", "fact"],
    run: (fields) => ({ facts: [...recorded(readCase(fields), fields.nested("fact")).hashes].sort() }),
  },
  opening: {
    required: ["case", "opening", "at_ms"],
    run: (fields) => {
      const [facts, asked] = [readCase(fields), fields.nested("opening")];
      const link = {
        recipient: readUserRecipient(asked.nested("recipient")),
        entries: asked.hashes("entries").map((id) => ({ id, parts: ["title", "body"] })),
        basis: asked.hashes("basis"),
        untilMs: asked.integer("until_ms"),
      };
      asked.done();
      const reason = openingForConference(facts, link, fields.integer("at_ms"));
      if (reason !== undefined) throw new ProtocolError(reason, "opening");
      return undefined;
    },
  },
  writable: {
    required: ["case", "at_ms"],
    run: (fields) => {
      checkWritable(readCase(fields), fields.integer("at_ms"), "entry");
      return undefined;
    },
  },
  counterpart: {
    required: ["case", "other", "at_ms"],
    run: (fields) => {
      const [facts, other] = [readCase(fields), readCase(fields, "other")];
      const link = facts.of("case-link").at(-1);
      if (link === undefined) throw new Error("a case without a link");
      checkCounterpart(facts, link.fact, other, fields.integer("at_ms"));
      return undefined;
    },
  },
});
