/**
 * The `login` statement: a device signs the hub's challenge, and a session opens (docs/spec/trust.md).
 *
 * It says nothing about who the person is: that is the ID token's part, whose nonce binds the same user id. Both are needed,
 * so a stolen ID token opens no session, and neither does a stolen device without a fresh identification.
 */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { preambleToJson } from "./statements.ts";
import type { Preamble } from "./statements.ts";

export const CHALLENGE_SIZE = 32;

/** What a device signs: the login's id, its challenge, and the capacity it will act in (undefined for a person). */
export interface LoginStatement {
  readonly preamble: Preamble;
  readonly login: string;
  readonly challenge: Uint8Array;
  readonly capacity: string | undefined;
}

/** The body to sign; throws malformed for a challenge that is none: a hub could have anything else signed. */
export function loginBody({ preamble, login, challenge, capacity }: LoginStatement): JsonObject {
  if (challenge.length !== CHALLENGE_SIZE) throw new ProtocolError("malformed", "challenge of a login");
  return present({ ...preambleToJson(preamble, "login"), login, challenge: toBase64url(challenge), capacity });
}
