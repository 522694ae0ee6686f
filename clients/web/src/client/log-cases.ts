/**
 * One record of the log as this client uses it: its receipt verified, and what it says of which case by whom.
 *
 * Pure but for the check of signatures: the record as served in, the verified act out.
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { LogVerifier } from "../protocol/checkpoint.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { partsOf } from "../protocol/fact-gesture.ts";
import { Fields } from "../protocol/fields.ts";
import { MAX_LEAF, parseLeaf } from "../protocol/leaf.ts";
import type { Leaf } from "../protocol/leaf.ts";
import { readIdentity, readView } from "../protocol/log-payload.ts";
import type { IdentityPayload, ViewPayload } from "../protocol/log-payload.ts";
import { readReceipt, verifyReceipt } from "../protocol/receipt.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";

/** A verified record: its leaf, what it committed to (undefined once erased), the body of the fact that it states. */
export interface Logged {
  readonly index: number;
  readonly leaf: Leaf;
  readonly view: ViewPayload | undefined;
  readonly identity: IdentityPayload | undefined;
  readonly fact?: JsonObject | undefined;
}

/** An act, and the signed note of the tree in which its receipt shows it; none for a bare leaf. */
export interface Noted {
  readonly act: Logged;
  readonly note: string | undefined;
}

/** Read a record and verify its receipt; the bare leaf of one whose content was erased. */
export async function logged(record: JsonObject, log: LogVerifier): Promise<Noted> {
  const fields = new Fields(record, "record");
  const index = fields.integer("index");
  if (fields.has("leaf")) {
    const leaf = parseLeaf(fields.data("leaf", undefined, MAX_LEAF));
    fields.done();
    return { act: { index, leaf, view: undefined, identity: undefined }, note: undefined };
  }
  const verified = await verifyReceipt(readReceipt(fields.raw("receipt")), log);
  const fact = fields.optional("fact", (name) => fields.raw(name));
  fields.done();
  if (verified.index !== index) throw new ProtocolError("wrong-sequence", `record ${index}`);
  return { act: actOf(verified, fact), note: verified.checkpoint.note };
}

/** The act that a verified receipt shows. */
export function actOf(verified: VerifiedReceipt, fact?: JsonObject): Logged {
  return {
    index: verified.index,
    leaf: verified.leaf,
    view: readView(verified.view),
    identity: verified.identity === undefined ? undefined : readIdentity(verified.identity),
    fact,
  };
}

/** What one key signed; undefined for what the hub did by itself and for what controllers signed together. */
export function statementOf(act: Logged): UnverifiedStatement | undefined {
  const request = act.identity?.request;
  return request === undefined || !("sig" in request) ? undefined : statementFromJson(request);
}

/** The case that an act creates. */
export function createdBy(act: Logged): string | undefined {
  const statement = act.view?.act === "case" ? statementOf(act) : undefined;
  return statement?.type === "case-create" ? statement.hash : undefined;
}

/** The case of an act as its actor signed it, undefined outside any. */
export function caseOf(act: Logged): string | undefined {
  const body = act.identity?.request?.["body"];
  if (!isObject(body)) return undefined;
  const scope = body["scope"];
  const named = isObject(scope) ? scope["case"] : body["case"];
  return createdBy(act) ?? (typeof named === "string" ? named : undefined);
}

/** The user id of who acted; undefined where nobody signed. */
export function userOf(act: Logged): string | undefined {
  return act.identity?.user;
}

/** The facts that an act states, one by one, with the hash of each; those without a body are left out. */
export function factsOf(act: Logged): readonly { readonly hash: string; readonly body: JsonObject }[] {
  if (act.fact === undefined) return [];
  return partsOf(act.fact).flatMap(({ hash, body }) => (body === undefined ? [] : [{ hash, body }]));
}
