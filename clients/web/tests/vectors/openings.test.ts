/** Runs `tests/vectors/opening.json`, `exchange.json`, `emergency.json` and `emergency_course.json`. */
import emergency from "../../../../tests/vectors/emergency.json?raw";
import emergencyCourse from "../../../../tests/vectors/emergency_course.json?raw";
import exchange from "../../../../tests/vectors/exchange.json?raw";
import opening from "../../../../tests/vectors/opening.json?raw";
import { BoxKey } from "../../src/protocol/boxes.ts";
import { LogVerifier } from "../../src/protocol/checkpoint.ts";
import { awaitsReview, checkReasoned, courseOf, lasts, toTell } from "../../src/protocol/emergency-course.ts";
import { checkEmergencyQuota, checkEmergencyReceipt } from "../../src/protocol/emergency-receipt.ts";
import { openWords } from "../../src/protocol/emergency-words.ts";
import { toHex } from "../../src/protocol/encodings.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { exchangeDebt, extendExchange, startExchange } from "../../src/protocol/exchange-chain.ts";
import { readExchangeChange, readExchangeCreate } from "../../src/protocol/exchange-links.ts";
import { factHash, readFact } from "../../src/protocol/facts.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { openExchangeBox, openOpeningBox } from "../../src/protocol/key-boxes.ts";
import type { OwnBox } from "../../src/protocol/key-boxes.ts";
import { readOpening } from "../../src/protocol/opening-links.ts";
import { checkMade, checkOpeningRelease } from "../../src/protocol/openings.ts";
import type { EntryMeta } from "../../src/protocol/questions.ts";
import { readReceipt } from "../../src/protocol/receipt.ts";
import { played, playedLink, readStatement, runEntitled } from "./case-runner.ts";
import { runVectors } from "./vectors.ts";
import type { Operation } from "./vectors.ts";

const CASE = ["world", "links"];
const BOX = ["user", "user_seed", "box"];

function ownBox(fields: Fields): OwnBox {
  return { user: fields.hash("user"), key: new BoxKey(fields.data("user_seed", 32)), box: fields.data("box") };
}

function entryMeta(fields: Fields): EntryMeta {
  const mask = (name: string): string => fields.text(name);
  const meta = {
    id: fields.hash("id"),
    author: fields.hash("author"),
    authorCategory: fields.optional("author_category", (name) => fields.integer(name)),
    writtenMs: fields.integer("written_ms"),
    compartment: fields.text("compartment"),
    level: fields.integer("level"),
    masks: new Set(fields.optional("mask", (name) => [mask(name)])),
    named: new Set(fields.optional("named", (name) => fields.hashes(name))),
    kind: "note",
    passages: false,
    maskUntilMs: undefined,
  };
  fields.done();
  return meta;
}

const entitled: Operation = { required: CASE, optional: ["users"], run: runEntitled };

const openShares: Operation = {
  required: [...CASE, ...BOX],
  optional: ["users"],
  run: async (fields) => {
    const { world, link } = await playedLink(fields);
    const shares = await openOpeningBox(world.main, link, ownBox(fields));
    const ordered = [...shares].sort((left, right) => (left.id + left.part < right.id + right.part ? -1 : 1));
    return { shares: ordered.map(({ id, part, share }) => ({ id, part, share: toHex(share) })) };
  },
};

/** Judge the entries of the opening that the last link makes. */
const made: Operation = {
  required: [...CASE, "entries", "at_ms"],
  optional: ["users"],
  run: async (fields) => {
    const { world, link } = await playedLink(fields);
    const entries = fields.objects("entries").map(entryMeta);
    const capacity = world.main.openings.get(link.hash)?.capacity;
    checkMade(world.main, readOpening(link), { capacity, entries }, world.table, fields.integer("at_ms"));
    return undefined;
  },
};

const release: Operation = {
  required: [...CASE, "opening", "entry", "part", "user", "at_ms"],
  optional: ["users"],
  run: async (fields) => {
    const { world } = await played(fields);
    const asked = {
      opening: fields.hash("opening"),
      entry: entryMeta(fields.nested("entry")),
      part: fields.text("part"),
      user: fields.hash("user"),
    };
    checkOpeningRelease(world.main, asked, world.table, fields.integer("at_ms"));
    return undefined;
  },
};

runVectors("opening", opening, { entitled, open_shares: openShares, made, release });

runVectors("exchange", exchange, {
  /** Start an exchange and change its list; refuse with the reason for which the last change is void. */
  exchange: {
    required: [...CASE, "exchange", "at_ms"],
    optional: ["users"],
    run: async (fields) => {
      const { world } = await played(fields);
      const { directory, tables, main: state } = world;
      const [create, ...changes] = fields.items("exchange").map(readStatement);
      if (create === undefined) throw new Error("a vector without exchange");
      let chain = await startExchange(create, { state, directory, tables });
      for (const change of changes) chain = await extendExchange(chain, change, { state, directory, tables });
      const reason = chain.voids.get(changes.at(-1)?.hash ?? "");
      if (reason !== undefined) throw new ProtocolError(reason, "exchange-change");
      const debt = exchangeDebt(chain, state.facts, world.table, fields.integer("at_ms"), directory);
      return { exchange: chain.exchange, epoch: chain.epoch, members: chain.members.map(({ user }) => user), debt };
    },
  },
  open_exchange: {
    required: [...BOX, "statement"],
    run: async (fields) => {
      const statement = readStatement(fields.raw("statement"));
      const link = statement.type === "exchange-create" ? readExchangeCreate(statement) : readExchangeChange(statement);
      return { key: toHex(await openExchangeBox(link, ownBox(fields))) };
    },
  },
});

runVectors("emergency", emergency, {
  entitled: { ...entitled },
  made,
  release,
  open_shares: openShares,
  /** Judge the receipt of a declaration; say what an answer names of it. */
  receipt: {
    required: [...CASE, "emergency", "receipt", "log_origin", "log_vkey", "log_policy", "at_ms", "agent"],
    run: async (fields) => {
      const { world } = await played(fields);
      const asked = {
        log: LogVerifier.configured(fields.text("log_origin"), fields.text("log_vkey"), fields.text("log_policy")),
        record: world.main.facts.find("emergency", fields.hash("emergency")),
        case: world.main.case,
        atMs: fields.integer("at_ms"),
        agent: fields.boolean("agent"),
      };
      const started = await checkEmergencyReceipt(readReceipt(fields.raw("receipt")), asked);
      return { started: { ...started } };
    },
  },
  /** Judge one emergency more, beside those of the case. */
  quota: {
    required: [...CASE, "fact", "at_ms", "caller", "structure", "window_ms"],
    run: async (fields) => {
      const { world } = await played(fields);
      const fact = readFact(fields.raw("fact"));
      if (fact.type !== "emergency") throw new Error("a quota of another fact");
      const quota = {
        caller: fields.integer("caller"),
        structure: fields.integer("structure"),
        windowMs: fields.integer("window_ms"),
      };
      checkEmergencyQuota(world.main.facts.of("emergency"), fact, fields.integer("at_ms"), quota);
      return undefined;
    },
  },
});

runVectors("emergency_course", emergencyCourse, {
  entitled,
  release,
  read: {
    required: ["body"],
    run: (fields) => {
      const body = fields.raw("body");
      readFact(body);
      return { hash: factHash(body) };
    },
  },
  /** Say what is recorded of an emergency at an instant, and who is to be told. */
  course: {
    required: [...CASE, "emergency", "at_ms"],
    run: async (fields) => {
      const { world } = await played(fields);
      const [{ facts }, atMs] = [world.main, fields.integer("at_ms")];
      const course = courseOf(facts, facts.find("emergency", fields.hash("emergency")));
      return {
        over_ms: course.overMs,
        lasts: lasts(course, atMs),
        awaits_review: awaitsReview(course, atMs),
        reasons: course.reason === undefined ? [] : [course.reason.fact.reason],
        outcomes: course.reviews.map(({ fact }) => fact.outcome),
        told: [...toTell(facts, course.record.fact.user, atMs)].sort(),
      };
    },
  },
  /** Judge whether an emergency may be answered: its reason, and whom its words are sealed to. */
  reasoned: {
    required: [...CASE, "emergency", "able", "at_ms"],
    run: async (fields) => {
      const { facts } = (await played(fields)).world.main;
      const record = facts.find("emergency", fields.hash("emergency"));
      checkReasoned(facts, record, new Set(fields.hashes("able")), fields.integer("at_ms"));
      return undefined;
    },
  },
  /** Open the words of a reason or a review, as one reader. */
  words: {
    required: ["case", "body", "user", "generation", "user_seed"],
    run: async (fields) => {
      const fact = readFact(fields.raw("body"));
      if (fact.type !== "emergency-reason" && fact.type !== "emergency-review") throw new Error("words of another fact");
      const keys = new Map([[fields.integer("generation"), new BoxKey(fields.data("user_seed", 32))]]);
      const text = await openWords(fields.hash("case"), fact, fields.hash("user"), keys);
      return { texts: text === undefined ? [] : [text] };
    },
  },
});
