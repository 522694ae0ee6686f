/**
 * `tlog-proof`: a leaf's place in the log, verifiable off line (C2SP tlog-proof, commit 5ba5ee8; docs/spec/log.md).
 *
 *     c2sp.org/tlog-proof@v1 LF [extra base64 LF] index n LF (base64(hash) LF)* LF checkpoint
 *
 * `extra` is not authenticated by itself; where it holds the raw leaf, the inclusion proof binds it.
 */
import type { Bytes } from "./bytes.ts";
import type { LogVerifier, SignedCheckpoint } from "./checkpoint.ts";
import { fromBase64, fromDecimal, toBase64 } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { characters } from "./fields.ts";
import { HASH_SIZE, leafHash, MAX_PROOF, verifyInclusion } from "./merkle.ts";
import { MAX_NOTE } from "./note.ts";

export const MAX_EXTRA = 4 * 1024;
export const MAX_PROOF_TEXT = MAX_NOTE + 16 * 1024;
const HEADER = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";
const INDEX = "index ";

/** A parsed proof; nothing is verified until `verifyProof`. `checkpoint` is the signed note as received. */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Bytes[];
  readonly checkpoint: string;
  readonly extra?: Bytes;
}

/** Read a proof; throws `ProtocolError` too-large, malformed or not-canonical. */
export function parseProof(text: string): TlogProof {
  if (characters(text) > MAX_PROOF_TEXT) throw new ProtocolError("too-large", "proof");
  // The hashes end at the first empty line; the checkpoint's own empty line comes later.
  const cut = text.indexOf("\n\n");
  const [header, ...lines] = cut < 0 ? [] : text.slice(0, cut).split("\n");
  if (header !== HEADER || lines.length === 0) throw new ProtocolError("malformed", "proof: header");
  const extra = lines[0]?.startsWith(EXTRA) === true ? fromBase64((lines.shift() ?? "").slice(EXTRA.length)) : undefined;
  if (extra !== undefined && extra.length > MAX_EXTRA) throw new ProtocolError("too-large", "proof: extra");
  const [first, ...encoded] = lines;
  if (first?.startsWith(INDEX) !== true) throw new ProtocolError("malformed", "proof: index");
  const index = fromDecimal(first.slice(INDEX.length));
  if (encoded.length > MAX_PROOF) throw new ProtocolError("too-large", "proof: hashes");
  const hashes = encoded.map(fromBase64);
  if (hashes.some((hash) => hash.length !== HASH_SIZE)) throw new ProtocolError("malformed", "proof: hash");
  return { index, hashes, checkpoint: text.slice(cut + 2), ...(extra === undefined ? {} : { extra }) };
}

/** The text form. */
export function proofToText(proof: TlogProof): string {
  const extra = proof.extra === undefined ? "" : `${EXTRA}${toBase64(proof.extra)}\n`;
  const hashes = proof.hashes.map((hash) => `${toBase64(hash)}\n`).join("");
  return `${HEADER}\n${extra}${INDEX}${proof.index}\n${hashes}\n${proof.checkpoint}`;
}

/** The verified checkpoint in which the bytes `leaf` stand at the proof's index; throws `ProtocolError`. */
export async function verifyProof(proof: TlogProof, log: LogVerifier, leaf: Uint8Array): Promise<SignedCheckpoint> {
  const checkpoint = await log.open(proof.checkpoint);
  if (!verifyInclusion(proof.index, checkpoint.size, leafHash(leaf), proof.hashes, checkpoint.root)) {
    throw new ProtocolError("bad-proof", "inclusion of a leaf");
  }
  return checkpoint;
}
