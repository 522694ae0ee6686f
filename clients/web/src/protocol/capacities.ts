/**
 * Capacities, and the attestations by which a registrar says that a user holds one (docs/spec/trust.md).
 *
 * An attestation names no one: a user id, a salted hash of the identity, codes. It holds for 366 days at most, because an
 * attested role that nobody has to renew outlives the employment it rests on (protocol 5.3).
 */
import { utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { labelledHash } from "./hashing.ts";
import { checkRole, logScopeToJson, readLogScope, ROW } from "./operator-roles.ts";
import type { LogScope } from "./operator-roles.ts";
import { ALGORITHM, readType, VERSION } from "./statements.ts";
import type { UnverifiedStatement } from "./statements.ts";
import { registrarOf } from "./trust-bundle.ts";
import type { TrustBundle } from "./trust-bundle.ts";
import { mayAttest } from "./trust-parties.ts";

const TYPE = "attestation";
export const DAY_MS = 86_400_000;
export const MAX_VALIDITY_MS = 366 * DAY_MS;
export const SUBJECT_SALT_SIZE = 16;
/**
 * Legal bases of professional secrecy: CSP L1110-4; CASF L411-3, L221-6, L133-5, L133-4, L241-10, L345-1, L345-2-10, L121-6-2;
 * law of 27 July 2023 (CCAPEX).
 */
export const SECRET_BASES: ReadonlySet<string> = new Set([
  "L1110-4",
  "L411-3",
  "L221-6",
  "L133-5",
  "L133-4",
  "L241-10",
  "L345-1",
  "L345-2-10",
  "CCAPEX",
  "L121-6-2",
]);

/** The one (profession or role, structure) in which somebody acts; never the union of several. */
export interface Capacity {
  readonly row: string;
  readonly category?: number | undefined;
  readonly profession?: string | undefined;
  readonly role?: string | undefined;
  readonly structure: string;
  readonly secretBasis: readonly string[];
}

/** Read the wire form; a secret basis outside the closed list is refused. */
export function readCapacity(fields: Fields): Capacity {
  const row = fields.code("row", 16);
  const category = fields.optional("category", (name) => fields.integer(name, 1, 2));
  const profession = fields.optional("profession", (name) => fields.code(name));
  const role = fields.optional("role", (name) => fields.code(name));
  const structure = fields.code("structure");
  const secretBasis = fields.codes("secret_basis", SECRET_BASES.size);
  fields.done();
  if (!secretBasis.every((basis) => SECRET_BASES.has(basis))) {
    throw fields.refuse("secret_basis", "is not in the closed list");
  }
  return {
    row,
    ...(category === undefined ? {} : { category }),
    ...(profession === undefined ? {} : { profession }),
    ...(role === undefined ? {} : { role }),
    structure,
    secretBasis,
  };
}

/** The wire form. */
export function capacityToJson(capacity: Capacity): JsonObject {
  const { row, category, profession, role, structure, secretBasis } = capacity;
  return {
    row,
    structure,
    secret_basis: secretBasis,
    ...(category === undefined ? {} : { category }),
    ...(profession === undefined ? {} : { profession }),
    ...(role === undefined ? {} : { role }),
  };
}

/**
 * The hash that stands for (issuer, subject) where the identity itself must not be shown. `salt` is 16 random bytes that
 * travel with the binding: without it, a list of national ids would be tried.
 */
export function saltedSubject(salt: Uint8Array, iss: string, sub: string): string {
  if (salt.length !== SUBJECT_SALT_SIZE) throw new ProtocolError("malformed", "salt of a subject");
  return toHex(labelledHash("subject-salted", salt, utf8(`${iss}\n${sub}`)));
}

/** The chain id under label `subject` of the heads map: whose value is the newest user chain. */
export function subjectChain(iss: string, sub: string): string {
  return toHex(labelledHash("subject", utf8(`${iss}\n${sub}`)));
}

/** A capacity of a user that a registrar of the trust bundle signed. Its id is the hash of the statement. */
export interface Attestation {
  readonly id: string;
  readonly registrar: Bytes;
  readonly user: string;
  readonly subject: string;
  readonly capacity: Capacity;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly scope?: LogScope | undefined;
  /** When its registrar ended it before its time (docs/spec/departures.md); `untilMs` is then no later. */
  readonly endedMs?: number | undefined;
}

/** Refuse an instant outside the period (start included, end excluded): not-yet or expired. */
export function checkAttestationAt(attestation: Attestation, atMs: number): void {
  if (atMs < attestation.fromMs) throw new ProtocolError("not-yet", TYPE);
  if (atMs >= attestation.untilMs) throw new ProtocolError("expired", TYPE);
}

/** Read the fields, without judging who signed; throws wrong-hub for another hub's attestation. */
export function readAttestation(statement: UnverifiedStatement, hub: string): Attestation {
  const fields = statement.fields();
  readType(fields, TYPE);
  if (fields.label("hub") !== hub) throw new ProtocolError("wrong-hub", TYPE);
  const attestation = {
    id: statement.hash,
    registrar: fields.data("registrar", 32),
    user: fields.hash("user"),
    subject: fields.hash("subject"),
    capacity: readCapacity(fields.nested("capacity")),
    fromMs: fields.integer("from_ms"),
    untilMs: fields.integer("until_ms"),
    scope: fields.optional("scope", (name) => readLogScope(fields.nested(name))),
  };
  fields.done();
  const validity = attestation.untilMs - attestation.fromMs;
  if (validity <= 0 || validity > MAX_VALIDITY_MS) {
    throw fields.refuse("until_ms", "is not within 366 days after from_ms");
  }
  return attestation;
}

/** The body that a registrar of this hub signs. */
export function attestationBody(hub: string, attestation: Omit<Attestation, "id" | "endedMs">): JsonObject {
  return {
    v: VERSION,
    type: TYPE,
    alg: ALGORITHM,
    hub,
    registrar: toBase64url(attestation.registrar),
    user: attestation.user,
    subject: attestation.subject,
    capacity: capacityToJson(attestation.capacity),
    from_ms: attestation.fromMs,
    until_ms: attestation.untilMs,
    ...(attestation.scope === undefined ? {} : { scope: logScopeToJson(attestation.scope) }),
  };
}

/**
 * The attestation, if a registrar of the bundle may make it and it holds at `nowMs`. Throws `ProtocolError`: not-trusted
 * (registrar not listed), not-entitled (row, structure or role of an operator not listed for that registrar), bad-signature,
 * not-yet, expired, wrong-hub, malformed. What a registrar that ended attested holds until that end.
 */
export async function verifyAttestation(
  statement: UnverifiedStatement,
  bundle: TrustBundle,
  nowMs: number,
): Promise<Attestation> {
  const attestation = readAttestation(statement, bundle.hub);
  const registrar = registrarOf(bundle, attestation.registrar);
  const verified = await statement.verify(registrar.key);
  if (!mayAttest(registrar, attestation.capacity.row, attestation.capacity.structure)) {
    throw new ProtocolError("not-entitled", `attestation ${verified.hash.slice(0, 16)} by ${registrar.name}`);
  }
  const { row, role } = attestation.capacity;
  checkRole(row, role, attestation.scope, attestation.untilMs - attestation.fromMs);
  if (row === ROW && (role === undefined || !registrar.roles.includes(role))) {
    throw new ProtocolError("not-entitled", `role ${role ?? "-"} by ${registrar.name}`);
  }
  const untilMs = Math.min(attestation.untilMs, registrar.untilMs ?? attestation.untilMs);
  const held = { ...attestation, untilMs };
  checkAttestationAt(held, nowMs);
  return held;
}

/** Whether two are acted in alike: row, category, codes and structure; not the legal bases of the secret. */
export function isSameCapacity(left: Capacity, right: Capacity): boolean {
  const told = ({ row, category, profession, role, structure }: Capacity): readonly unknown[] => [
    row,
    category,
    profession,
    role,
    structure,
  ];
  const other = told(right);
  return told(left).every((value, i) => value === other[i]);
}
