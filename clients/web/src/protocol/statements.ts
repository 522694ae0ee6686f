/**
 * Signed statements: the one envelope of everything that is signed (docs/spec/encoding.md).
 *
 * Wire form: canonical JSON `{"body": {...}, "sig": "<base64url>"}`. Signed bytes: `volet/v1/` type LF canonical(body). The
 * statement's hash is SHA-256 of the signed bytes: it does not depend on the signature. The type stands in the signed prefix
 * and in the body, and they agree, so a signature never serves for another type.
 */
import { concat, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { decode, encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { fromBase64url, toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { LABEL, sha256Hex } from "./hashing.ts";
import { verify } from "./keys.ts";
import type { Signer } from "./keys.ts";

export const VERSION = 1;
export const ALGORITHM = "ed25519";
export const STATEMENT_LIMIT = 1024 * 1024;

export const TYPES = [
  // trust and identity
  "trust-bundle",
  "attestation",
  "attestation-end",
  "policy-activation",
  "seen-in-person",
  "login",
  "account-hold",
  // user chains
  "user-create",
  "device-add",
  "device-revoke",
  "user-key",
  "recovery-set",
  "recovery-replace",
  "recovery-veto",
  "recover",
  "chain-close",
  // case chains
  "case-create",
  "class-create",
  "fact",
  "claim",
  "grant",
  "revoke",
  "rotate",
  "opening",
  "opening-close",
  // exchanges
  "exchange-create",
  "exchange-change",
  // entries and releases
  "entry",
  "entry-take-back",
  "release-request",
  "log-request",
] as const;

export type StatementType = (typeof TYPES)[number];

/** A position in a chain: the sequence number of a link and its hash in hex. */
export interface HeadRef {
  readonly seq: number;
  readonly hash: string;
}

export function readHead(fields: Fields): HeadRef {
  const head = { seq: fields.integer("seq"), hash: fields.hash("hash") };
  fields.done();
  return head;
}

/** What every statement of a user begins with: who, with which device, at which head of their chain, when. */
export interface Preamble {
  readonly hub: string;
  readonly user: string;
  readonly device: string;
  readonly userHead: HeadRef;
  readonly timeMs: number;
}

/** The common fields of a body of this type. */
export function preambleToJson(preamble: Preamble, type: StatementType): JsonObject {
  return {
    v: VERSION,
    type,
    alg: ALGORITHM,
    hub: preamble.hub,
    author: { user: preamble.user, device: preamble.device },
    user_head: { seq: preamble.userHead.seq, hash: preamble.userHead.hash },
    time_ms: preamble.timeMs,
  };
}

/** Take the common fields off a body; refuse another version, type or algorithm. */
export function readPreamble(fields: Fields, type: StatementType): Preamble {
  readType(fields, type);
  const author = fields.nested("author");
  const [user, device] = [author.hash("user"), author.hash("device")];
  author.done();
  return {
    hub: fields.label("hub"),
    user,
    device,
    userHead: readHead(fields.nested("user_head")),
    timeMs: fields.integer("time_ms"),
  };
}

/** Take version, type and algorithm off a body, for statements whose author is not a user chain. */
export function readType(fields: Fields, type: StatementType): void {
  if (fields.integer("v") !== VERSION) throw new ProtocolError("wrong-version", fields.what);
  if (fields.text("type", 64) !== type) throw new ProtocolError("wrong-type", `${fields.what} is not a ${type}`);
  if (fields.text("alg", 64) !== ALGORITHM) throw new ProtocolError("wrong-algorithm", fields.what);
}

/** A parsed statement whose signature has not been checked. */
export class UnverifiedStatement {
  readonly body: JsonObject;
  readonly signature: Bytes;
  readonly type: StatementType;
  /** `volet/v1/` type LF canonical(body). */
  readonly signedBytes: Bytes;
  /** SHA-256 of the signed bytes, in hex. */
  readonly hash: string;
  #begun: { preamble: Preamble; left: JsonObject } | undefined;

  /** `same` is another statement of this very body: encoding and hashing it is most of what reading a statement costs. */
  constructor(body: JsonObject, signature: Bytes, same?: UnverifiedStatement) {
    this.body = body;
    this.signature = signature;
    const type = TYPES.find((known) => known === body["type"]);
    if (type === undefined) throw new ProtocolError("wrong-type", "statement type");
    this.type = type;
    const known = same?.body === body ? same : undefined;
    this.signedBytes = known?.signedBytes ?? concat(utf8(`${LABEL}${type}\n`), encode(body));
    this.hash = known?.hash ?? sha256Hex(this.signedBytes);
    if (known !== undefined) this.#begun = known.#begun;
  }

  /** A strict reader of the body. */
  fields(): Fields {
    return new Fields(this.body, this.type);
  }

  #begin(): { preamble: Preamble; left: JsonObject } {
    if (this.#begun === undefined) {
      const fields = this.fields();
      this.#begun = { preamble: readPreamble(fields, this.type), left: fields.left };
    }
    return this.#begun;
  }

  /** Who made this statement of a user, as it says. */
  get preamble(): Preamble {
    return this.#begin().preamble;
  }

  /** A strict reader of the body of a statement of that type, its preamble already taken. */
  fieldsAfterPreamble(type: StatementType): Fields {
    if (this.type !== type) throw new ProtocolError("wrong-type", `${this.type} is not a ${type}`);
    return new Fields(this.#begin().left, type);
  }

  toJson(): JsonObject {
    return { body: this.body, sig: toBase64url(this.signature) };
  }

  toBytes(): Bytes {
    return encode(this.toJson());
  }

  /** The verified statement; throws bad-key or bad-signature. */
  async verify(publicKey: Uint8Array): Promise<Statement> {
    await verify(publicKey, this.signature, this.signedBytes);
    return new Statement(this.body, this.signature, this);
  }
}

/** A statement whose signature was checked against a key, or that was signed here. */
export class Statement extends UnverifiedStatement {
  // Makes the type nominal: an unverified statement does not pass for a verified one.
  readonly verified = true;
}

/** Read the wire form from bytes; throws `ProtocolError` on anything but its one spelling. */
export function parseStatement(data: Uint8Array, limit: number = STATEMENT_LIMIT): UnverifiedStatement {
  return statementFromJson(decode(data, limit));
}

/** Read the wire form from an object that was already parsed. */
export function statementFromJson(value: JsonObject): UnverifiedStatement {
  const fields = new Fields(value, "statement");
  const body = fields.raw("body");
  const signature = fromBase64url(fields.text("sig", 128));
  fields.done();
  return new UnverifiedStatement(body, signature);
}

/** Sign a body that names its type. */
export async function signStatement(body: JsonObject, key: Signer): Promise<Statement> {
  const unsigned = new UnverifiedStatement(body, new Uint8Array());
  return new Statement(body, await key.sign(unsigned.signedBytes), unsigned);
}
