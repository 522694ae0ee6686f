/**
 * The words of a fact: what it may not hold itself, sealed in an entry of kind `annex` (docs/spec/facts.md).
 *
 * The fact names SHA-256 over the annex's fields with 32 random bytes among them: fixed when the words were collected, so that
 * they can be sealed later and elsewhere, and guessed by nobody from their hash.
 */
import type { Bytes } from "./bytes.ts";
import { encode, present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { labelledHash } from "./hashing.ts";

export const ANNEX = "annex";
export const ANNEX_SALT_SIZE = 32;
export const TIES = ["child", "parent", "spouse", "sibling", "relative", "friend", "neighbour", "carer", "other"] as const;
export type Tie = (typeof TIES)[number];
const MAX_TEXT = 64 * 1024;

/** Who helped the person to answer: name, tie, and whether they were there. */
export interface Helper {
  readonly name: string;
  readonly tie: Tie;
  readonly present: boolean;
}

/** A photo or scan of the signed sheet, stored as a document: SHA-256 of its bytes, size, media type. */
export interface Paper {
  readonly sha256: string;
  readonly size: number;
  readonly mediaType: string;
}

/** Words beside a fact; all optional but the salt. */
export interface Annex {
  readonly salt: Bytes;
  readonly text?: string | undefined;
  readonly reason?: string | undefined;
  readonly court?: string | undefined;
  readonly judgmentMs?: number | undefined;
  readonly helper?: Helper | undefined;
  readonly paper?: Paper | undefined;
}

/** The fields of the entry's body; throws `ProtocolError` when they are not those of an annex. */
export function annexFields(annex: Annex): JsonObject {
  const { salt, text, reason, court, judgmentMs, helper, paper } = annex;
  const found = present({
    salt: toBase64url(salt),
    text,
    reason,
    court,
    judgment_ms: judgmentMs,
    helper: helper === undefined ? undefined : { ...helper },
    paper: paper === undefined ? undefined : { sha256: paper.sha256, size: paper.size, media_type: paper.mediaType },
  });
  const fields = new Fields(found, ANNEX);
  checkAnnexFields(fields);
  fields.done();
  return found;
}

/** The hex hash by which a fact names an annex, over the fields of its body without kind and relations. */
export function annexHash(fields: JsonObject): string {
  return toHex(labelledHash(ANNEX, encode(fields)));
}

/** Refuse words that are not those a fact names: wrong-hash. */
export function checkAnnex(named: string, fields: JsonObject): void {
  if (annexHash(fields) !== named) throw new ProtocolError("wrong-hash", "annex of a fact");
}

/** Read the fields of an annex strictly. */
export function checkAnnexFields(fields: Fields): void {
  fields.data("salt", ANNEX_SALT_SIZE);
  fields.optional("text", (name) => fields.text(name, MAX_TEXT));
  fields.optional("reason", (name) => fields.text(name, MAX_TEXT));
  fields.optional("court", (name) => fields.label(name));
  fields.optional("judgment_ms", (name) => fields.integer(name));
  fields.optional("helper", (name) => {
    checkHelper(fields.nested(name));
  });
  fields.optional("paper", (name) => {
    checkPaper(fields.nested(name));
  });
}

function checkHelper(fields: Fields): void {
  fields.label("name");
  fields.choice("tie", TIES);
  fields.boolean("present");
  fields.done();
}

function checkPaper(fields: Fields): void {
  fields.hash("sha256");
  fields.integer("size");
  if (fields.text("media_type", 127).split("/").length !== 2) throw fields.refuse("media_type");
  fields.done();
}
