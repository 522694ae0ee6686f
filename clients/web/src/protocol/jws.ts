/**
 * Signatures of identity providers over JSON: compact JWS, three algorithms (docs/spec/bindings.md; RFC 7515, 8725).
 *
 * No JWT library: what an issuer may use is three lines, and the usual holes (alg none, HMAC keyed with a public key, a key
 * named by the token) are closed by asking the listed key, never the token, which algorithm applies.
 */
import { concat, fromUtf8, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { fromBase64url, toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { characters } from "./fields.ts";
import { verify as verifyEd25519 } from "./keys.ts";
import type { Jwk } from "./trust-parties.ts";
import { parseUnique } from "./unique-json.ts";
import type { Members, ParsedJson } from "./unique-json.ts";

const LIMIT = 64 * 1024;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const COORDINATE = 32;
const ALGORITHMS = { EC: "ES256", RSA: "RS256", OKP: "EdDSA" } as const;

/** A token taken apart; nothing in it is believed yet. */
export interface UnverifiedToken {
  readonly header: Members;
  readonly claims: Members;
  readonly signingInput: Bytes;
  readonly signature: Bytes;
}

/** A claim that is a non-empty string of at most 255 characters; throws missing-field or malformed. */
export function claimText(token: UnverifiedToken, name: string): string {
  const value = token.claims.get(name);
  if (value === undefined) throw new ProtocolError("missing-field", `token: ${name}`);
  if (typeof value !== "string" || value === "" || characters(value) > 255) {
    throw new ProtocolError("malformed", `token: ${name}`);
  }
  return value;
}

/** Take a compact JWS apart; refuse other spellings, duplicate members and critical headers. */
export function parseToken(token: string): UnverifiedToken {
  if (characters(token) > LIMIT) throw new ProtocolError("too-large", "token");
  const [first, second, third, ...more] = token.split(".");
  if (first === undefined || second === undefined || third === undefined || more.length > 0) {
    throw new ProtocolError("malformed", "token is not a compact JWS");
  }
  const header = members(first, "token header");
  const claims = members(second, "token claims");
  // `crit` says that ignoring a member is unsafe; we understand none (RFC 7515 section 4.1.11), `b64` included.
  if (header.has("crit")) throw new ProtocolError("unknown-field", "token header: crit");
  return { header, claims, signingInput: utf8(`${first}.${second}`), signature: fromBase64url(third) };
}

function members(part: string, what: string): Members {
  const data = fromBase64url(part);
  let value: ParsedJson;
  try {
    value = parseUnique(fromUtf8(data));
  } catch (error) {
    // TypeError: not UTF-8. RangeError: nested deeper than the stack.
    if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new ProtocolError("malformed", what);
  }
  if (!(value instanceof Map)) throw new ProtocolError("malformed", what);
  return value;
}

/**
 * Refuse a token not signed by this public key under the one algorithm of its kind: wrong-algorithm, bad-key, bad-signature.
 */
export async function verifyToken(token: UnverifiedToken, jwk: Jwk): Promise<void> {
  if (token.header.get("alg") !== ALGORITHMS[jwk.kty]) throw new ProtocolError("wrong-algorithm", "token");
  let valid: boolean;
  if (jwk.kty === "OKP") {
    await verifyEd25519(fromBase64url(jwk.x), token.signature, token.signingInput);
    return;
  } else if (jwk.kty === "EC") {
    const key = await ecKey(jwk.x, jwk.y);
    if (token.signature.length !== 2 * COORDINATE) {
      throw new ProtocolError("bad-signature", "token: ES256 signature is 64 bytes");
    }
    valid = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, token.signature, token.signingInput);
  } else {
    const key = await rsaKey(jwk.n, jwk.e);
    valid = await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, token.signature, token.signingInput);
  }
  if (!valid) throw new ProtocolError("bad-signature", "token");
}

/** The bytes of a number, as short as they can be: issuers differ on leading zeros. */
function magnitude(text: string): Bytes {
  const data = fromBase64url(text);
  const start = data.findIndex((byte) => byte !== 0);
  return data.slice(start < 0 ? data.length : start);
}

async function ecKey(x: string, y: string): Promise<CryptoKey> {
  const point = [magnitude(x), magnitude(y)].map((number) => {
    if (number.length > COORDINATE) throw new ProtocolError("bad-key", "issuer key: point not on P-256");
    return concat(new Uint8Array(COORDINATE - number.length), number);
  });
  try {
    const raw = concat(Uint8Array.of(4), ...point);
    return await crypto.subtle.importKey("raw", raw, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch {
    throw new ProtocolError("bad-key", "issuer key: point not on P-256");
  }
}

async function rsaKey(modulus: string, exponent: string): Promise<CryptoKey> {
  const [n, e] = [magnitude(modulus), magnitude(exponent)];
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw new ProtocolError("bad-key", "issuer key: RSA size");
  // The library would take an even exponent, or 1, under which every text is its own signature.
  const last = e[e.length - 1] ?? 0;
  if (last % 2 === 0 || (e.length === 1 && last < 3)) throw new ProtocolError("bad-key", "issuer key: RSA");
  try {
    const jwk = { kty: "RSA", n: toBase64url(n), e: toBase64url(e) };
    return await crypto.subtle.importKey("jwk", jwk, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["verify"]);
  } catch {
    throw new ProtocolError("bad-key", "issuer key: RSA");
  }
}
