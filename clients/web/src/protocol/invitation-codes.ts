/**
 * Codes that one person says or shows to another: a newcomer's invitation, a further device (docs/spec/invitations.md).
 *
 * A code is 80 random bits, dictated as 16 characters of Crockford's base 32 and a check character, or 128 bits in a QR. Both
 * sides prove that they have it by an HMAC under a key from it, so that it never travels; no shorter code withstands somebody
 * who tries them all off line (protocol 5.7). The check character is a sum over GF(32): one wrong character, or two that
 * changed places, are always found, and it needs no sign outside the alphabet as Crockford's own does.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { fromBase64url, isHash, toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { hkdfExpand, hkdfExtract, hmacSha256 } from "./hashing.ts";

export const SPOKEN_SIZE = 10;
export const SHOWN_SIZE = 16;
export const CODE_VALIDITY_MS = 72 * 3_600_000;
export const TRIES = 3;
/** What a code is about when it brings a further device and no case. */
export const DEVICE = "device";
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = (SPOKEN_SIZE * 8) / 5;
const IGNORED = /[ \-\t\r\n\u2010\u2011\u2013\u00a0\u202f]/g;
const WRITTEN = /^[0-9A-HJKMNP-TV-Z]{17}$/;
// x^5 + x^2 + 1 is primitive over GF(2): the powers of x differ over 31 places.
const REDUCED = 0b100101;
const TOP = 0b100000;

/** Who proves to whom: a proof sent back to its sender proves nothing. */
export type Direction = "invitee" | "inviter";

/** What a proof is about. `about` is the id of a case or `device`, `invitee` the id of the new chain or device. */
export interface Terms {
  readonly hub: string;
  readonly inviter: string;
  readonly about: string;
  readonly invitee: string;
  readonly expiresMs: number;
}

/** What the maker of a code remembers of it: wrong proofs so far, and whether it was answered. */
export interface CodeUse {
  readonly wrong: number;
  readonly answered: boolean;
}

export const NEW_CODE: CodeUse = { wrong: 0, answered: false };

/** The secret of a code: 10 bytes when it is said, 16 when it is shown. */
export class InvitationCode {
  readonly #secret: Bytes;

  constructor(secret: Bytes) {
    if (secret.length !== SPOKEN_SIZE && secret.length !== SHOWN_SIZE) throw new ProtocolError("bad-key", "code");
    this.#secret = secret;
  }

  get secret(): Bytes {
    return this.#secret;
  }

  /** `XXXX-XXXX-XXXX-XXXX-X`; a code made to be shown has no such form (bad-key). */
  spoken(): string {
    if (this.#secret.length !== SPOKEN_SIZE) throw new ProtocolError("bad-key", "code too long to be said");
    const number = this.#secret.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const digits = Array.from({ length: LENGTH }, (_, at) => Number((number >> BigInt(5 * (LENGTH - 1 - at))) & 31n));
    const written = [...digits, checkOf(digits)].map((digit) => ALPHABET.charAt(digit)).join("");
    return (written.match(/.{1,4}/g) ?? []).join("-");
  }

  /** The 22 characters that a QR holds; a code made to be said has no such form (bad-key). */
  shown(): string {
    if (this.#secret.length !== SHOWN_SIZE) throw new ProtocolError("bad-key", "code too short to be shown");
    return toBase64url(this.#secret);
  }

  /** The 32-byte proof that whoever stands at this end has the code. */
  proof(terms: Terms, direction: Direction): Bytes {
    const key = hkdfExpand(hkdfExtract(new Uint8Array(), this.#secret), "invitation");
    return hmacSha256(key, encode(covered(terms, direction)));
  }

  /** Refuse a proof outside the life of the code (expired, not-yet) or not of this code and terms (bad-proof). */
  check(terms: Terms, direction: Direction, proof: Uint8Array, nowMs: number): void {
    if (nowMs >= terms.expiresMs) throw new ProtocolError("expired", "code");
    if (terms.expiresMs - nowMs > CODE_VALIDITY_MS) {
      throw new ProtocolError("not-yet", "code that would live longer than 72 hours");
    }
    if (!same(proof, this.proof(terms, direction))) throw new ProtocolError("bad-proof", "proof of a code");
  }

  /**
   * Judge an invitee's proof as the maker of the code: what to remember, and the refusal if it is one. Single use (already),
   * three wrong proofs (over-quota), then as `check`. The caller keeps what is returned before it acts on it: a crash between
   * must not give another try.
   */
  answer(use: CodeUse, terms: Terms, proof: Uint8Array, nowMs: number): readonly [CodeUse, Reason | null] {
    if (use.answered) return [use, "already"];
    if (use.wrong >= TRIES) return [use, "over-quota"];
    try {
      this.check(terms, "invitee", proof, nowMs);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return [{ ...use, wrong: use.wrong + (error.reason === "bad-proof" ? 1 : 0) }, error.reason];
    }
    return [{ ...use, answered: true }, null];
  }
}

/**
 * The code that somebody typed or dictated: case, blanks, hyphens do not matter, O is 0, I and L are 1. Throws `ProtocolError`:
 * malformed for other characters or another length, wrong-hash where the check character does not belong to the others.
 */
export function readSpoken(typed: string): InvitationCode {
  const plain = typed
    .toUpperCase()
    .replaceAll(IGNORED, "")
    .replaceAll(/[OIL]/g, (one) => (one === "O" ? "0" : "1"));
  if (!WRITTEN.test(plain)) throw new ProtocolError("malformed", "code");
  const all = Array.from(plain, (one) => ALPHABET.indexOf(one));
  const digits = all.slice(0, LENGTH);
  if (checkOf(digits) !== all[LENGTH]) throw new ProtocolError("wrong-hash", "check character of a code");
  let number = digits.reduce((sum, digit) => (sum << 5n) | BigInt(digit), 0n);
  const secret = new Uint8Array(SPOKEN_SIZE);
  for (let at = SPOKEN_SIZE - 1; at >= 0; at--) {
    secret[at] = Number(number & 255n);
    number >>= 8n;
  }
  return new InvitationCode(secret);
}

/** The code of a QR: 16 bytes in base64url, one spelling; bad-key for another size. */
export function readShown(text: string): InvitationCode {
  const secret = fromBase64url(text);
  if (secret.length !== SHOWN_SIZE) throw new ProtocolError("bad-key", "code of a QR");
  return new InvitationCode(secret);
}

/** The name of the place where a further device finds the one that made the code. */
export function joinName(code: InvitationCode): string {
  return toHex(hkdfExpand(hkdfExtract(new Uint8Array(), code.secret), "device-join"));
}

function covered(terms: Terms, direction: Direction): JsonObject {
  if (!isHash(terms.inviter) || !isHash(terms.invitee) || !(terms.about === DEVICE || isHash(terms.about))) {
    throw new ProtocolError("malformed", "terms of a code");
  }
  return {
    hub: terms.hub,
    inviter: terms.inviter,
    about: terms.about,
    invitee: terms.invitee,
    expires_ms: terms.expiresMs,
    direction,
  };
}

function checkOf(digits: readonly number[]): number {
  let total = 0;
  for (const digit of digits) total = timesX(total ^ digit);
  return total;
}

function timesX(value: number): number {
  const shifted = value << 1;
  return (shifted & TOP) === 0 ? shifted : shifted ^ REDUCED;
}
