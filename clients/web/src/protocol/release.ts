/**
 * Releases: the reader's signed request, and what is checked before anything is decrypted (docs/spec/releases.md).
 *
 * Protocol section 9. A request names one list of one case, one part, an intent and a purpose; the hub answers with ciphertext,
 * server shares and the receipt of one leaf. The client uses a share only after `verifyRelease`:
 *
 * 1. the receipt holds (inclusion, leaf type, openings, a checkpoint that extends its own: the `checkReceipt` argument);
 * 2. the identity payload holds the hash of this very request;
 * 3. every item is one that was asked for, once, of the part asked for, and the view payload lists exactly these;
 * 4. each share is the one its author signed, and the payload's hash covers all of them.
 */
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { fromHex, toBase64url, toHex } from "./encodings.ts";
import { headerList } from "./entry-header.ts";
import { checkServerShare } from "./entry.ts";
import type { VerifiedEntry } from "./entry.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { labelledHash } from "./hashing.ts";
import { readIdentity, readView } from "./log-payload.ts";
import type { IdentityPayload, ViewPayload } from "./log-payload.ts";
import { outsideToJson, readOutside } from "./outside.ts";
import type { Outside } from "./outside.ts";
import type { VerifiedReceipt } from "./receipt.ts";
import { PARTS, SHARE_SIZE } from "./sealing.ts";
import type { Part } from "./sealing.ts";
import { preambleToJson, readPreamble } from "./statements.ts";
import type { Preamble, Statement, UnverifiedStatement } from "./statements.ts";

const TYPE = "release-request";
export const REQUEST_ID_SIZE = 16;
/** The most entries of one request. */
export const PAGE = 50;
export const CLOCK_TOLERANCE_MS = 2 * 60 * 1000;
const MAX_BASIS = 64;
const MAX_CIPHERTEXT = 128 * 1024;
export const INTENTS = ["open", "sync", "search", "offline", "print", "export"] as const;
export type Intent = (typeof INTENTS)[number];
export const PURPOSES = [
  "care",
  "coordination",
  "emergency_care",
  "child_protection",
  "mdph_evaluation",
  "eviction_prevention",
  "protection_measure",
  "own_access",
  "person_request",
  "authority_alert",
  "audit",
  "retention",
] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Indexes `from` to `to` of a list, both included, and h(to): which list the reader believes it is. */
export interface ListRange {
  readonly from: number;
  readonly to: number;
  readonly h: string;
}

/** Refuse (wrong-sequence) a range that is empty, or of more than a page. */
export function checkRange({ from, to }: ListRange): void {
  if (from < 1 || from > to || to >= from + PAGE) {
    throw new ProtocolError("wrong-sequence", `range ${from} to ${to}, at most ${PAGE} entries`);
  }
}

function readRange(fields: Fields): ListRange {
  const range = { from: fields.integer("from"), to: fields.integer("to"), h: fields.hash("h") };
  checkRange(range);
  fields.done();
  return range;
}

/** The newest checkpoint of the log that the requester has verified. */
export interface CheckpointRef {
  readonly size: number;
  readonly root: string;
}

/** Read the wire form. */
export function readCheckpointRef(fields: Fields): CheckpointRef {
  const reference = { size: fields.integer("size"), root: fields.hash("root") };
  fields.done();
  return reference;
}

/** Body of a `release-request`: either a range of indexes or at most 50 entry ids of one list. */
export interface ReleaseRequest {
  readonly preamble: Preamble;
  readonly requestId: Bytes;
  readonly case: string;
  readonly list: string;
  readonly part: Part;
  readonly intent: Intent;
  readonly purpose: Purpose;
  readonly policy: string;
  readonly checkpoint: CheckpointRef;
  readonly range?: ListRange | undefined;
  readonly ids: readonly string[];
  readonly capacity?: string | undefined;
  readonly basis: readonly string[];
  readonly to?: Outside | undefined;
}

function checkRequest(request: ReleaseRequest): void {
  const { range, ids, to, requestId } = request;
  if ((range === undefined) !== ids.length > 0) {
    throw new ProtocolError("malformed", "release-request: either a range or ids");
  }
  if (ids.length > PAGE || new Set(ids).size !== ids.length || requestId.length !== REQUEST_ID_SIZE) {
    throw new ProtocolError("malformed", "release-request: ids or request_id");
  }
  if (range !== undefined) checkRange(range);
  if (to !== undefined && (request.intent !== "export" || ids.length === 0)) {
    throw new ProtocolError("malformed", "release-request: only an export of named entries leaves the hub");
  }
}

/** The body to sign; throws `ProtocolError` on a request that a reader refuses. */
export function releaseRequestBody(request: ReleaseRequest): JsonObject {
  checkRequest(request);
  return present({
    ...preambleToJson(request.preamble, TYPE),
    request_id: toBase64url(request.requestId),
    case: request.case,
    list: request.list,
    part: request.part,
    intent: request.intent,
    purpose: request.purpose,
    basis: request.basis,
    policy: request.policy,
    checkpoint: { ...request.checkpoint },
    range: request.range && { ...request.range },
    ids: request.range === undefined ? request.ids : undefined,
    to: request.to && outsideToJson(request.to),
    capacity: request.capacity,
  });
}

/** Read the statement strictly; signature, device and replay are judged apart. */
export function readReleaseRequest(statement: UnverifiedStatement): ReleaseRequest {
  const fields = statement.fields();
  const request = {
    preamble: readPreamble(fields, TYPE),
    requestId: fields.data("request_id", REQUEST_ID_SIZE),
    case: fields.hash("case"),
    list: fields.hash("list"),
    part: fields.choice("part", PARTS),
    intent: fields.choice("intent", INTENTS),
    purpose: fields.choice("purpose", PURPOSES),
    policy: fields.hash("policy"),
    checkpoint: readCheckpointRef(fields.nested("checkpoint")),
    range: fields.optional("range", (name) => readRange(fields.nested(name))),
    ids: fields.optional("ids", (name) => fields.hashes(name, PAGE)) ?? [],
    capacity: fields.optional("capacity", (name) => fields.hash(name)),
    basis: fields.hashes("basis", MAX_BASIS),
    to: fields.optional("to", (name) => readOutside(fields.nested(name))),
  };
  checkRequest(request);
  fields.done();
  return request;
}

/** Refuse (stale) a request more than 2 minutes off the caller's clock, on either side. */
export function checkRequestTime(request: ReleaseRequest, nowMs: number): void {
  if (Math.abs(nowMs - request.preamble.timeMs) > CLOCK_TOLERANCE_MS) throw new ProtocolError("stale", TYPE);
}

/** One server share as served; the ciphertext is absent where it is streamed apart. */
export interface ReleasedItem {
  readonly id: string;
  readonly part: Part;
  readonly share: Bytes;
  readonly ciphertext: Bytes | undefined;
}

function readItem(fields: Fields): ReleasedItem {
  const item = {
    id: fields.hash("id"),
    part: fields.choice("part", PARTS),
    share: fields.data("share", SHARE_SIZE),
    ciphertext: fields.optional("ciphertext", (name) => fields.data(name, undefined, MAX_CIPHERTEXT)),
  };
  fields.done();
  return item;
}

/** SHA-256(`volet/v1/release-shares` LF (id || share)...) in the order served, in hex. */
export function sharesHash(items: readonly ReleasedItem[]): string {
  return toHex(labelledHash("release-shares", ...items.flatMap((item) => [fromHex(item.id), item.share])));
}

/** Verifies a receipt as `acceptReceipt` does: inclusion, commitment, a checkpoint that extends the client's. */
export type CheckReceipt = (receipt: JsonObject) => Promise<VerifiedReceipt>;

/**
 * The released items by entry id; throws before any share is used.
 *
 * `entries` are the verified entries the caller holds; `inRange` the ids at the indexes asked for, when the request is a range.
 * The hub may hand out fewer than asked (a gap is shown), never another.
 */
export async function verifyRelease(
  request: Statement,
  response: JsonObject,
  entries: ReadonlyMap<string, VerifiedEntry>,
  checkReceipt: CheckReceipt,
  inRange: readonly string[] = [],
): Promise<ReadonlyMap<string, ReleasedItem>> {
  const asked = readReleaseRequest(request);
  const fields = new Fields(response, "release");
  const items = fields.objects("items", PAGE).map(readItem);
  const { view, identity } = readLogged(await checkReceipt(fields.raw("receipt")));
  fields.done();
  if (identity.requestHash !== request.hash) throw new ProtocolError("wrong-request", "receipt of another request");
  const wanted = new Set(asked.ids.length > 0 ? asked.ids : inRange);
  const released = new Map(items.map((item) => [item.id, item]));
  if (released.size !== items.length || items.some((item) => !wanted.has(item.id))) {
    throw new ProtocolError("wrong-request", "release of an entry that was not asked for, or twice");
  }
  if (items.some((item) => item.part !== asked.part)) {
    throw new ProtocolError("wrong-part", `release of another part than the ${asked.part}`);
  }
  checkShown(view, asked, released);
  for (const item of items) checkItem(item, asked, entries.get(item.id));
  if (identity.sharesHash !== sharesHash(items)) throw new ProtocolError("bad-share", "receipt over other shares");
  return released;
}

function checkItem(item: ReleasedItem, asked: ReleaseRequest, entry: VerifiedEntry | undefined): void {
  if (entry === undefined) throw new ProtocolError("unknown-reference", `release of entry ${item.id}`);
  if (entry.header.case !== asked.case || headerList(entry.header) !== asked.list) {
    throw new ProtocolError("wrong-list", `release of entry ${item.id}`);
  }
  checkServerShare(entry, item.part, item.share);
}

/** Both payloads of a leaf that says `act` and tells the person about the time it was written. */
function readLogged(receipt: VerifiedReceipt): { readonly view: ViewPayload; readonly identity: IdentityPayload } {
  const view = readView(receipt.view);
  if (receipt.leaf.type !== "act" || receipt.identity === undefined) {
    throw new ProtocolError("wrong-type", "receipt of a release");
  }
  if (Math.abs(receipt.leaf.tsMs - view.timeMs) > CLOCK_TOLERANCE_MS) {
    throw new ProtocolError("stale", "receipt whose view tells another time than its leaf");
  }
  return { view, identity: readIdentity(receipt.identity) };
}

/** Refuse a receipt that would show the person other entries, or another part, intent or purpose, than happened. */
function checkShown(view: ViewPayload, asked: ReleaseRequest, released: ReadonlyMap<string, unknown>): void {
  const entries = view.entries.length === released.size && view.entries.every((id) => released.has(id));
  const told = view.act === "release" && view.part === asked.part && view.intent === asked.intent;
  if (!entries || !told || view.purpose !== asked.purpose || view.to !== asked.to?.row) {
    throw new ProtocolError("wrong-request", "receipt whose view says something else than the request");
  }
}
