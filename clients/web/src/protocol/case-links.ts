/**
 * What every link of a case chain begins with, and the links that create chains or record facts.
 *
 * Wire forms: docs/spec/case-chains.md. A case has one chain for each visibility class. Links are statements of users; position
 * is order, and a link is judged only by the links before it in its own chain (protocol 6.1). A link of a hidden class also
 * names a head of `main`. A link that widens names, in `fresh`, the checkpoint of the heads proof its author saw, with the time
 * of its leaf.
 */
import type { Bytes } from "./bytes.ts";
import { encode, isObject, present } from "./canonical.ts";
import type { JsonObject, JsonValue } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { readListHead } from "./entry-list.ts";
import type { EntryListHead } from "./entry-list.ts";
import { ProtocolError } from "./errors.ts";
import { isSorted } from "./fact-codec.ts";
import type { Fields } from "./fields.ts";
import { sha256 } from "./hashing.ts";
import { CLASSES, SECTIONS } from "./places.ts";
import type { VisibilityClass } from "./places.ts";
import { preambleToJson, readHead } from "./statements.ts";
import type { HeadRef, Preamble, StatementType, UnverifiedStatement } from "./statements.ts";

export const HIDDEN_CLASSES = ["child_protection", "minor_secret", "third_party_hidden"] as const;
export const CASE_KINDS = ["care", "mdph"] as const;
export type CaseKind = (typeof CASE_KINDS)[number];
export const CASE_SALT_SIZE = 16;
export const CLASS_SALT_SIZE = 32;

/** The compartment and level of a section code such as `medical/2`. */
export function sectionParts(section: string): readonly [compartment: string, level: number] {
  const [compartment = "", level = ""] = section.split("/");
  return [compartment, Number(level)];
}

/** Take a section code off an object. */
export function readSection(fields: Fields): string {
  return fields.choice("section", SECTIONS);
}

/** Refuse a list that is empty, out of order or holds a duplicate: one set has one spelling. */
export function checkOrder(keys: readonly string[], what: string): void {
  if (keys.length === 0 || !isSorted(keys)) throw new ProtocolError("malformed", `${what}: empty, out of order or twice`);
}

/**
 * SHA-256 of a body without its box hashes: what the info of its HPKE boxes binds (protocol 7.4).
 *
 * The hash of a box cannot be known before the box is made, so `box` is left out at the top and in list items.
 */
export function boxContext(body: JsonObject): Bytes {
  const bare = Object.entries(withoutBox(body)).map(([key, value]) => [key, withoutBoxes(value)] as const);
  return sha256(encode(Object.fromEntries(bare)));
}

function withoutBoxes(value: JsonValue): JsonValue {
  if (!isList(value)) return value;
  return value.map((item) => (isObject(item) ? withoutBox(item) : item));
}

function withoutBox(value: JsonObject): JsonObject {
  return present({ ...value, box: undefined });
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The checkpoint of the heads proof that the author of a widening link relied on, and the time of its leaf. */
export interface Fresh {
  readonly size: number;
  readonly root: string;
  readonly timeMs: number;
}

export function freshToJson(fresh: Fresh): JsonObject {
  return { size: fresh.size, root: fresh.root, time_ms: fresh.timeMs };
}

export function readFresh(fields: Fields): Fresh {
  const fresh = { size: fields.integer("size", 1), root: fields.hash("root"), timeMs: fields.integer("time_ms") };
  fields.done();
  return fresh;
}

/** The common fields of a link after the first: author, chain, place in it, capacity, table, freshness. */
export interface LinkHead {
  readonly preamble: Preamble;
  readonly case: string;
  readonly class: VisibilityClass;
  readonly seq: number;
  readonly prev: string;
  readonly policy: string;
  /** The attestation the author acts in; absent: as the person or a representative. */
  readonly capacity?: string | undefined;
  readonly mainHead?: HeadRef | undefined;
  readonly fresh?: Fresh | undefined;
}

/** The common fields of a body of this type. */
export function linkHeadToJson(head: LinkHead, type: StatementType): JsonObject {
  return present({
    ...preambleToJson(head.preamble, type),
    case: head.case,
    class: head.class,
    seq: head.seq,
    prev: head.prev,
    policy: head.policy,
    capacity: head.capacity,
    main_head: head.mainHead && headToJson(head.mainHead),
    fresh: head.fresh && freshToJson(head.fresh),
  });
}

/** Take the common fields off a body, its preamble already taken; `main_head` stands in hidden classes and only there. */
export function readLinkHead(fields: Fields, preamble: Preamble): LinkHead {
  const class_ = fields.choice("class", CLASSES);
  return {
    preamble,
    class: class_,
    case: fields.hash("case"),
    seq: fields.integer("seq", 1),
    prev: fields.hash("prev"),
    policy: fields.hash("policy"),
    capacity: fields.optional("capacity", (name) => fields.hash(name)),
    mainHead: class_ === "main" ? undefined : readHead(fields.nested("main_head")),
    fresh: fields.optional("fresh", (name) => readFresh(fields.nested(name))),
  };
}

export function headToJson(head: HeadRef): JsonObject {
  return { seq: head.seq, hash: head.hash };
}

/** A section and the position of its entry list: no entry exists between the author's view and the link. */
export interface SectionAt {
  readonly section: string;
  readonly at: EntryListHead;
}

export function sectionAtToJson({ section, at }: SectionAt): JsonObject {
  return { section, list: { n: at.n, h: at.h } };
}

export function readSectionAt(fields: Fields): SectionAt {
  const value = { section: readSection(fields), at: readListHead(fields.nested("list")) };
  fields.done();
  return value;
}

/** Take a list of sections with their positions, ordered, off a body. */
export function readSectionsAt(fields: Fields, name: string): readonly SectionAt[] {
  const sections = fields.objects(name, SECTIONS.length).map(readSectionAt);
  checkOrder(
    sections.map(({ section }) => section),
    `${fields.what}.${name}`,
  );
  return sections;
}

/** The first link of `main`; its hash is the id of the case. */
export interface CaseCreate {
  readonly preamble: Preamble;
  readonly salt: Bytes;
  readonly kind: CaseKind;
  readonly structure: string;
  readonly capacity: string;
  readonly policy: string;
  readonly controller: string;
  readonly logKeyHash: string;
  readonly episode: string;
}

export function caseCreateBody(create: CaseCreate): JsonObject {
  return {
    ...preambleToJson(create.preamble, "case-create"),
    salt: toBase64url(create.salt),
    kind: create.kind,
    structure: create.structure,
    capacity: create.capacity,
    policy: create.policy,
    controller: create.controller,
    log_key_hash: create.logKeyHash,
    episode: create.episode,
  };
}

export function readCaseCreate(statement: UnverifiedStatement): CaseCreate {
  const fields = statement.fieldsAfterPreamble("case-create");
  const create = {
    preamble: statement.preamble,
    salt: fields.data("salt", CASE_SALT_SIZE),
    kind: fields.choice("kind", CASE_KINDS),
    structure: fields.code("structure"),
    capacity: fields.hash("capacity"),
    policy: fields.hash("policy"),
    controller: fields.label("controller"),
    logKeyHash: fields.hash("log_key_hash"),
    episode: fields.hash("episode"),
  };
  fields.done();
  return create;
}

/** The first link of a hidden class. All three are made with the case, so that existing says nothing (6.6). */
export interface ClassCreate {
  readonly preamble: Preamble;
  readonly case: string;
  readonly class: (typeof HIDDEN_CLASSES)[number];
  readonly salt: Bytes;
}

export function classCreateBody(create: ClassCreate): JsonObject {
  return {
    ...preambleToJson(create.preamble, "class-create"),
    case: create.case,
    class: create.class,
    salt: toBase64url(create.salt),
    seq: 0,
  };
}

export function readClassCreate(statement: UnverifiedStatement): ClassCreate {
  const fields = statement.fieldsAfterPreamble("class-create");
  const create = {
    preamble: statement.preamble,
    case: fields.hash("case"),
    class: fields.choice("class", HIDDEN_CLASSES),
    salt: fields.data("salt", CLASS_SALT_SIZE),
  };
  fields.integer("seq", 0, 0);
  fields.done();
  return create;
}

/** Records a fact by its hash. The body travels beside and may be erased; a fact that ends names list positions. */
export interface FactLink {
  readonly type: "fact";
  readonly head: LinkHead;
  readonly fact: string;
  readonly lists: readonly SectionAt[];
}

export function factLinkBody({ head, fact, lists }: Omit<FactLink, "type">): JsonObject {
  const at = lists.length === 0 ? undefined : lists.map(sectionAtToJson);
  return present({ ...linkHeadToJson(head, "fact"), fact, lists: at });
}

export function readFactLink(statement: UnverifiedStatement): FactLink {
  const fields = statement.fieldsAfterPreamble("fact");
  const link = {
    type: "fact" as const,
    head: readLinkHead(fields, statement.preamble),
    fact: fields.hash("fact"),
    lists: fields.optional("lists", (name) => readSectionsAt(fields, name)) ?? [],
  };
  fields.done();
  return link;
}
