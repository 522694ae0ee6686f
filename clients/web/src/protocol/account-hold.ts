/** The number that holds an account by telephone, made from its recovery phrase (docs/spec/holds.md, rules 4 and 5). It opens nothing. */
import { utf8 } from "./bytes.ts";
import { toHex } from "./encodings.ts";
import { hkdfExpand, labelledHash } from "./hashing.ts";

const LABEL = "hold-number";
const DRAWN = 15;
const GROUP = /.{4}/g;

/** 16 digits of the 32 bytes of a phrase: 15 made from them and one of Luhn. */
export function holdNumber(entropy: Uint8Array): string {
  const drawn = BigInt(`0x${toHex(hkdfExpand(entropy, LABEL))}`) % 10n ** BigInt(DRAWN);
  const digits = drawn.toString().padStart(DRAWN, "0");
  const sum = Array.from(digits).reduce((total, digit, at) => total + luhn(Number(digit), at % 2 === 0), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** The digits as they are read aloud: four by four. */
export function spaced(number: string): string {
  return (number.match(GROUP) ?? []).join(" ");
}

/** What a hub keeps of a number: enough to recognise it, not to print it. */
export function holdNumberHash(number: string): string {
  return toHex(labelledHash(LABEL, utf8(number)));
}

function luhn(digit: number, isDoubled: boolean): number {
  const counted = isDoubled ? digit * 2 : digit;
  return counted > 9 ? counted - 9 : counted;
}
