/** The number on the recovery sheet that stops a lost device by telephone. */
import { describe, expect, it } from "vitest";

import { holdNumber, holdNumberHash, spaced } from "../../src/protocol/account-hold.ts";

describe("the number that holds an account", () => {
  it("is the one of the specification for its phrase, read four by four", () => {
    const phrase = Uint8Array.from({ length: 32 }, (_, at) => at);
    expect(spaced(holdNumber(phrase))).toBe("0709 3704 1734 7557");
  });

  it("has 16 digits and a check digit, whatever the phrase", () => {
    for (let first = 0; first < 64; first += 1) {
      const number = holdNumber(new Uint8Array(32).fill(first));
      expect(number).toMatch(/^\d{16}$/);
      const sum = Array.from(number).reduce((total, digit, at) => {
        const counted = Number(digit) * (at % 2 === 0 ? 2 : 1);
        return total + (counted > 9 ? counted - 9 : counted);
      }, 0);
      expect(sum % 10).toBe(0);
    }
  });

  it("is kept by a hub as a hash only", () => {
    expect(holdNumberHash("0709370417347557")).toMatch(/^[0-9a-f]{64}$/);
  });
});
