/**
 * Boxes of a `named` entry: both client shares for one reader (docs/spec/entries.md, protocol rule 8.2).
 *
 * The header holds the hash of each box, and the entry id hashes the header; so a box is bound to the header without the
 * hashes of boxes: context = SHA-256(`volet/v1/entry-box` LF canonical(header, `box` left out of each reader)).
 */
import { BoxKey, openBox, sealBox } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";
import { decode, encode } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { headerId, headerToJson } from "./entry-header.ts";
import type { EntryHeader, NamedReader } from "./entry-header.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { labelledHash, sha256Hex } from "./hashing.ts";
import { SHARE_SIZE } from "./sealing.ts";
import type { ByPart } from "./sealing.ts";

const LABEL = "entry";
const UNSET = "0".repeat(64);

/** Who a named entry is boxed to: a user and the public box key of one generation. */
export interface Recipient {
  readonly user: string;
  readonly generation: number;
  readonly public: Uint8Array;
}

/** The readers for a header that `boxShares` will complete. */
export function unboxedReaders(recipients: readonly Recipient[]): NamedReader[] {
  return recipients.map(({ user, generation }) => ({ user, generation, box: UNSET }));
}

/** A header with the hashes of its boxes, and the box of each user. */
export interface BoxedHeader {
  readonly header: EntryHeader;
  readonly boxes: ReadonlyMap<string, Bytes>;
}

/**
 * Box both client shares (32 random bytes a part) to each recipient. `header.named` lists these recipients in this order,
 * else wrong-readers.
 */
export async function boxShares(
  header: EntryHeader,
  recipients: readonly Recipient[],
  clientShares: ByPart<Uint8Array>,
): Promise<BoxedHeader> {
  const readers = header.named ?? [];
  const expected = recipients.every(
    ({ user, generation }, place) => readers[place]?.user === user && readers[place].generation === generation,
  );
  if (!expected || readers.length !== recipients.length) throw new ProtocolError("wrong-readers", "named entry");
  const plaintext = encode({ title: toBase64url(clientShares.title), body: toBase64url(clientShares.body) });
  const context = contextOf(header);
  const boxes = new Map<string, Bytes>();
  const named: NamedReader[] = [];
  for (const { user, generation, public: publicKey } of recipients) {
    const box = await sealBox(plaintext, publicKey, LABEL, context);
    boxes.set(user, box);
    named.push({ user, generation, box: sha256Hex(box) });
  }
  return { header: { ...header, named }, boxes };
}

/**
 * The client share of each part from the box of `user`. Throws wrong-recipient for a user not named, wrong-hash for a box
 * other than the signed one, bad-box.
 */
export async function openShares(header: EntryHeader, user: string, box: Uint8Array, key: BoxKey): Promise<ByPart<Bytes>> {
  const reader = header.named?.find((named) => named.user === user);
  if (reader === undefined) throw new ProtocolError("wrong-recipient", `named entry ${headerId(header)}`);
  if (sha256Hex(box) !== reader.box) throw new ProtocolError("wrong-hash", `box of entry ${headerId(header)}`);
  const fields = new Fields(decode(await openBox(box, key, LABEL, contextOf(header))), "client shares");
  const shares = { title: fields.data("title", SHARE_SIZE), body: fields.data("body", SHARE_SIZE) };
  fields.done();
  return shares;
}

function contextOf(header: EntryHeader): Bytes {
  const named = (header.named ?? []).map(({ user, generation }) => ({ user, generation }));
  return labelledHash("entry-box", encode({ ...headerToJson(header), named }));
}
