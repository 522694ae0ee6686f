/**
 * Logging in: the client's side, which does not trust the hub.
 *
 * The order matters: the client draws the random bytes and computes the nonce, so that the identity provider's signature covers
 * its own user id; it verifies the ID token itself against the trust bundle; only then does its device sign. A hub that swaps
 * the nonce, the provider or the answer is noticed before anything is signed.
 */
import { bindingNonce, verifyBinding } from "../protocol/binding.ts";
import type { Binding, BoundSubject } from "../protocol/binding.ts";
import type { Bytes } from "../protocol/bytes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { loginBody } from "../protocol/login.ts";
import { signStatement } from "../protocol/statements.ts";
import type { Preamble } from "../protocol/statements.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import { draw } from "./profile.ts";
import type { Identity } from "./profile.ts";
import type { Transport } from "./transport.ts";

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const TOKEN_LIMIT = 16 * 1024;

/** Who logs in where: the issuer and audience from the trust bundle; `random` opens the nonce later, for peers. */
export interface LoginInputs {
  readonly hub: string;
  readonly iss: string;
  readonly aud: string;
  readonly user: string;
  readonly device: string;
  readonly random: Bytes;
}

/** A login that waits for the browser to come back. */
export interface PendingLogin {
  readonly inputs: LoginInputs;
  readonly login: string;
  readonly challenge: Uint8Array;
  readonly url: string;
}

export interface OpenedSession {
  /** Sent as `Authorization: Volet <token>`. */
  readonly token: string;
  readonly expiresMs: number;
  readonly firstChain: boolean;
  /** Where this sign-in ended a hold by telephone: since when (ms), and the key of the registrar who asked, if one did. */
  readonly held?: { readonly sinceMs: number; readonly by: string | undefined } | undefined;
  /** Where a browser logs out at the identity provider too, undefined where that is nowhere. */
  readonly logoutUrl: string | undefined;
  /** Until when the acts that ask a recent identification find it recent (ms). */
  readonly recentUntilMs: number;
}

/** What this screen and the provider's last page both show: another code is somebody else's login. */
export function comparisonCode(user: string): string {
  return `${user.slice(0, 4)}-${user.slice(4, 8)}`;
}

/** The first relying party of that mode in the bundle; throws wrong-issuer when there is none. */
export function relyingParty(bundle: TrustBundle, mode: "self" | "registrar"): { iss: string; aud: string } {
  for (const issuer of bundle.issuers) {
    const audience = issuer.audiences.find((one) => one.mode === mode);
    if (audience !== undefined) return { iss: issuer.iss, aud: audience.aud };
  }
  throw new ProtocolError("wrong-issuer", `identity provider for ${mode}`);
}

export function loginInputs(identity: Identity, bundle: TrustBundle, mode: "self" | "registrar"): LoginInputs {
  return { hub: bundle.hub, ...relyingParty(bundle, mode), user: identity.user, device: identity.device, random: draw(32) };
}

/**
 * Ask the hub to start; throws when its authorization request is not for our nonce and audience. `fresh` has the provider ask who is
 * there, whoever it remembers.
 */
export async function beginLogin(transport: Transport, inputs: LoginInputs, fresh = false): Promise<PendingLogin> {
  const { user, device, iss, aud, random } = inputs;
  const asked = { user, device, iss, aud, random: toBase64url(random), fresh };
  const fields = new Fields(await transport.post("/v1/logins", asked), "login");
  const pending = {
    inputs,
    login: fields.text("login", 64),
    challenge: fields.data("challenge", 32),
    url: fields.text("authorize_url", 4096),
  };
  checkAuthorizeUrl(pending.url, bindingNonce(inputs), aud);
  return pending;
}

/** Whether nobody on the way reads what goes to that address. */
function isClosed(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname));
}

/** Refuse an authorization request for another nonce or audience, without PKCE, or over an open connection. */
export function checkAuthorizeUrl(text: string, nonce: string, aud: string): void {
  const url = URL.parse(text);
  if (url === null || !isClosed(url)) {
    throw new ProtocolError("not-trusted", "address of the identity provider");
  }
  const only = (name: string): string | undefined => {
    const values = url.searchParams.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  };
  if (only("nonce") !== nonce) throw new ProtocolError("wrong-nonce", "authorization request");
  if (only("client_id") !== aud) throw new ProtocolError("wrong-audience", "authorization request");
  if (only("code_challenge_method") !== "S256" || only("response_type") !== "code") {
    throw new ProtocolError("wrong-request", "authorization request");
  }
}

/** The ID token when the person has answered, undefined while they have not. */
export async function lookAtLogin(transport: Transport, pending: PendingLogin): Promise<string | undefined> {
  return answered(await transport.get(`/v1/logins/${pending.login}`));
}

export function answered(answer: JsonObject): string | undefined {
  const fields = new Fields(answer, "login");
  if (fields.choice("status", ["waiting", "identified"]) === "waiting") return undefined;
  return fields.text("id_token", TOKEN_LIMIT);
}

/** Verify the ID token as a peer would: issuer's key, audience, nonce. */
export async function proveSubject(
  inputs: LoginInputs,
  idToken: string,
  bundle: TrustBundle,
  nowMs: number,
): Promise<{ binding: Binding; subject: BoundSubject }> {
  const binding = { idToken, iss: inputs.iss, aud: inputs.aud, random: inputs.random };
  return { binding, subject: await verifyBinding(binding, inputs.user, bundle, nowMs) };
}

/**
 * Who signs, in which capacity, and what goes along: the first link of an account that may be new, or its recovery; what was attested
 * for it before.
 */
export interface Signing {
  readonly identity: Identity;
  readonly preamble: Preamble;
  readonly links: readonly JsonObject[];
  readonly attestations: readonly JsonObject[];
  readonly capacity: string | undefined;
}

/** Sign the hub's challenge with the device's key, and open the session. */
export async function openSession(
  transport: Transport,
  pending: PendingLogin,
  { identity, preamble, links, attestations, capacity }: Signing,
): Promise<OpenedSession> {
  const body = loginBody({ preamble, login: pending.login, challenge: pending.challenge, capacity });
  const statement = await signStatement(body, identity.signer);
  const answer = await transport.post(`/v1/logins/${pending.login}/session`, {
    statement: statement.toJson(),
    ...(links.length === 0 ? {} : { chain: [...links] }),
    ...(attestations.length === 0 ? {} : { attestations: [...attestations] }),
  });
  const fields = new Fields(answer, "session");
  const sinceMs = fields.optional("held_since_ms", (name) => fields.integer(name));
  const by = fields.optional("held_by", (name) => fields.text(name, 64));
  return {
    token: fields.text("token", 64),
    expiresMs: fields.integer("expires_ms"),
    firstChain: fields.boolean("first_chain"),
    held: sinceMs === undefined ? undefined : { sinceMs, by },
    recentUntilMs: fields.integer("recent_until_ms"),
    logoutUrl: fields.optional("logout_url", (name) => fields.text(name, 4096)),
  };
}

/**
 * What the browser opens to log out at the identity provider: its address with the hint of who logs out (OpenID Connect RP-Initiated
 * Logout 1.0, section 2). Undefined for an address over an open connection.
 */
export function logoutAddress(url: string, idToken: string): string | undefined {
  const address = URL.parse(url);
  if (address === null || !isClosed(address)) return undefined;
  address.searchParams.set("id_token_hint", idToken);
  return address.href;
}
