/**
 * Bindings: an identity provider's signature over a user id, through the OIDC nonce (docs/spec/bindings.md).
 *
 * 1. nonce = base64url(SHA-256(`volet/v1/nonce` LF canonical({aud, hub, iss, random, user}))): the client computes it, so a
 *    token obtained for one chain never serves for another.
 * 2. The binding is the ID token with what opens its nonce. Issuer, audience and key come from the trust bundle, and so does
 *    the mode, from the audience: the provider that identifies for an independent registrar may identify for the hub too, and
 *    a token that the hub obtained for itself must not count as proof.
 * 3. `iat` lies within the validity of the key. `exp` is not judged: a binding says what was true at `iat`.
 * 4. Of two bindings for one chain the one with the larger `iat` counts.
 *
 * What it proves is what the relying party of `aud` says, not the person's choice: `acceptance` draws the consequence.
 */
import { utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { checkText, encode, MAX_INTEGER } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { labelledHash } from "./hashing.ts";
import { claimText, parseToken, verifyToken } from "./jws.ts";
import type { UnverifiedToken } from "./jws.ts";
import { issuerOf } from "./trust-bundle.ts";
import type { TrustBundle } from "./trust-bundle.ts";
import { audienceOf, checkIssuerKeyAt, issuerKeyOf } from "./trust-parties.ts";
import type { Mode } from "./trust-parties.ts";

export const NONCE_RANDOM_SIZE = 32;
export const REPROOF_MS = 90 * 86_400_000;
const CLOCK_MS = 120_000;
const MAX_SECONDS = Math.floor(MAX_INTEGER / 1000);

/** What the nonce of a token is over; `random` is 32 bytes drawn by the client and used once. */
export interface NonceOpening {
  readonly hub: string;
  readonly iss: string;
  readonly aud: string;
  readonly user: string;
  readonly random: Uint8Array;
}

/** The OIDC nonce for a chain. */
export function bindingNonce({ hub, iss, aud, user, random }: NonceOpening): string {
  if (random.length !== NONCE_RANDOM_SIZE) throw new ProtocolError("malformed", "random of a nonce");
  return toBase64url(labelledHash("nonce", encode({ hub, iss, aud, user, random: toBase64url(random) })));
}

/** An ID token and what opens its nonce; nothing in it is verified. */
export interface Binding {
  readonly idToken: string;
  readonly iss: string;
  readonly aud: string;
  readonly random: Bytes;
}

export function readBinding(fields: Fields): Binding {
  const binding = {
    idToken: fields.text("id_token"),
    iss: fields.label("iss"),
    aud: fields.label("aud"),
    random: fields.data("random", NONCE_RANDOM_SIZE),
  };
  fields.done();
  return binding;
}

export function bindingToJson(binding: Binding): JsonObject {
  const { idToken, iss, aud, random } = binding;
  return { id_token: idToken, iss, aud, random: toBase64url(random) };
}

/**
 * Who stands behind a chain, as a listed issuer signed it at `iatMs` for the relying party `aud`. `mode` is that of the
 * audience in the trust bundle.
 */
export interface BoundSubject {
  readonly iss: string;
  readonly sub: string;
  readonly iatMs: number;
  readonly mode: Mode;
  readonly aud: string;
}

/** Whether capacities that rest on this binding must be proved again: 90 days (protocol 5.3). */
export function reproofDue(subject: BoundSubject, nowMs: number): boolean {
  return nowMs - subject.iatMs > REPROOF_MS;
}

/**
 * The subject that a binding proves for the chain `user`. Throws `ProtocolError`: wrong-issuer, wrong-audience, not-trusted
 * (key not listed), wrong-algorithm, bad-signature, wrong-nonce (another chain, hub, issuer, audience or random), not-yet or
 * expired (`iat` outside the key's validity, or in the future), malformed.
 */
export async function verifyBinding(binding: Binding, user: string, bundle: TrustBundle, nowMs: number): Promise<BoundSubject> {
  const issuer = issuerOf(bundle, binding.iss);
  const { aud, mode } = audienceOf(issuer, binding.aud);
  const token = parseToken(binding.idToken);
  const kid = token.header.get("kid");
  if (typeof kid !== "string") throw new ProtocolError("missing-field", "token header: kid");
  const key = issuerKeyOf(issuer, kid);
  await verifyToken(token, key.jwk);
  const { iss } = issuer;
  if (claimText(token, "iss") !== iss) throw new ProtocolError("wrong-issuer", "token");
  checkAudience(token, aud);
  if (claimText(token, "nonce") !== bindingNonce({ hub: bundle.hub, iss, aud, user, random: binding.random })) {
    throw new ProtocolError("wrong-nonce", "token");
  }
  const iatMs = issuedMs(token);
  checkIssuerKeyAt(key, iatMs);
  if (iatMs > nowMs + CLOCK_MS) throw new ProtocolError("not-yet", "token issued in the future");
  const sub = claimText(token, "sub");
  checkText(sub);
  return { iss, sub, iatMs, mode, aud };
}

/** The binding that counts for one chain: the largest `iat`; throws missing-field when there is none. */
export function newestBinding(bound: readonly BoundSubject[]): BoundSubject {
  const [first, ...others] = bound;
  if (first === undefined) throw new ProtocolError("missing-field", "no binding for the chain");
  return others.reduce((best, other) => (isNewer(other, best) ? other : best), first);
}

function isNewer(left: BoundSubject, right: BoundSubject): boolean {
  if (left.iatMs !== right.iatMs) return left.iatMs > right.iatMs;
  return left.iss === right.iss ? comesAfter(left.sub, right.sub) : comesAfter(left.iss, right.iss);
}

/** By code points, as UTF-8 compares and the strings of this language do not. */
function comesAfter(left: string, right: string): boolean {
  return toHex(utf8(left)) > toHex(utf8(right));
}

function checkAudience(token: UnverifiedToken, aud: string): void {
  const given = token.claims.get("aud");
  const listed = Array.isArray(given) && given.length === 1 && given[0] === aud;
  const azp = token.claims.has("azp") ? token.claims.get("azp") : aud;
  // A token for two audiences was obtainable by either (OpenID Connect Core section 3.1.3.7).
  if ((given !== aud && !listed) || azp !== aud) throw new ProtocolError("wrong-audience", "token");
}

function issuedMs(token: UnverifiedToken): number {
  const iat = token.claims.get("iat");
  if (typeof iat !== "number" || !Number.isSafeInteger(iat) || iat < 0 || iat > MAX_SECONDS) {
    throw new ProtocolError("malformed", "token: iat");
  }
  return iat * 1000;
}
