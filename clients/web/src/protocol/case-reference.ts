/**
 * The reference of a case as every paper prints it: short enough to be dictated, with check characters (F18).
 *
 * `8QK3-V0TX-2M4R-7C`: the first 60 bits of the case id in Crockford's base 32, then two check characters, the same number
 * modulo 997. One wrong character and two neighbours exchanged are always found. O is read as 0, I and L as 1. The reference says
 * nothing of the person and opens nothing.
 */
import { ProtocolError } from "./errors.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Hex digits of the case id that a reference holds. */
export const REFERENCE_PREFIX = 15;
const BASE = 32n;
const PRIME = 997n;
const LENGTH = 12;
const CHECKS = 2;
const IGNORED = /[ \-\u2011\u00a0]/g;
const WRITTEN = /^[0-9A-HJKMNP-TV-Z]{14}$/;

/** The reference of a case from its id (64 hex digits). */
export function referenceOf(case_: string): string {
  const number = BigInt(`0x${case_.slice(0, REFERENCE_PREFIX)}`);
  const text = written(number, LENGTH) + written(number % PRIME, CHECKS);
  return (text.match(/.{1,4}/g) ?? []).join("-");
}

/**
 * The first 15 hex digits of the case id that a typed or dictated reference stands for. Blanks, hyphens and case do not matter.
 * Throws `ProtocolError`: malformed for other characters or another length, wrong-hash where the check characters do not belong
 * to the others.
 */
export function prefixOf(reference: string): string {
  const typed = reference
    .toUpperCase()
    .replaceAll(IGNORED, "")
    .replaceAll(/[OIL]/g, (one) => (one === "O" ? "0" : "1"));
  if (!WRITTEN.test(typed)) {
    throw new ProtocolError("malformed", "reference of a case");
  }
  const number = numberOf(typed.slice(0, LENGTH));
  if (numberOf(typed.slice(LENGTH)) !== number % PRIME) {
    throw new ProtocolError("wrong-hash", "check characters of a reference");
  }
  return number.toString(16).padStart(REFERENCE_PREFIX, "0");
}

function written(number: bigint, length: number): string {
  let [text, rest] = ["", number];
  for (let place = 0; place < length; place++) {
    text = (ALPHABET[Number(rest % BASE)] ?? "") + text;
    rest /= BASE;
  }
  return text;
}

function numberOf(text: string): bigint {
  let number = 0n;
  for (const one of text) number = number * BASE + BigInt(ALPHABET.indexOf(one));
  return number;
}
