/** Where a document goes when it leaves the hub, as a release request says it (docs/spec/exports.md, rules X1 to X4). */
import type { JsonObject } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { ROWS } from "./vocabulary.ts";

export const STATUTORY_ROWS: ReadonlySet<string> = new Set(["C2", "C3", "O11", "O13"]);
export const COORDINATION_ALERT = "coordination_alert";

/**
 * A party without account: its row in the matrix and its code, as the person's request or a procedure names it. `alert`: it is
 * the need for coordination alone (R31). `ins`: the document carries the national health identifier.
 */
export interface Outside {
  readonly row: string;
  readonly party: string;
  readonly alert: boolean;
  readonly ins: boolean;
}

/** The channel: what the law orders, or what the person asked for. */
export function viaOf(outside: Outside): "statutory" | "person_request" {
  return STATUTORY_ROWS.has(outside.row) ? "statutory" : "person_request";
}

/** Read the wire form. */
export function readOutside(fields: Fields): Outside {
  const outside = {
    row: fields.choice("row", ROWS),
    party: fields.code("party"),
    alert: readFlag(fields, "alert"),
    ins: readFlag(fields, "ins"),
  };
  checkOutside(outside);
  fields.done();
  return outside;
}

function checkOutside(outside: Outside): void {
  if (outside.alert && outside.row !== "O11") {
    throw new ProtocolError("malformed", "recipient outside: an alert goes to the town hall");
  }
}

/** The wire form: what is not so is left out. */
export function outsideToJson(outside: Outside): JsonObject {
  const { row, party, alert, ins } = outside;
  return { row, party, ...(alert ? { alert } : {}), ...(ins ? { ins } : {}) };
}

function readFlag(fields: Fields, name: string): boolean {
  if (!fields.has(name)) return false;
  if (!fields.boolean(name)) throw fields.refuse(name);
  return true;
}
