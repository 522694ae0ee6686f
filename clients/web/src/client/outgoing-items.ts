/** What one message that has not left is, how it is kept, and what of it is written where. */
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { Fields } from "../protocol/fields.ts";
import { RELATIONS } from "../protocol/kinds.ts";
import type { Relation } from "../protocol/kinds.ts";
import { parsePlace, placeText } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import { HELD_MASKS, readPassages } from "./drafts.ts";
import type { HeldMask } from "./drafts.ts";
import { filesToJson, readFiles } from "./kept-files.ts";
import type { KeptFile } from "./kept-files.ts";
import { cut, titleWithout } from "./passages.ts";

const MOST_RELATIONS = 64;

/** A message as its author gave it. `where` is the draft that it was. Without words, its files leave alone. */
export interface Message {
  readonly case: string;
  readonly place: Place;
  readonly where: string;
  readonly title: string;
  readonly kind: string;
  readonly fields: JsonObject;
  readonly relations: readonly Relation[];
  readonly files: readonly KeptFile[];
  /** From whom it is held back as a whole. */
  readonly held?: HeldMask | undefined;
  /** What of its text is about somebody else, word for word. */
  readonly passages?: readonly string[] | undefined;
}

/** A message that has not wholly left: `posted` once its words have, `why` once it was refused. */
export interface Leaving extends Message {
  readonly id: string;
  readonly leavesMs: number;
  readonly sending: boolean;
  readonly posted: string | undefined;
  /** The entries that hold its passages, as far as they are stored. */
  readonly apart?: readonly string[] | undefined;
  readonly why: string | undefined;
}

/** Whether there is an entry to write before its files. */
export function hasWords({ kind, fields }: Pick<Message, "kind" | "fields">): boolean {
  return kind === "mark" || Object.keys(fields).length > 0;
}

/** The list in which a message stands: what is held back stands apart. */
export function standsIn({ place, held }: Message): Place {
  return held === undefined ? place : { kind: "masked", name: place.name };
}

/** What is written of a message, without its passages about somebody else. Throws `Misuse` for one that is not in its text. */
export function saidIn<Of extends Message>(message: Of): Of {
  const { title, fields, passages = [] } = message;
  const { text } = fields;
  if (passages.length === 0 || typeof text !== "string") return message;
  return { ...message, title: titleWithout(title, text, passages), fields: { ...fields, text: cut(text, passages) } };
}

/** An item as the vault keeps it. */
export function itemToJson({
  place,
  where,
  leavesMs,
  files,
  relations,
  held,
  passages = [],
  apart = [],
  ...item
}: Leaving): JsonObject {
  const named = relations.map(({ relation, entry }) => ({ relation, entry }));
  return present({
    ...item,
    ...filesToJson(files),
    place: placeText(place),
    where,
    leaves_ms: leavesMs,
    relations: named.length === 0 ? undefined : named,
    held,
    passages: passages.length === 0 ? undefined : passages,
    apart: apart.length === 0 ? undefined : apart,
  });
}

/** Read an item back; throws `ProtocolError`. */
export function readItem(fields: Fields): Leaving {
  const item = {
    id: fields.text("id", 64),
    case: fields.hash("case"),
    place: parsePlace(fields.text("place", 128)),
    where: fields.text("where", 256),
    title: fields.text("title"),
    kind: fields.code("kind"),
    fields: fields.raw("fields"),
    relations: fields.has("relations") ? fields.objects("relations", MOST_RELATIONS).map(readRelation) : [],
    files: readFiles(fields),
    held: fields.optional("held", (name) => fields.choice(name, HELD_MASKS)),
    passages: readPassages(fields),
    apart: fields.optional("apart", (name) => fields.hashes(name)),
    leavesMs: fields.integer("leaves_ms"),
    sending: fields.boolean("sending"),
    posted: fields.optional("posted", (name) => fields.hash(name)),
    why: fields.optional("why", (name) => fields.text(name, 128)),
  };
  fields.done();
  return item;
}

function readRelation(one: Fields): Relation {
  const relation = { relation: one.choice("relation", RELATIONS), entry: one.hash("entry") };
  one.done();
  return relation;
}
