/**
 * Keys that sign notes, and what each kind signs (docs/spec/log.md).
 *
 * C2SP signed-note v1.0.0 and tlog-cosignature v1.0.1, ML-DSA-44 from v1.1.0-rc.1:
 *
 *     0x01  Ed25519              the text
 *     0x04  Ed25519, with time   "cosignature/v1" LF "time " seconds LF text
 *     0x06  ML-DSA-44, with time "subtree/v1" LF 0x00, the cosigner's name, seconds, origin, 0, size, root
 *
 * The third form covers a checkpoint's first three lines and no extension line; so it signs nothing but checkpoints.
 */
import { bigEndian, concat, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { fromBase64, fromDecimal, toBase64, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import * as keys from "./keys.ts";
import * as mldsa from "./mldsa.ts";

export const MAX_NAME = 255;
export const ID_SIZE = 4;
const MAX_TIME = 2n ** 63n - 1n;
const TIME_SIZE = 8;
const ROOT_SIZE = 32;
const PRIVATE = "PRIVATE+KEY+";
const SUBTREE = utf8("subtree/v1\n\0");
// White_Space of Unicode above the control characters, a plus, and control characters.
// eslint-disable-next-line no-control-regex -- refusing them is the point
const NOT_IN_NAMES = /[\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** The first byte of a public key in a vkey. */
export const KEY_TYPE = { ed25519: 0x01, cosignature: 0x04, mldsa: 0x06 } as const;
export type KeyType = (typeof KEY_TYPE)[keyof typeof KEY_TYPE];

function keyType(code: number | undefined): KeyType | undefined {
  return Object.values(KEY_TYPE).find((known) => known === code);
}

/** Refuse a key name that is empty, too long, or holds a space, a `+` or a control character. */
export function checkName(name: string): void {
  const size = name.isWellFormed() ? utf8(name).length : 0;
  if (size === 0 || size > MAX_NAME || NOT_IN_NAMES.test(name)) throw new ProtocolError("malformed", "key name");
}

/** SHA-256(name LF type public key)[:4]. */
export function keyId(name: string, type: KeyType, publicKey: Uint8Array): Bytes {
  return sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).slice(0, ID_SIZE);
}

/** The bytes that a key signs under a note's text; `timeS` counts for the kinds that state a time. */
export function signedMessage(type: KeyType, name: string, text: string, timeS: bigint): Bytes {
  if (type === KEY_TYPE.ed25519) return utf8(text);
  if (type === KEY_TYPE.cosignature) return utf8(`cosignature/v1\ntime ${String(timeS)}\n${text}`);
  const [origin, size, root] = treeOf(text);
  const cosigner = utf8(name);
  const [nameSize, originSize] = [Uint8Array.of(cosigner.length), Uint8Array.of(origin.length)];
  const tree = concat(originSize, origin, new Uint8Array(TIME_SIZE), bigEndian(size, TIME_SIZE), root);
  return concat(SUBTREE, nameSize, cosigner, seconds(timeS), tree);
}

function treeOf(text: string): [Bytes, number, Bytes] {
  const [first = "", second = "", third = ""] = text.split("\n", 3);
  const [origin, root] = [utf8(first), fromBase64(third)];
  if (origin.length === 0 || origin.length > MAX_NAME || root.length !== ROOT_SIZE) {
    throw new ProtocolError("malformed", "cosigned text is no checkpoint");
  }
  return [origin, fromDecimal(second), root];
}

function seconds(timeS: bigint): Bytes {
  const data = new Uint8Array(TIME_SIZE);
  new DataView(data.buffer).setBigUint64(0, timeS);
  return data;
}

/** One line under a note. `blob` is what follows the key id; nothing about it is verified. */
export interface SignatureLine {
  readonly name: string;
  readonly keyId: Bytes;
  readonly blob: Bytes;
}

export function lineToText(line: SignatureLine): string {
  return `\u2014 ${line.name} ${toBase64(concat(line.keyId, line.blob))}\n`;
}

/** A public key under a name. The key id is derived, so an inconsistent one cannot exist. */
export class Verifier {
  readonly name: string;
  readonly type: KeyType;
  readonly public: Bytes;
  /** The four bytes that a signature line names this key by. */
  readonly keyId: Bytes;
  /** `name+hex8+base64(type || key)`: one spelling, so it serves to compare keys. */
  readonly vkey: string;

  constructor(name: string, type: KeyType, publicKey: Bytes) {
    checkName(name);
    (type === KEY_TYPE.mldsa ? mldsa : keys).checkPublicKey(publicKey);
    this.name = name;
    this.type = type;
    this.public = publicKey;
    this.keyId = keyId(name, type, publicKey);
    this.vkey = `${name}+${toHex(this.keyId)}+${toBase64(concat(Uint8Array.of(type), publicKey))}`;
  }

  /** Read a vkey; throws bad-key, malformed or wrong-algorithm. */
  static parse(vkey: string): Verifier {
    const [name, data] = threeParts(vkey) ?? [];
    if (name === undefined || data === undefined) throw new ProtocolError("malformed", "vkey");
    const key = fromBase64(data);
    const type = keyType(key[0]);
    if (type === undefined) throw new ProtocolError("wrong-algorithm", "vkey: key type");
    const verifier = new Verifier(name, type, key.slice(1));
    if (verifier.vkey !== vkey) throw new ProtocolError("bad-key", "vkey: key id does not recompute");
    return verifier;
  }

  /** Verify one line's blob over the text; the cosignature's POSIX seconds, undefined for a plain signature. */
  async verify(text: string, blob: Uint8Array): Promise<bigint | undefined> {
    if (this.type === KEY_TYPE.ed25519) {
      await keys.verify(this.public, blob, utf8(text));
      return undefined;
    }
    const timeS = blob.length > TIME_SIZE ? new DataView(blob.buffer, blob.byteOffset).getBigUint64(0) : 0n;
    if (timeS === 0n || timeS > MAX_TIME) throw new ProtocolError("bad-signature", `cosignature of ${this.name}: time`);
    const [signature, message] = [blob.subarray(TIME_SIZE), signedMessage(this.type, this.name, text, timeS)];
    if (this.type === KEY_TYPE.mldsa) mldsa.verify(this.public, signature, message);
    else await keys.verify(this.public, signature, message);
    return timeS;
  }
}

/** Name and key of `name+id+key`; the id is recomputed, so it is not handed on. */
function threeParts(text: string): [string, string] | undefined {
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  return first < 0 || second < 0 ? undefined : [text.slice(0, first), text.slice(second + 1)];
}

/** A key whose signature under a note verified, and the time it states in POSIX seconds when it states one. */
export interface Signed {
  readonly verifier: Verifier;
  readonly timeS: bigint | undefined;
}

/** A named key that signs notes (0x01), or cosigns checkpoints with a time (0x04 Ed25519, 0x06 ML-DSA-44). */
export class NoteSigner {
  readonly verifier: Verifier;
  readonly #key: keys.Signer;

  constructor(name: string, type: KeyType, seed: Uint8Array) {
    this.#key = type === KEY_TYPE.mldsa ? new mldsa.MldsaKey(seed) : new keys.SigningKey(seed);
    this.verifier = new Verifier(name, type, this.#key.public);
  }

  /** Read `PRIVATE+KEY+name+hex8+base64(type || seed)`; errors never repeat the text. */
  static parsePrivate(text: string): NoteSigner {
    const rest = text.startsWith(PRIVATE) ? text.slice(PRIVATE.length) : "";
    const [name, data] = threeParts(rest) ?? [];
    if (name === undefined || data === undefined) throw new ProtocolError("bad-key", "private key text");
    const key = fromBase64(data);
    const type = keyType(key[0]);
    if (type === undefined) throw new ProtocolError("wrong-algorithm", "private key text: key type");
    const signer = new NoteSigner(name, type, key.slice(1));
    if (rest !== `${name}+${toHex(signer.verifier.keyId)}+${data}`) {
      throw new ProtocolError("bad-key", "private key text: key id does not recompute");
    }
    return signer;
  }

  /** Sign a note's text; `timeS` (POSIX seconds, above 0) belongs to cosignatures only. */
  async line(text: string, timeS?: bigint): Promise<SignatureLine> {
    const { name, type, keyId: id } = this.verifier;
    if (type === KEY_TYPE.ed25519) return { name, keyId: id, blob: await this.#key.sign(utf8(text)) };
    if (timeS === undefined || timeS <= 0n || timeS > MAX_TIME) throw new ProtocolError("malformed", "time of a cosignature");
    const signature = await this.#key.sign(signedMessage(type, name, text, timeS));
    return { name, keyId: id, blob: concat(seconds(timeS), signature) };
  }
}

/** Whether a line bears the name and id of a key. */
export function isLineOf(line: SignatureLine, verifier: Verifier): boolean {
  return line.name === verifier.name && same(line.keyId, verifier.keyId);
}
