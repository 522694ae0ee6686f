/** Runs `tests/vectors/policy_table.json` on the shipped table. */
import shipped from "../../../../policies/table.json?raw";
import policyTable from "../../../../tests/vectors/policy_table.json?raw";
import { utf8 } from "../../src/protocol/bytes.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { PolicyTable } from "../../src/protocol/policy-table.ts";
import { runVectors } from "./vectors.ts";

const SHIPPED = PolicyTable.load(utf8(shipped));

function tableOf(fields: Fields): PolicyTable {
  if (fields.hash("table") !== SHIPPED.hash) throw new Error("the vectors name another table: generate them again");
  return SHIPPED;
}

/** The table with one cell changed. */
function changed(row: string, compartment: string, code: string): PolicyTable {
  const cell = `"${compartment}":"`;
  const end = shipped.indexOf(`"row":"${row}"`);
  const at = shipped.indexOf(cell, shipped.lastIndexOf('{"account"', end)) + cell.length;
  return PolicyTable.load(utf8(shipped.slice(0, at) + code + shipped.slice(shipped.indexOf('"', at))));
}

runVectors("policy_table", policyTable, {
  ask: {
    required: ["table", "key"],
    run: (fields) => {
      const [name = "", ...codes] = fields.items("key").map(String);
      const { effect, rules, hidden } = tableOf(fields).ask(name, ...codes);
      return { effect, rules, hidden };
    },
  },
  can_write: {
    required: ["table", "row", "compartment", "level"],
    run: (fields) => ({
      may: tableOf(fields).canWrite(fields.code("row"), fields.code("compartment"), fields.integer("level")),
    }),
  },
  writers: {
    required: ["table", "compartment", "level"],
    run: (fields) => ({
      categories: tableOf(fields).writingCategories(fields.code("compartment"), fields.integer("level")),
    }),
  },
  load: {
    required: ["table", "old", "new"],
    run: (fields) => {
      tableOf(fields);
      const [old, after] = [fields.text("old"), fields.text("new")];
      if (!shipped.includes(old)) throw new Error("not in the table");
      return { hash: PolicyTable.load(utf8(shipped.replace(old, () => after))).hash };
    },
  },
  wider: {
    required: ["table", "row", "compartment", "code"],
    run: (fields) => {
      const table = tableOf(fields);
      const wide = changed(fields.code("row"), fields.code("compartment"), fields.text("code"));
      return { wider: wide.widerThan(table) };
    },
  },
});
