/** Runs the vectors of case chains but for those with boxes: worlds, links, gestures, freshness, debts, keys of entries. */
import caseChain from "../../../../tests/vectors/case_chain.json?raw";
import caseWorlds from "../../../../tests/vectors/case_worlds.json?raw";
import debt from "../../../../tests/vectors/debt.json?raw";
import entitlement from "../../../../tests/vectors/entitlement.json?raw";
import entryJudgement from "../../../../tests/vectors/entry_judgement.json?raw";
import freshness from "../../../../tests/vectors/freshness.json?raw";
import gesture from "../../../../tests/vectors/gesture.json?raw";
import { debtOf, mayBeClaimed, owedGrants } from "../../src/protocol/debts.ts";
import { checkDepositedAt, checkReleasedAfter, checkSealedUnder } from "../../src/protocol/entry-judgement.ts";
import { namedHash, readFacts } from "../../src/protocol/fact-gesture.ts";
import { byName } from "../../src/protocol/section-access.ts";
import { readHead } from "../../src/protocol/statements.ts";
import { buildWorld, played, runEntitled, runExtend, voidsOf } from "./case-runner.ts";
import { runVectors } from "./vectors.ts";

const entitled = { required: ["world", "links"], optional: ["users", "ends"], run: runEntitled };

runVectors("case_worlds", caseWorlds, {
  world: {
    required: ["table", "users", "attestations", "main", "classes"],
    run: async (fields) => {
      const { main } = await buildWorld(fields);
      return { case: main.case, head: { ...main.head }, voids: voidsOf(main) };
    },
  },
});

runVectors("case_chain", caseChain, {
  extend: { required: ["world", "links"], optional: ["users", "class"], run: runExtend },
});

runVectors("entitlement", entitlement, { entitled });
runVectors("freshness", freshness, { entitled });

runVectors("gesture", gesture, {
  entitled,
  named: {
    required: ["body"],
    run: (fields) => {
      const body = fields.raw("body");
      return { hash: namedHash(body), facts: readFacts(body).map(({ hash }) => hash) };
    },
  },
  facts: {
    required: ["world", "links"],
    run: async (fields) => {
      const { main } = (await played(fields)).world;
      const every = [...main.facts.records].sort(byName);
      const facts = every.map(([type, records]) => [type, records.map(({ hash }) => hash)] as const);
      return { facts: Object.fromEntries(facts), missing: [...main.missing].sort(), voids: voidsOf(main) };
    },
  },
});

runVectors("debt", debt, {
  debt: {
    required: ["world", "links", "section", "at_ms"],
    optional: ["users", "ends"],
    run: async (fields) => {
      const { main, table, directory } = (await played(fields)).world;
      const [section, atMs] = [fields.text("section"), fields.integer("at_ms")];
      const { leaving, superseded, taints } = debtOf(main, section, table, atMs, directory);
      const grants = owedGrants(main, section, table, atMs, directory);
      return { leaving, superseded, taints, grants, claimable: mayBeClaimed(main, section, table, atMs) };
    },
  },
});

runVectors("entry_judgement", entryJudgement, {
  sealed_under: {
    required: ["world", "links", "section", "epoch", "case_head", "time_ms"],
    optional: ["users"],
    run: async (fields) => {
      const { main, table } = (await played(fields)).world;
      const sealed = {
        caseHead: readHead(fields.nested("case_head")),
        section: fields.text("section"),
        epoch: fields.integer("epoch"),
        timeMs: fields.integer("time_ms"),
      };
      checkSealedUnder(main, sealed, table);
      return undefined;
    },
  },
  deposit_time: {
    required: ["time_ms", "leaf_ms"],
    run: (fields) => {
      checkDepositedAt(fields.integer("time_ms"), fields.integer("leaf_ms"));
      return undefined;
    },
  },
  release_time: {
    required: ["time_ms", "leaf_ms"],
    run: (fields) => {
      checkReleasedAfter(fields.integer("time_ms"), fields.integer("leaf_ms"));
      return undefined;
    },
  },
});
