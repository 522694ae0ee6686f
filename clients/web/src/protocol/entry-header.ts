/**
 * The header of an entry: all that is said in clear about it, and its id (docs/spec/entries.md, protocol rule 8.2).
 *
 * The header is the body of the `entry` statement without `parts`; its hash is the entry id and salts the keys, so a
 * ciphertext moved under another header opens with no key. The client share reaches readers in exactly one form:
 *
 * - `section`: from the section's step key;
 * - `exchange`: from the exchange key;
 * - `named`: one box a reader, the author included; for what is masked, and where the author holds no section key.
 */
import type { Bytes } from "./bytes.ts";
import { encode, present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { listId, readListHead } from "./entry-list.ts";
import type { EntryListHead } from "./entry-list.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { labelledHash } from "./hashing.ts";
import { checkMasking, MAX_PASSAGES } from "./masks.ts";
import { isPaddedSize } from "./padding.ts";
import { CLASSES, classOf, parsePlace, placeText, sectionCode } from "./places.ts";
import type { Place, PlaceKind, VisibilityClass } from "./places.ts";
import type { ByPart } from "./sealing.ts";
import { preambleToJson, readHead } from "./statements.ts";
import type { HeadRef, Preamble } from "./statements.ts";

export const ENTRY_FORMS = ["section", "exchange", "named"] as const;
export type EntryForm = (typeof ENTRY_FORMS)[number];
export const ENTRY_SALT_SIZE = 16;
export const MAX_PADDED_TITLE = 4096;
export const MAX_NAMED = 64;
// A mask is never under a key that all readers of a section hold; an exchange has a key of its own.
const FORMS_AT: Readonly<Record<PlaceKind, readonly EntryForm[]>> = {
  section: ["section", "named"],
  masked: ["named"],
  exchange: ["exchange"],
  report: ["named"],
};

/** A reader of a `named` entry: whose user key, of which generation, and SHA-256 of their box. */
export interface NamedReader {
  readonly user: string;
  readonly generation: number;
  readonly box: string;
}

/** All that is said in clear about an entry. The form decides which of epoch, step, mask and named exist. */
export interface EntryHeader {
  readonly preamble: Preamble;
  readonly case: string;
  readonly class: VisibilityClass;
  readonly place: Place;
  readonly form: EntryForm;
  readonly compartment: string;
  readonly level: number;
  readonly policy: string;
  readonly caseHead: HeadRef;
  readonly seen: EntryListHead;
  readonly salt: Bytes;
  /** The padded sizes in bytes. */
  readonly sizes: ByPart<number>;
  readonly epoch?: number | undefined;
  readonly step?: number | undefined;
  readonly capacity?: string | undefined;
  readonly mask?: string | undefined;
  readonly maskUntilMs?: number | undefined;
  readonly passages?: readonly string[] | undefined;
  readonly named?: readonly NamedReader[] | undefined;
}

/** SHA-256(`volet/v1/entry-header` LF canonical(header)) in hex. */
export function headerId(header: EntryHeader): string {
  return toHex(labelledHash("entry-header", encode(headerToJson(header))));
}

/** The id of the list this entry stands in. */
export function headerList(header: EntryHeader): string {
  return listId(header.case, placeText(header.place));
}

/** The header: the statement's body without `parts`. */
export function headerToJson(header: EntryHeader): JsonObject {
  return present({
    ...preambleToJson(header.preamble, "entry"),
    case: header.case,
    class: header.class,
    place: placeText(header.place),
    form: header.form,
    compartment: header.compartment,
    level: header.level,
    policy: header.policy,
    case_head: { ...header.caseHead },
    seen: { ...header.seen },
    salt: toBase64url(header.salt),
    sizes: { ...header.sizes },
    epoch: header.epoch,
    step: header.step,
    capacity: header.capacity,
    mask: header.mask,
    mask_until_ms: header.maskUntilMs,
    passages: header.passages,
    named: header.named?.map((reader) => ({ ...reader })),
  });
}

/** Take the header's fields off what follows the preamble of a statement; `parts` is left. Fields that contradict each other are refused. */
export function readHeader(preamble: Preamble, fields: Fields): EntryHeader {
  const sizeFields = fields.nested("sizes");
  const sizes = { title: sizeFields.integer("title"), body: sizeFields.integer("body") };
  sizeFields.done();
  const header: EntryHeader = {
    preamble,
    case: fields.hash("case"),
    class: fields.choice("class", CLASSES),
    place: parsePlace(fields.text("place", 128)),
    form: fields.choice("form", ENTRY_FORMS),
    compartment: fields.code("compartment"),
    level: fields.integer("level", 1, 2),
    policy: fields.hash("policy"),
    caseHead: readHead(fields.nested("case_head")),
    seen: readListHead(fields.nested("seen")),
    salt: fields.data("salt", ENTRY_SALT_SIZE),
    sizes,
    epoch: fields.optional("epoch", (name) => fields.integer(name, 1)),
    step: fields.optional("step", (name) => fields.integer(name)),
    capacity: fields.optional("capacity", (name) => fields.hash(name)),
    mask: fields.optional("mask", (name) => fields.code(name)),
    maskUntilMs: fields.optional("mask_until_ms", (name) => fields.integer(name)),
    passages: fields.optional("passages", (name) => readPassages(fields, name)),
    named: fields.optional("named", (name) => readNamed(fields, name)),
  };
  checkHeader(header);
  return header;
}

function readNamed(fields: Fields, name: string): NamedReader[] {
  const named = fields.objects(name, MAX_NAMED).map((item) => {
    const reader = { user: item.hash("user"), generation: item.integer("generation", 1), box: item.hash("box") };
    item.done();
    return reader;
  });
  // A list of nobody is a second spelling of its absence.
  if (named.length === 0) throw fields.refuse(name);
  return named;
}

function readPassages(fields: Fields, name: string): string[] {
  const passages = fields.hashes(name, MAX_PASSAGES);
  if (passages.length === 0) throw fields.refuse(name);
  return passages;
}

/** Refuse a header whose fields contradict each other: what every reader does, and an author before sealing. */
export function checkHeader(header: EntryHeader): void {
  checkPlace(header);
  checkForm(header);
  if (header.salt.length !== ENTRY_SALT_SIZE || header.sizes.title > MAX_PADDED_TITLE) {
    throw refusal(header, "salt or title size");
  }
  if (!isPaddedSize(header.sizes.title) || !isPaddedSize(header.sizes.body)) {
    throw new ProtocolError("bad-padding", "entry: sizes");
  }
}

function checkPlace(header: EntryHeader): void {
  const { place, compartment } = header;
  const section = sectionCode(compartment, header.level);
  if ((header.class === "child_protection") !== (compartment === "child_protection")) throw refusal(header, "class");
  if (place.kind === "section" && header.class !== classOf(section)) throw refusal(header, "class");
  if (place.kind === "report" && header.class !== "child_protection" && header.class !== "third_party_hidden") {
    throw refusal(header, "class");
  }
  if ((place.kind === "section" || place.kind === "masked") && place.name !== section) throw refusal(header, "place");
  if ((place.kind === "masked" || place.kind === "report") !== (header.mask !== undefined)) throw refusal(header, "mask");
  checkMasking(place.kind, {
    mask: header.mask,
    writtenMs: header.preamble.timeMs,
    untilMs: header.maskUntilMs,
    passages: header.passages ?? [],
  });
}

function checkForm(header: EntryHeader): void {
  const { form } = header;
  if (!FORMS_AT[header.place.kind].includes(form)) throw refusal(header, "form");
  if ((header.epoch === undefined) !== (form === "named") || (header.step === undefined) !== (form !== "section")) {
    throw new ProtocolError("wrong-epoch", `${form} entry`);
  }
  const users = new Set(header.named?.map((reader) => reader.user));
  const namedRight = users.size === header.named?.length && users.has(header.preamble.user);
  if (users.size > 0 !== (form === "named") || (users.size > 0 && !namedRight)) {
    throw new ProtocolError("wrong-readers", `${form} entry: each reader once, the author included`);
  }
}

function refusal(header: EntryHeader, what: string): ProtocolError {
  return new ProtocolError("malformed", `${header.form} entry at ${placeText(header.place)}: ${what}`);
}
