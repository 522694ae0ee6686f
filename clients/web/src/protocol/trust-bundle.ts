/**
 * The trust bundle: everything a client must never learn from the hub alone (docs/spec/trust.md).
 *
 * Precedent: TUF's root role. Deviations: one file instead of four roles, and no expiry of the bundle itself, because a hub
 * whose controller is slow must not lock people out of their own case; keys inside it expire one by one.
 *
 * 1. Signed by k of the n controller keys that it lists.
 * 2. A successor has a greater version and is signed by k of the OLD controllers too; the hub's origin never changes.
 * 3. Two bundles of one version are a fork: both are kept as evidence, neither replaces the other.
 */
import { same } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { controllersToJson, cosign, parseCosigned, readControllers } from "./cosigned.ts";
import type { Controllers, UnverifiedCosigned } from "./cosigned.ts";
import { toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { checkPublicKey } from "./keys.ts";
import { checkSuccession, endsOf, previousLogToJson, readPreviousLogs } from "./previous-logs.ts";
import type { PreviousLog } from "./previous-logs.ts";
import type { Signer } from "./keys.ts";
import { ALGORITHM, readType, VERSION } from "./statements.ts";
import { issuerToJson, readIssuer, readRegistrar, registrarToJson } from "./trust-parties.ts";
import type { Issuer, Registrar } from "./trust-parties.ts";

const TYPE = "trust-bundle";

/** How the person's screen calls who looked: the names of her own team list, or functions and services only (F17). */
export type AccessNames = "team" | "roles";

/** What clients must at least be: their version, and the algorithms still accepted. */
export interface Minimum {
  readonly version: string;
  readonly algorithms: readonly string[];
}

/** Read the wire form; refuse a list without the algorithm of the bundle itself. */
function readMinimum(fields: Fields): Minimum {
  const minimum = { version: fields.code("version", 32), algorithms: fields.codes("algorithms", 64) };
  versionNumbers(minimum.version);
  fields.done();
  if (!minimum.algorithms.includes(ALGORITHM)) throw new ProtocolError("wrong-algorithm", fields.what);
  return minimum;
}

/** Whether a client of this version (dotted integers) may still be used. */
export function admitsVersion(minimum: Minimum, version: string): boolean {
  const [given, least] = [versionNumbers(version), versionNumbers(minimum.version)];
  for (const [place, number] of least.entries()) {
    const other = given[place];
    if (other === undefined || other < number) return false;
    if (other > number) return true;
  }
  return true;
}

/** The integers of a dotted version such as `1.4.0`; throws malformed on anything else. */
export function versionNumbers(version: string): readonly bigint[] {
  const parts = version.split(".");
  if (!parts.every((part) => /^(?:0|[1-9][0-9]*)$/.test(part))) throw new ProtocolError("malformed", `version ${version}`);
  return parts.map(BigInt);
}

/** A bundle whose signatures were checked: only `UnverifiedBundle.verify` gives one out. */
export interface TrustBundle {
  readonly version: number;
  readonly hub: string;
  readonly logOrigin: string;
  readonly logVkey: string;
  readonly logPolicy: string;
  readonly issuers: readonly Issuer[];
  readonly registrars: readonly Registrar[];
  readonly controllers: Controllers;
  readonly ceiling: string;
  readonly minimum: Minimum;
  readonly accessNames: AccessNames;
  /** The logs that ended, the first one first. */
  readonly previousLogs: readonly PreviousLog[];
  /** SHA-256 of the signed bytes, in hex. */
  readonly hash: string;
}

/** A listed issuer; throws wrong-issuer. */
export function issuerOf(bundle: TrustBundle, iss: string): Issuer {
  const found = bundle.issuers.find((issuer) => issuer.iss === iss);
  if (found === undefined) throw new ProtocolError("wrong-issuer", "issuer not in the trust bundle");
  return found;
}

/** A listed registrar; throws not-trusted. */
export function registrarOf(bundle: TrustBundle, key: Uint8Array): Registrar {
  const found = bundle.registrars.find((registrar) => same(registrar.key, key));
  if (found === undefined) throw new ProtocolError("not-trusted", "registrar not in the trust bundle");
  return found;
}

/** The body to sign. */
export function bundleBody(bundle: Omit<TrustBundle, "hash">): JsonObject {
  return present({
    v: VERSION,
    type: TYPE,
    alg: ALGORITHM,
    version: bundle.version,
    hub: bundle.hub,
    log_origin: bundle.logOrigin,
    log_vkey: bundle.logVkey,
    log_policy: bundle.logPolicy,
    issuers: bundle.issuers.map(issuerToJson),
    registrars: bundle.registrars.map(registrarToJson),
    controllers: controllersToJson(bundle.controllers),
    ceiling: bundle.ceiling,
    minimum: { ...bundle.minimum },
    access_names: bundle.accessNames === "team" ? undefined : bundle.accessNames,
    previous_logs: bundle.previousLogs.length === 0 ? undefined : bundle.previousLogs.map(previousLogToJson),
  });
}

/** A parsed bundle whose signatures have not been checked. */
export class UnverifiedBundle {
  readonly #signed: UnverifiedCosigned;
  readonly #content: TrustBundle;

  constructor(signed: UnverifiedCosigned) {
    this.#signed = signed;
    this.#content = readContent(signed);
  }

  /** SHA-256 of the signed bytes, in hex. */
  get hash(): string {
    return this.#signed.hash;
  }

  /**
   * The bundle to use from now on. `previous` is the one in use, undefined at first use (the caller shows the hash to a human
   * then). Throws `ProtocolError`: not-trusted or bad-signature, rolled-back for an older version, forked for another bundle
   * of the same version, wrong-hub, wrong-origin where the log in use was not carried on.
   */
  async verify(previous: TrustBundle | undefined): Promise<TrustBundle> {
    const content = this.#content;
    await endsOf(content.previousLogs);
    await this.#signed.require(content.controllers);
    if (previous === undefined || previous.hash === this.hash) return content;
    if (content.hub !== previous.hub) throw new ProtocolError("wrong-hub", TYPE);
    if (content.version === previous.version) throw new ProtocolError("forked", `${TYPE} version ${previous.version}`);
    if (content.version < previous.version) throw new ProtocolError("rolled-back", `${TYPE} version ${content.version}`);
    await this.#signed.require(previous.controllers);
    checkSuccession(previous, content);
    return content;
  }
}

/** Parse the file `trust.json`; throws `ProtocolError` on an unknown field or a second spelling. */
export function parseBundle(data: Uint8Array): UnverifiedBundle {
  return new UnverifiedBundle(parseCosigned(data));
}

function readContent(signed: UnverifiedCosigned): TrustBundle {
  const fields = new Fields(signed.body, TYPE);
  readType(fields, TYPE);
  const [version, hub, logOrigin] = [fields.integer("version", 1), fields.label("hub"), fields.label("log_origin")];
  const bundle: TrustBundle = {
    version,
    hub,
    logOrigin,
    logVkey: fields.label("log_vkey", 8192),
    logPolicy: fields.text("log_policy"),
    issuers: fields.objects("issuers", 64).map(readIssuer),
    registrars: fields.objects("registrars", 1024).map(readRegistrar),
    controllers: readControllers(fields.nested("controllers")),
    ceiling: fields.hash("ceiling"),
    minimum: readMinimum(fields.nested("minimum")),
    // Absent means `team`: written out it would be a second spelling.
    accessNames: fields.optional("access_names", (name) => fields.choice(name, ["roles"])) ?? "team",
    previousLogs: readPreviousLogs(fields, logOrigin),
    hash: signed.hash,
  };
  fields.done();
  // Listed twice, the first entry would silently decide which keys count.
  const issuers = bundle.issuers.map(({ iss }) => iss);
  if (new Set(issuers).size !== issuers.length) throw fields.refuse("issuers", "holds a duplicate");
  const registrars = bundle.registrars.map(({ key }) => toHex(key));
  if (new Set(registrars).size !== registrars.length) throw fields.refuse("registrars", "holds a duplicate");
  for (const registrar of bundle.registrars) checkPublicKey(registrar.key);
  return bundle;
}

/** The file: the body signed by each key. A successor is signed by k of the old controllers too. */
export async function signBundle(body: JsonObject, signers: readonly Signer[]): Promise<Bytes> {
  return (await cosign(body, signers)).toBytes();
}
