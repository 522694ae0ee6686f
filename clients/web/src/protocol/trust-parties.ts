/** Identity issuers and registrars, as the trust bundle lists them (docs/spec/trust.md). */
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { checkRegistrarRoles } from "./operator-roles.ts";

export const MODES = ["self", "registrar"] as const;
export type Mode = (typeof MODES)[number];

/** A public key, members in base64url (RFC 7518 section 6, RFC 8037); no private member passes. */
export type Jwk =
  | { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string }
  | { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string }
  | { readonly kty: "RSA"; readonly n: string; readonly e: string };

/** A public key of an issuer and the period in which tokens under it count. */
export interface IssuerKey {
  readonly kid: string;
  readonly jwk: Jwk;
  readonly fromMs: number;
  readonly untilMs: number | undefined;
}

function readJwk(fields: Fields): Jwk {
  const member = (name: string): string => toBase64url(fields.data(name, undefined, 1024));
  const kty = fields.choice("kty", ["EC", "RSA", "OKP"]);
  let jwk: Jwk;
  if (kty === "EC") jwk = { kty, crv: fields.choice("crv", ["P-256"]), x: member("x"), y: member("y") };
  else if (kty === "OKP") jwk = { kty, crv: fields.choice("crv", ["Ed25519"]), x: member("x") };
  else jwk = { kty, n: member("n"), e: member("e") };
  fields.done();
  return jwk;
}

/** Read the wire form; refuse another key type or curve, and an empty period. */
export function readIssuerKey(fields: Fields): IssuerKey {
  const jwk = readJwk(fields.nested("jwk"));
  const key = {
    kid: fields.label("kid"),
    jwk,
    fromMs: fields.integer("from_ms"),
    untilMs: fields.optional("until_ms", (name) => fields.integer(name)),
  };
  fields.done();
  if (key.untilMs !== undefined && key.untilMs <= key.fromMs) throw fields.refuse("until_ms", "is not after from_ms");
  return key;
}

function issuerKeyToJson(key: IssuerKey): JsonObject {
  return present({ kid: key.kid, jwk: { ...key.jwk }, from_ms: key.fromMs, until_ms: key.untilMs });
}

/** Refuse an instant outside the key's period: not-yet or expired. */
export function checkIssuerKeyAt(key: IssuerKey, atMs: number): void {
  if (atMs < key.fromMs) throw new ProtocolError("not-yet", "issuer key");
  if (key.untilMs !== undefined && atMs >= key.untilMs) throw new ProtocolError("expired", "issuer key");
}

/**
 * A relying party at an identity provider, and what a token made for it proves (protocol section 5.2). Mode `registrar`: it
 * is run by another institution than the hub, and a binding is proof. Mode `self`: the hub runs it and could obtain a binding
 * silently: an introduction only.
 */
export interface Audience {
  readonly aud: string;
  readonly mode: Mode;
}

function readAudience(fields: Fields): Audience {
  const audience = { aud: fields.label("aud"), mode: fields.choice("mode", MODES) };
  fields.done();
  return audience;
}

/** An identity provider: under whose keys, for which relying parties. One provider may serve both modes. */
export interface Issuer {
  readonly iss: string;
  readonly audiences: readonly Audience[];
  readonly keys: readonly IssuerKey[];
  readonly rows: readonly string[];
  readonly structures: readonly string[];
}

export function readIssuer(fields: Fields): Issuer {
  const issuer = {
    iss: fields.label("iss"),
    audiences: fields.objects("audiences", 64).map(readAudience),
    keys: fields.objects("keys", 64).map(readIssuerKey),
    rows: fields.codes("rows", 256),
    structures: fields.codes("structures"),
  };
  fields.done();
  // Listed in both modes, an introduction would pass for proof.
  if (repeats(issuer.audiences.map(({ aud }) => aud))) throw fields.refuse("audiences", "holds a duplicate");
  if (repeats(issuer.keys.map(({ kid }) => kid))) throw fields.refuse("keys", "holds a duplicate");
  return issuer;
}

export function issuerToJson(issuer: Issuer): JsonObject {
  return {
    iss: issuer.iss,
    audiences: issuer.audiences.map(({ aud, mode }) => ({ aud, mode })),
    keys: issuer.keys.map(issuerKeyToJson),
    rows: issuer.rows,
    structures: issuer.structures,
  };
}

/** The relying party of that client id; throws wrong-audience. */
export function audienceOf(issuer: Issuer, aud: string): Audience {
  const found = issuer.audiences.find((audience) => audience.aud === aud);
  if (found === undefined) throw new ProtocolError("wrong-audience", "audience not in the trust bundle");
  return found;
}

/** The key of that id; throws not-trusted. */
export function issuerKeyOf(issuer: Issuer, kid: string): IssuerKey {
  const found = issuer.keys.find((key) => key.kid === kid);
  if (found === undefined) throw new ProtocolError("not-trusted", "issuer key not in the trust bundle");
  return found;
}

/** A structure whose roles a registrar may attest: identifier, name shown to people, kind. */
export interface Structure {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
}

function readStructure(fields: Fields): Structure {
  const structure = { id: fields.code("id"), label: fields.label("label"), kind: fields.code("kind", 64) };
  fields.done();
  return structure;
}

/**
 * A key that attests capacities: for these rows, in these structures, nowhere else. `roles`: which of the four roles of row
 * O14. `untilMs`: it ended then; what it attested counts for what was before.
 */
export interface Registrar {
  readonly name: string;
  readonly key: Bytes;
  readonly rows: readonly string[];
  readonly structures: readonly Structure[];
  readonly roles: readonly string[];
  readonly untilMs?: number | undefined;
}

export function readRegistrar(fields: Fields): Registrar {
  const registrar = {
    name: fields.label("name"),
    key: fields.data("key", 32),
    rows: fields.codes("rows", 256),
    structures: fields.objects("structures").map(readStructure),
    roles: fields.optional("roles", (name) => someCodes(fields, name)) ?? [],
    untilMs: fields.optional("until_ms", (name) => fields.integer(name)),
  };
  fields.done();
  checkRegistrarRoles(registrar.roles, registrar.rows);
  if (repeats(registrar.structures.map(({ id }) => id))) throw fields.refuse("structures", "holds a duplicate");
  return registrar;
}

export function registrarToJson(registrar: Registrar): JsonObject {
  return {
    name: registrar.name,
    key: toBase64url(registrar.key),
    rows: registrar.rows,
    structures: registrar.structures.map(({ id, label, kind }) => ({ id, label, kind })),
    ...(registrar.roles.length > 0 ? { roles: registrar.roles } : {}),
    ...present({ until_ms: registrar.untilMs }),
  };
}

/** Whether this registrar may attest that row in that structure. */
export function mayAttest(registrar: Registrar, row: string, structure: string): boolean {
  return registrar.rows.includes(row) && registrar.structures.some((known) => known.id === structure);
}

/** A list whose absence means none: an empty one written out would be a second spelling. */
function someCodes(fields: Fields, name: string): string[] {
  const found = fields.codes(name, 4);
  if (found.length === 0) throw fields.refuse(name, "is empty");
  return found;
}

function repeats(values: readonly string[]): boolean {
  return new Set(values).size !== values.length;
}
