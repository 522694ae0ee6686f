/**
 * Registered kinds of content, their fields and relations (docs/spec/entries.md, protocol rule 8.5, requirement F30).
 *
 * The title part is `{kind, kind_version, title, file?, relations?}`, the body part `{kind, kind_version, relations?, ...fields}`;
 * the body of a `document` is the bytes of the file, so its relations stand in its title. Both parts name one kind. Known kinds
 * are read strictly; an unknown kind or version is preserved byte for byte and shown as text.
 */
import { ANNEX, checkAnnexFields } from "./annexes.ts";
import type { Bytes } from "./bytes.ts";
import { decode, encode, present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { FILED, readFiling } from "./filing.ts";
import { ANNOUNCEMENT, MINUTES, readAnnouncement, readMinutes } from "./meeting-words.ts";

export const RELATIONS = ["replies_to", "supersedes", "corrects", "acknowledges", "takes_charge", "concerns"] as const;
export type RelationName = (typeof RELATIONS)[number];
export const DOCUMENT = "document";
export const ACTION_STATES = ["to_do", "doing", "done", "dropped"] as const;
export const GOAL_STATES = ["open", "reached", "dropped"] as const;
/** Whose words an entry reports, when they are not its author's own (F23): « propos de la personne, de l'aidant ». */
export const SOURCES = ["person", "helper"] as const;
/** The kinds that are written without network, and tell when. */
export const NOTED = ["note", "observation", "transmission"] as const;
const MAX_RELATIONS = 64;
const MAX_TITLE = 200;
const MAX_BODY = 16 * 1024 * 1024;
const MAX_ANSWERS = 1024;

/** What an entry has to do with another, named by its entry id. */
export interface Relation {
  readonly relation: RelationName;
  readonly entry: string;
}

/** Name, media type and size in bytes of a document: ciphertext, as its content. */
export interface FileInfo {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
}

/** The title part, whose kind may be unknown here. */
export interface Title {
  readonly kind: string;
  readonly version: number;
  readonly title: string;
  readonly file: FileInfo | undefined;
  readonly relations: readonly Relation[];
}

/** Who wrote, and in which capacity. */
export interface Wrote {
  readonly author: string;
  readonly capacity: string | undefined;
}

/** The body part: the bytes of a document, the fields of a known kind, or what is kept as it came. */
export type Body =
  | { readonly type: "document"; readonly bytes: Uint8Array }
  | {
      readonly type: "content";
      readonly fields: JsonObject;
      readonly relations: readonly Relation[];
      /** Of what was filed, and verified: who wrote it, in which capacity, when, under which title; who filed it, `as` which fields. */
      readonly filed?: Wrote & { readonly atMs: number; readonly title: Title; readonly by: Wrote; readonly as: JsonObject };
    }
  | { readonly type: "unknown"; readonly raw: Uint8Array };

/** Whether this version of the kind is registered. */
export function isKnownKind({ kind, version }: Pick<Title, "kind" | "version">): boolean {
  return REGISTERED.has(kindName(kind, version));
}

function kindName(kind: string, version: number): string {
  return `${kind} ${version}`;
}

/** Read a title part; of an unknown kind, fields it does not know are refused no less than of a known one. */
export function readTitle(plaintext: Uint8Array): Title {
  const fields = new Fields(decode(plaintext), "title");
  const title = {
    kind: fields.code("kind"),
    version: fields.integer("kind_version", 1),
    title: fields.text("title", MAX_TITLE),
    file: fields.optional("file", (name) => readFile(fields.nested(name))),
    relations: readRelations(fields),
  };
  const isDocument = title.kind === DOCUMENT;
  const misplaced = isDocument !== (title.file !== undefined) || (title.relations.length > 0 && !isDocument);
  if (isKnownKind(title) && misplaced) {
    throw new ProtocolError("malformed", `title of a ${title.kind}: file or relations`);
  }
  fields.done();
  return title;
}

/**
 * Read the body part beside its title. Throws wrong-type when both parts do not name one kind, and as any strict reader for a
 * known kind's fields.
 */
export function readBody(title: Title, plaintext: Uint8Array): Body {
  const check = REGISTERED.get(kindName(title.kind, title.version));
  if (check === undefined) return { type: "unknown", raw: plaintext };
  if (title.kind === DOCUMENT) {
    if (title.file !== undefined && title.file.size !== plaintext.length) {
      throw new ProtocolError("malformed", "document of another size than its title says");
    }
    return { type: "document", bytes: plaintext };
  }
  const value = decode(plaintext, MAX_BODY);
  const fields = new Fields(value, title.kind);
  if (fields.code("kind") !== title.kind || fields.integer("kind_version", 1) !== title.version) {
    throw new ProtocolError("wrong-type", `body of a ${title.kind}`);
  }
  const relations = readRelations(fields);
  check(fields);
  fields.done();
  return {
    type: "content",
    fields: present({ ...value, kind: undefined, kind_version: undefined, relations: undefined }),
    relations,
  };
}

/** The plaintexts of both parts, after reading them back as every reader will. */
export function composeEntry(title: Title, body: Body): { readonly title: Bytes; readonly body: Uint8Array } {
  const plainTitle = encode(
    present({
      kind: title.kind,
      kind_version: title.version,
      title: title.title,
      file: title.file && { name: title.file.name, media_type: title.file.mediaType, size: title.file.size },
      relations: relationsToJson(title.relations),
    }),
  );
  const plainBody = bodyBytes(title, body);
  readBody(readTitle(plainTitle), plainBody);
  return { title: plainTitle, body: plainBody };
}

function bodyBytes(title: Title, body: Body): Uint8Array {
  switch (body.type) {
    case "document":
      return body.bytes;
    case "unknown":
      return body.raw;
    case "content": {
      const names = { kind: title.kind, kind_version: title.version, relations: relationsToJson(body.relations) };
      return encode(present({ ...body.fields, ...names }));
    }
  }
}

/** What came of an unknown kind, for display: what is not UTF-8, or would move the cursor, is escaped, never dropped. */
export function unknownText(raw: Uint8Array): string {
  const hidden = /(?! |\n)[\p{C}\p{Z}]/gu;
  return decodedWithEscapes(raw).replace(hidden, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

function decodedWithEscapes(raw: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let at = 0; at < raw.length;) {
    const size = sequenceSize(raw[at] ?? 0);
    try {
      text += decoder.decode(raw.subarray(at, at + size));
      at += size;
    } catch {
      text += `\\x${(raw[at] ?? 0).toString(16).padStart(2, "0")}`;
      at += 1;
    }
  }
  return text;
}

function sequenceSize(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function relationsToJson(relations: readonly Relation[]): JsonObject[] | undefined {
  return relations.length === 0 ? undefined : relations.map(({ relation, entry }) => ({ relation, entry }));
}

function readRelations(fields: Fields): Relation[] {
  if (!fields.has("relations")) return [];
  const relations = fields.objects("relations", MAX_RELATIONS).map((item) => {
    const relation = { relation: item.choice("relation", RELATIONS), entry: item.hash("entry") };
    item.done();
    return relation;
  });
  const names = new Set(relations.map(({ relation, entry }) => `${relation} ${entry}`));
  if (relations.length === 0 || names.size !== relations.length) throw fields.refuse("relations");
  return relations;
}

function readFile(fields: Fields): FileInfo {
  const file = {
    name: fields.label("name"),
    mediaType: fields.text("media_type", 127),
    size: fields.integer("size"),
  };
  // A name is one component: a path in it could be written outside the folder the reader chose.
  const oneComponent = !/[/\\]/.test(file.name) && file.name !== "." && file.name !== "..";
  if (!oneComponent || file.mediaType.split("/").length !== 2) throw fields.refuse("name or media_type");
  fields.done();
  return file;
}

type Check = (fields: Fields) => void;

const text: Check = (fields) => {
  fields.text("text", MAX_BODY);
};

/** `source`: whose words the author, a professional, reports; `noted_ms`: when, if it was off line (F20). */
const told: Check = (fields) => {
  text(fields);
  fields.optional("noted_ms", (name) => fields.integer(name));
  fields.optional("source", (name) => fields.choice(name, SOURCES));
};

/** `asks_charge`: somebody is asked to take this over, within so many hours (F10). */
const transmission: Check = (fields) => {
  told(fields);
  fields.optional("asks_charge", (name) => fields.integer(name, 1, 24 * 31));
};

const goal: Check = (fields) => {
  text(fields);
  fields.choice("state", GOAL_STATES);
  fields.optional("due_ms", (name) => fields.integer(name));
};

const action: Check = (fields) => {
  text(fields);
  fields.label("who");
  fields.optional("due_ms", (name) => fields.integer(name));
  fields.choice("state", ACTION_STATES);
};

const event: Check = (fields) => {
  text(fields);
  const start = fields.integer("from_ms");
  const end = fields.optional("to_ms", (name) => fields.integer(name));
  if (end !== undefined && end < start) throw fields.refuse("to_ms");
};

const evaluation: Check = (fields) => {
  fields.code("form");
  fields.label("version");
  for (const answer of fields.objects("answers", MAX_ANSWERS)) {
    answer.code("question");
    answer.text("answer");
    answer.done();
  }
};

/** Says that coordination is needed and whom to call: never the nature of the difficulties (CASF L121-6-2, R31). */
const coordinationAlert: Check = (fields) => {
  fields.label("contact");
};

/** Carries relations alone: « vu », « pris en charge par ». */
const mark: Check = (fields) => {
  fields.optional("text", (name) => fields.text(name));
};

const REGISTERED: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["message 1", text],
  ["note 1", told],
  ["transmission 1", transmission],
  ["document 1", text],
  ["synthesis 1", text],
  ["observation 1", told],
  ["goal 1", goal],
  ["action 1", action],
  ["event 1", event],
  ["evaluation 1", evaluation],
  [`${ANNOUNCEMENT} 1`, readAnnouncement],
  [`${MINUTES} 1`, readMinutes],
  ["report 1", text],
  ["information_preoccupante 1", text],
  ["coordination_alert 1", coordinationAlert],
  ["mark 1", mark],
  [`${ANNEX} 1`, checkAnnexFields],
  [`${FILED} 1`, readFiling],
]);
