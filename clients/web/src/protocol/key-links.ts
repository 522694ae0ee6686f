/**
 * Links that start, hand over and renew section keys: claim, grant, revoke, rotate (docs/spec/section-keys.md).
 *
 * Every person a key is boxed for is named with the head of their user chain that the author relied on, so that "which
 * generation was current" has one answer for every later reader of the chain.
 */
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import {
  checkOrder,
  headToJson,
  linkHeadToJson,
  readLinkHead,
  readSection,
  readSectionsAt,
  sectionAtToJson,
} from "./case-links.ts";
import type { LinkHead, SectionAt } from "./case-links.ts";
import { toBase64url } from "./encodings.ts";
import { readListHead } from "./entry-list.ts";
import type { EntryListHead } from "./entry-list.ts";
import type { Fields } from "./fields.ts";
import { SECTIONS } from "./places.ts";
import { readHead } from "./statements.ts";
import type { HeadRef, UnverifiedStatement } from "./statements.ts";

export const COMMIT_SIZE = 32;
export const MAX_READERS = 1024;
export const MAX_FACTS = 1024;

/** A section's next epoch: its number, the commitment to S(epoch, 0), and where it starts in the entry list. */
export interface NewEpoch {
  readonly section: string;
  readonly epoch: number;
  readonly commit: Bytes;
  readonly at: EntryListHead;
}

function newEpochToJson({ section, epoch, commit, at }: NewEpoch): JsonObject {
  return { section, epoch, commit: toBase64url(commit), list: { n: at.n, h: at.h } };
}

function readNewEpochs(fields: Fields): readonly NewEpoch[] {
  const sections = fields.objects("sections", SECTIONS.length).map((item) => {
    const value = {
      section: readSection(item),
      epoch: item.integer("epoch", 1),
      commit: item.data("commit", COMMIT_SIZE),
      at: readListHead(item.nested("list")),
    };
    item.done();
    return value;
  });
  checkOrder(
    sections.map(({ section }) => section),
    `${fields.what}.sections`,
  );
  return sections;
}

/** Whom a box was made for: user, generation of their key, the head that shows it, SHA-256 of the box. */
export interface Target {
  readonly user: string;
  readonly generation: number;
  readonly head: HeadRef;
  readonly box: string;
}

export function targetToJson({ user, generation, head, box }: Target): JsonObject {
  return { user, generation, head: headToJson(head), box };
}

function readTarget(fields: Fields): Target {
  const value = {
    user: fields.hash("user"),
    generation: fields.integer("generation", 1),
    head: readHead(fields.nested("head")),
    box: fields.hash("box"),
  };
  fields.done();
  return value;
}

/** Take a list of targets, ordered by user, off a body. */
export function readTargets(fields: Fields, name: string): readonly Target[] {
  const targets = fields.objects(name, MAX_READERS).map(readTarget);
  checkOrder(
    targets.map(({ user }) => user),
    name,
  );
  return targets;
}

/** A permitted reader who could not be boxed, and why; they are owed a grant. */
export interface Deferred {
  readonly user: string;
  readonly deferred: string;
}

/** Told apart by `isDeferred`. */
export type RotateReader = Target | Deferred;

export function isDeferred(reader: RotateReader): reader is Deferred {
  return "deferred" in reader;
}

/** Starts the keys of sections nobody holds, boxed to the claimer's own user key for their other devices. */
export interface ClaimLink {
  readonly type: "claim";
  readonly head: LinkHead;
  readonly sections: readonly NewEpoch[];
  readonly generation: number;
  readonly box: string;
}

/** The claimer, at the head with which they sign. */
export function claimTarget(link: ClaimLink): Target {
  const { user, userHead } = link.head.preamble;
  return { user, generation: link.generation, head: userHead, box: link.box };
}

export function claimBody({ head, sections, generation, box }: Omit<ClaimLink, "type">): JsonObject {
  return { ...linkHeadToJson(head, "claim"), sections: sections.map(newEpochToJson), generation, box };
}

export function readClaim(statement: UnverifiedStatement): ClaimLink {
  const fields = statement.fieldsAfterPreamble("claim");
  const link = {
    type: "claim" as const,
    head: readLinkHead(fields, statement.preamble),
    sections: readNewEpochs(fields),
    generation: fields.integer("generation", 1),
    box: fields.hash("box"),
  };
  fields.done();
  return link;
}

/**
 * What a grant gives of a section: from (fromEpoch, fromStep) to `step` of the current `epoch`.
 *
 * `commit` stands when the granter stepped the key: it is the commitment to S(epoch, step), and `step` is one more than before.
 * Earlier epochs are given whole but for the first, which starts at `fromStep`.
 */
export interface Granted {
  readonly section: string;
  readonly fromEpoch: number;
  readonly fromStep: number;
  readonly epoch: number;
  readonly step: number;
  readonly commit?: Bytes | undefined;
}

/** The (epoch, step) of each key in the box, oldest first. */
export function slicesOf(granted: Granted): readonly { readonly epoch: number; readonly step: number }[] {
  const slices = [{ epoch: granted.fromEpoch, step: granted.fromStep }];
  for (let epoch = granted.fromEpoch + 1; epoch <= granted.epoch; epoch++) slices.push({ epoch, step: 0 });
  return slices;
}

export function grantedToJson({ section, fromEpoch, fromStep, epoch, step, commit }: Granted): JsonObject {
  return present({
    section,
    from_epoch: fromEpoch,
    from_step: fromStep,
    epoch,
    step,
    commit: commit && toBase64url(commit),
  });
}

/** Read the wire form; a slice that ends before it starts is refused. */
export function readGranted(fields: Fields): Granted {
  const section = readSection(fields);
  const epoch = fields.integer("epoch", 1);
  const step = fields.integer("step");
  const fromEpoch = fields.integer("from_epoch", 1, epoch);
  const fromStep = fields.integer("from_step", 0, fromEpoch === epoch ? step : undefined);
  const commit = fields.optional("commit", (name) => fields.data(name, COMMIT_SIZE));
  fields.done();
  return { section, fromEpoch, fromStep, epoch, step, commit };
}

/**
 * Hands the keys of sections to one reader, bound to table, facts and the reader's head (protocol 7.4). With `invitation`, the
 * reader's own: from what its answer gave them to the key of their account.
 */
export interface GrantLink {
  readonly type: "grant";
  readonly head: LinkHead;
  readonly target: Target;
  readonly readerCapacity?: string | undefined;
  readonly sections: readonly Granted[];
  readonly facts: readonly string[];
  readonly notAfterMs: number;
  readonly invitation?: string | undefined;
}

export function grantBody(link: Omit<GrantLink, "type">): JsonObject {
  const { user, generation, head, box } = link.target;
  return present({
    ...linkHeadToJson(link.head, "grant"),
    reader: user,
    generation,
    reader_head: headToJson(head),
    box,
    reader_capacity: link.readerCapacity,
    sections: link.sections.map(grantedToJson),
    facts: link.facts,
    not_after_ms: link.notAfterMs,
    invitation: link.invitation,
  });
}

export function readGrant(statement: UnverifiedStatement): GrantLink {
  const fields = statement.fieldsAfterPreamble("grant");
  const head = readLinkHead(fields, statement.preamble);
  const target = {
    user: fields.hash("reader"),
    generation: fields.integer("generation", 1),
    head: readHead(fields.nested("reader_head")),
    box: fields.hash("box"),
  };
  const readerCapacity = fields.optional("reader_capacity", (name) => fields.hash(name));
  const sections = fields.objects("sections", SECTIONS.length).map(readGranted);
  checkOrder(
    sections.map(({ section }) => section),
    "grant.sections",
  );
  const facts = readFactHashes(fields, "facts");
  const notAfterMs = fields.integer("not_after_ms");
  const invitation = fields.optional("invitation", (name) => fields.hash(name));
  fields.done();
  return { type: "grant", head, target, readerCapacity, sections, facts, notAfterMs, invitation };
}

/** Take hashes of facts, ordered where there are any, off a body. */
export function readFactHashes(fields: Fields, name: string): readonly string[] {
  const facts = fields.hashes(name, MAX_FACTS);
  if (facts.length > 0) checkOrder(facts, `${fields.what}.${name}`);
  return facts;
}

/** Says that a reader is to be left behind at the next rotation of these sections. */
export interface RevokeLink {
  readonly type: "revoke";
  readonly head: LinkHead;
  readonly reader: string;
  readonly sections: readonly SectionAt[];
}

export function revokeBody({ head, reader, sections }: Omit<RevokeLink, "type">): JsonObject {
  return { ...linkHeadToJson(head, "revoke"), reader, sections: sections.map(sectionAtToJson) };
}

export function readRevoke(statement: UnverifiedStatement): RevokeLink {
  const fields = statement.fieldsAfterPreamble("revoke");
  const link = {
    type: "revoke" as const,
    head: readLinkHead(fields, statement.preamble),
    reader: fields.hash("reader"),
    sections: readSectionsAt(fields, "sections"),
  };
  fields.done();
  return link;
}

/** Starts the next epoch of sections for exactly the readers who are permitted (protocol 7.5). */
export interface RotateLink {
  readonly type: "rotate";
  readonly head: LinkHead;
  readonly sections: readonly NewEpoch[];
  readonly readers: readonly RotateReader[];
}

/** The readers who were boxed. */
export function rotateTargets(link: RotateLink): readonly Target[] {
  return link.readers.filter((reader): reader is Target => !isDeferred(reader));
}

export function rotateBody({ head, sections, readers }: Omit<RotateLink, "type">): JsonObject {
  return {
    ...linkHeadToJson(head, "rotate"),
    sections: sections.map(newEpochToJson),
    readers: readers.map((reader) => (isDeferred(reader) ? { ...reader } : targetToJson(reader))),
  };
}

export function readRotate(statement: UnverifiedStatement): RotateLink {
  const fields = statement.fieldsAfterPreamble("rotate");
  const head = readLinkHead(fields, statement.preamble);
  const sections = readNewEpochs(fields);
  const readers = fields.objects("readers", MAX_READERS).map(readReader);
  checkOrder(
    readers.map(({ user }) => user),
    "rotate.readers",
  );
  fields.done();
  return { type: "rotate", head, sections, readers };
}

function readReader(fields: Fields): RotateReader {
  if (!fields.has("deferred")) return readTarget(fields);
  const value = { user: fields.hash("user"), deferred: fields.code("deferred") };
  fields.done();
  return value;
}
