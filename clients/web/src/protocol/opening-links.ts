/** Openings: one entry put before a named recipient, for a time (docs/spec/exchanges.md, protocol 10.2). */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { checkOrder, linkHeadToJson, readLinkHead } from "./case-links.ts";
import type { LinkHead } from "./case-links.ts";
import type { Fields } from "./fields.ts";
import { readFactHashes, readTargets, targetToJson } from "./key-links.ts";
import type { Target } from "./key-links.ts";
import { PARTS } from "./sealing.ts";
import type { UnverifiedStatement } from "./statements.ts";

export const MAX_OPENED = 256;

/** An entry and the parts of it whose client shares are handed over. */
export interface OpenedEntry {
  readonly id: string;
  readonly parts: readonly string[];
}

/** Read the wire form; parts stand in the order title, body. */
function readOpenedEntry(fields: Fields): OpenedEntry {
  const value = { id: fields.hash("id"), parts: fields.codes("parts", PARTS.length) };
  const inOrder = PARTS.filter((part) => value.parts.includes(part));
  if (value.parts.length === 0 || value.parts.join() !== inOrder.join()) throw fields.refuse("parts");
  fields.done();
  return value;
}

/** A user, in the capacity of a participation or of an emergency; without, the person or their representative. */
export interface UserRecipient {
  readonly user: string;
  readonly capacity?: string | undefined;
}

export function userRecipientToJson({ user, capacity }: UserRecipient): JsonObject {
  return present({ user, capacity });
}

export function readUserRecipient(fields: Fields): UserRecipient {
  const value = { user: fields.hash("user"), capacity: fields.optional("capacity", (name) => fields.hash(name)) };
  fields.done();
  return value;
}

/** A function in one structure: whoever holds that row there and takes part in the case. */
export interface FunctionRecipient {
  readonly row: string;
  readonly structure: string;
}

/** Told apart by `"user" in recipient`. */
export type OpeningRecipient = UserRecipient | FunctionRecipient;

function readRecipient(fields: Fields): OpeningRecipient {
  if (fields.has("user")) return readUserRecipient(fields);
  const value = { row: fields.code("row"), structure: fields.code("structure") };
  fields.done();
  return value;
}

/** The `emergency-start` leaf that an answer rests on: its index and hash, in the tree of this size and root. */
export interface StartRef {
  readonly index: number;
  readonly leaf: string;
  readonly size: number;
  readonly root: string;
}

/** Read the wire form; the leaf stands inside the tree. */
function readStartRef(fields: Fields): StartRef {
  const value = {
    index: fields.integer("index"),
    leaf: fields.hash("leaf"),
    size: fields.integer("size", 1),
    root: fields.hash("root"),
  };
  if (value.index >= value.size) throw fields.refuse("index");
  fields.done();
  return value;
}

/**
 * Entries, recipient, basis, end, and a box of client shares for each person who reads for the recipient.
 *
 * `started` stands in the answer to an emergency, and only there.
 */
export interface OpeningLink {
  readonly type: "opening";
  readonly head: LinkHead;
  readonly entries: readonly OpenedEntry[];
  readonly recipient: OpeningRecipient;
  readonly basis: readonly string[];
  readonly untilMs: number;
  readonly boxes: readonly Target[];
  readonly exchange?: string | undefined;
  readonly started?: StartRef | undefined;
}

export function openingBody(link: Omit<OpeningLink, "type">): JsonObject {
  const { recipient, started } = link;
  return present({
    ...linkHeadToJson(link.head, "opening"),
    entries: link.entries.map(({ id, parts }) => ({ id, parts })),
    recipient: "user" in recipient ? userRecipientToJson(recipient) : { ...recipient },
    basis: link.basis,
    until_ms: link.untilMs,
    boxes: link.boxes.map(targetToJson),
    exchange: link.exchange,
    started: started && { ...started },
  });
}

export function readOpening(statement: UnverifiedStatement): OpeningLink {
  const fields = statement.fieldsAfterPreamble("opening");
  const head = readLinkHead(fields, statement.preamble);
  const entries = fields.objects("entries", MAX_OPENED).map(readOpenedEntry);
  checkOrder(
    entries.map(({ id }) => id),
    "opening.entries",
  );
  const link = {
    type: "opening" as const,
    head,
    entries,
    recipient: readRecipient(fields.nested("recipient")),
    basis: readFactHashes(fields, "basis"),
    untilMs: fields.integer("until_ms"),
    boxes: readTargets(fields, "boxes"),
    exchange: fields.optional("exchange", (name) => fields.hash(name)),
    started: fields.optional("started", (name) => readStartRef(fields.nested(name))),
  };
  fields.done();
  return link;
}

/** Ends an opening, named by the hash of its link. */
export interface OpeningCloseLink {
  readonly type: "opening-close";
  readonly head: LinkHead;
  readonly opening: string;
}

export function openingCloseBody({ head, opening }: Omit<OpeningCloseLink, "type">): JsonObject {
  return { ...linkHeadToJson(head, "opening-close"), opening };
}

export function readOpeningClose(statement: UnverifiedStatement): OpeningCloseLink {
  const fields = statement.fieldsAfterPreamble("opening-close");
  const head = readLinkHead(fields, statement.preamble);
  const opening = fields.hash("opening");
  fields.done();
  return { type: "opening-close", head, opening };
}
