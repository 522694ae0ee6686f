/** Runs `tests/vectors/decision.json` on the shipped table: what any implementation decides from facts and table. */
import shipped from "../../../../policies/table.json?raw";
import decision from "../../../../tests/vectors/decision.json?raw";
import { decide } from "../../src/protocol/access.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { isObject } from "../../src/protocol/canonical.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { readCapacity } from "../../src/protocol/capacities.ts";
import { CaseFacts } from "../../src/protocol/case-facts.ts";
import { factHash, readFact } from "../../src/protocol/facts.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { sha256Hex } from "../../src/protocol/hashing.ts";
import { PolicyTable } from "../../src/protocol/policy-table.ts";
import { questionOf } from "../../src/protocol/questions.ts";
import type { Decision, EntryMeta, Missing, Question } from "../../src/protocol/questions.ts";
import { runVectors } from "./vectors.ts";

const SHIPPED = PolicyTable.load(utf8(shipped));
const T0 = 1_770_000_000_000;

function named(name: string): string {
  return sha256Hex(utf8(name));
}

function readEntry(fields: Fields): EntryMeta {
  const entry = {
    id: fields.hash("id"),
    author: fields.hash("author"),
    authorCategory: fields.optional("author_category", (name) => fields.integer(name, 1, 2)),
    writtenMs: fields.integer("written_ms"),
    compartment: fields.code("compartment"),
    level: fields.integer("level"),
    masks: new Set(fields.optional("mask", (name) => [fields.code(name)]) ?? []),
    named: new Set(fields.optional("named", (name) => fields.hashes(name)) ?? []),
    kind: "note",
    passages: false,
    maskUntilMs: undefined,
  };
  fields.done();
  return entry;
}

function readQuestion(fields: Fields): Question {
  const sender = fields.optional("sender", (name) => fields.nested(name));
  const capacity = (of: Fields): ReturnType<typeof readCapacity> | undefined =>
    of.optional("capacity", (name) => readCapacity(of.nested(name)));
  const question = questionOf({
    action: fields.code("action"),
    user: fields.hash("user"),
    capacity: capacity(fields),
    compartment: fields.code("compartment"),
    level: fields.integer("level"),
    entry: fields.optional("entry", (name) => readEntry(fields.nested(name))),
    atMs: fields.integer("at_ms"),
    via: fields.code("via"),
    sender: sender && { user: sender.hash("user"), capacity: capacity(sender) },
  });
  fields.done();
  return question;
}

function decisionToJson(value: Decision): JsonObject {
  const { effect, rules, obligations, hidden, step, facts, missing } = value;
  return { effect, rules, obligations, hidden, step, facts, ...(missing && { missing: missingToJson(missing) }) };
}

function missingToJson({ what, kind, information, fromCategory, to, givenBy }: Missing): JsonObject {
  return {
    what,
    kind,
    information: information.map(({ compartment, level }) => ({ compartment, level })),
    ...(fromCategory === undefined ? {} : { from_category: fromCategory }),
    ...(to.length === 0 ? {} : { to: to.map((one) => ({ ...one })) }),
    ...(givenBy && { given_by: givenBy.mandate === undefined ? { person: true } : { mandate: givenBy.mandate } }),
  };
}

runVectors("decision", decision, {
  decide: {
    required: ["table", "kind", "facts", "question"],
    run: (fields) => {
      if (fields.hash("table") !== SHIPPED.hash) throw new Error("the vectors name another table: generate them again");
      const opener = { user: named("recorder") };
      const start = { case: named("case"), kind: fields.code("kind"), structure: "structure", createdMs: T0, opener };
      let facts = CaseFacts.start(start);
      for (const [position, body] of fields.items("facts").entries()) {
        if (!isObject(body)) throw new Error("a fact is an object");
        const [fact, hash] = [readFact(body), factHash(body)];
        facts = facts.withRecord({ fact, hash, position, author: opener, recordedMs: T0, power: "member" });
      }
      return decisionToJson(decide(SHIPPED, facts, readQuestion(fields.nested("question"))));
    },
  },
});
