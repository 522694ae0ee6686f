/**
 * Entries: the author's statement over two sealed parts, sealing and opening (docs/spec/entries.md, protocol 8.3).
 *
 * The device signs the header and, for each part, the root over its ciphertext chunks, the hash of its server share and the key
 * commitment. A reader checks in this order, so that a failure names its author: chunks against the root and server share
 * against its hash (the hub's fault), then the commitment (the author's or opener's), then decrypts. Parts are in memory here;
 * `document.ts` streams.
 */
import { concat } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { checkHeader, headerId, headerToJson, readHeader } from "./entry-header.ts";
import type { EntryHeader } from "./entry-header.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { Signer } from "./keys.ts";
import { rootOf } from "./merkle.ts";
import { pad, unpad } from "./padding.ts";
import {
  checkCommitment,
  CHUNK_SIZE,
  chunkCount,
  chunkLeaf,
  ChunkOpener,
  ChunkSealer,
  derivePartSecret,
  shareHash,
  TAG_SIZE,
} from "./sealing.ts";
import type { ByPart, Part } from "./sealing.ts";
import { signStatement, Statement } from "./statements.ts";
import type { UnverifiedStatement } from "./statements.ts";

/** What the author signs about one part: RFC 6962 root over its ciphertext chunks, share hash, key commitment. */
export interface PartSeal {
  readonly root: string;
  readonly shareHash: string;
  readonly commitment: Bytes;
}

function readPartSeal(fields: Fields): PartSeal {
  const seal = { root: fields.hash("root"), shareHash: fields.hash("share_hash"), commitment: fields.data("kc", 32) };
  fields.done();
  return seal;
}

function partSealToJson(seal: PartSeal): JsonObject {
  return { root: seal.root, share_hash: seal.shareHash, kc: toBase64url(seal.commitment) };
}

/** A parsed entry whose signature has not been checked. */
export interface UnverifiedEntry {
  readonly statement: UnverifiedStatement;
  readonly header: EntryHeader;
  readonly seals: ByPart<PartSeal>;
  /** The entry id in hex: that of the header. */
  readonly id: string;
}

/** An entry whose statement was verified against its author's device. */
export interface VerifiedEntry extends UnverifiedEntry {
  readonly statement: Statement;
}

/** Read an `entry` statement strictly; verified when the statement is. */
export function readEntry(statement: Statement): VerifiedEntry;
export function readEntry(statement: UnverifiedStatement): UnverifiedEntry;
export function readEntry(statement: UnverifiedStatement): UnverifiedEntry {
  const fields = statement.fieldsAfterPreamble("entry");
  const header = readHeader(statement.preamble, fields);
  const parts = fields.nested("parts");
  const seals = { title: readPartSeal(parts.nested("title")), body: readPartSeal(parts.nested("body")) };
  parts.done();
  fields.done();
  return { statement, header, seals, id: headerId(header) };
}

/** Refuse a server share other than the one the author signed (at deposit their fault, later the hub's). */
export function checkServerShare(entry: UnverifiedEntry, part: Part, serverShare: Uint8Array): void {
  if (shareHash(serverShare) !== entry.seals[part].shareHash) {
    throw new ProtocolError("bad-share", `server share of the ${part} of entry ${entry.id}`);
  }
}

/** Sign a header together with what was sealed under it. */
export async function signEntry(header: EntryHeader, seals: ByPart<PartSeal>, key: Signer): Promise<VerifiedEntry> {
  const parts = { title: partSealToJson(seals.title), body: partSealToJson(seals.body) };
  return readEntry(await signStatement({ ...headerToJson(header), parts }, key));
}

/** One part sealed in memory: what is signed about it, and its ciphertext chunks, tags included. */
export interface SealedPart {
  readonly seal: PartSeal;
  readonly chunks: readonly Bytes[];
}

/** What a deposit sends: the entry, the ciphertext chunks and the server share of each part. */
export interface SealedEntry {
  readonly entry: VerifiedEntry;
  readonly parts: ByPart<readonly Bytes[]>;
  readonly serverShares: ByPart<Uint8Array>;
}

/** The two shares of one part's key. The server share is drawn for one sealing alone: see `sealing.ts`. */
export interface Shares {
  readonly clientShare: Uint8Array;
  readonly serverShare: Uint8Array;
}

/** Seal one part in memory; throws bad-padding when the header names another size. */
export async function sealPart(
  header: EntryHeader,
  part: Part,
  plaintext: Uint8Array,
  { clientShare, serverShare }: Shares,
): Promise<SealedPart> {
  const secret = derivePartSecret(headerId(header), part, clientShare, serverShare);
  const padded = pad(plaintext);
  if (padded.length !== header.sizes[part]) {
    throw new ProtocolError("bad-padding", `${part} of ${padded.length} bytes, header says ${header.sizes[part]}`);
  }
  const sealer = new ChunkSealer(secret, padded.length);
  const chunks: Bytes[] = [];
  for (let start = 0; start < padded.length; start += CHUNK_SIZE) {
    chunks.push(await sealer.seal(padded.subarray(start, start + CHUNK_SIZE)));
  }
  return { seal: { root: rootOfChunks(chunks), shareHash: shareHash(serverShare), commitment: secret.commitment }, chunks };
}

/** Plaintexts and shares of both parts. */
export interface EntryContent {
  readonly plaintexts: ByPart<Uint8Array>;
  readonly clientShares: ByPart<Uint8Array>;
  readonly serverShares: ByPart<Uint8Array>;
}

/** Seal both parts and sign. `serverShares` are 32 random bytes each, drawn for this call alone. */
export async function sealEntry(header: EntryHeader, content: EntryContent, key: Signer): Promise<SealedEntry> {
  // Before a key is used: a header that no reader takes would cost its keys all the same.
  checkHeader(header);
  const seal = (part: Part): Promise<SealedPart> => {
    const shares = { clientShare: content.clientShares[part], serverShare: content.serverShares[part] };
    return sealPart(header, part, content.plaintexts[part], shares);
  };
  const [title, body] = [await seal("title"), await seal("body")];
  const entry = await signEntry(header, { title: title.seal, body: body.seal }, key);
  return { entry, parts: { title: title.chunks, body: body.chunks }, serverShares: content.serverShares };
}

function rootOfChunks(chunks: readonly Uint8Array[]): string {
  return toHex(rootOf(chunks.map(chunkLeaf)));
}

/** Refuse chunks that are not those the author signed: in number, in order, to the byte. What a deposit checks. */
export function checkChunks(entry: UnverifiedEntry, part: Part, chunks: readonly Uint8Array[]): void {
  if (chunks.length !== chunkCount(entry.header.sizes[part])) {
    throw new ProtocolError("bad-ciphertext", `${chunks.length} chunks of the ${part} of entry ${entry.id}`);
  }
  if (rootOfChunks(chunks) !== entry.seals[part].root) {
    throw new ProtocolError("wrong-hash", `chunks of the ${part} of entry ${entry.id}`);
  }
}

/**
 * The plaintext of a part. Throws bad-share, bad-ciphertext or wrong-hash when the hub served something else than what was
 * deposited, bad-commitment when the client share is not the one this was sealed with, bad-padding for an author's padding.
 */
export async function openPart(
  entry: VerifiedEntry,
  part: Part,
  chunks: readonly Uint8Array[],
  { clientShare, serverShare }: Shares,
): Promise<Uint8Array> {
  checkServerShare(entry, part, serverShare);
  checkChunks(entry, part, chunks);
  const secret = derivePartSecret(entry.id, part, clientShare, serverShare);
  checkCommitment(secret, entry.seals[part].commitment);
  const opener = new ChunkOpener(secret, entry.header.sizes[part]);
  const plain: Bytes[] = [];
  for (const chunk of chunks) plain.push(await opener.open(chunk));
  return unpad(concat(...plain));
}

/** Cut the ciphertext of a part, sent in one piece, into its chunks. */
export function splitChunks(ciphertext: Uint8Array): Uint8Array[] {
  const size = CHUNK_SIZE + TAG_SIZE;
  return Array.from({ length: Math.ceil(ciphertext.length / size) }, (_, i) => ciphertext.subarray(i * size, (i + 1) * size));
}
