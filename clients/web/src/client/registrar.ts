/** Having one's capacities attested by an independent registrar: another institution, asked over its own address. */
import { bindingNonce } from "../protocol/binding.ts";
import type { Binding, BoundSubject } from "../protocol/binding.ts";
import { saltedSubject, verifyAttestation } from "../protocol/capacities.ts";
import type { Attestation } from "../protocol/capacities.ts";
import type { Bytes } from "../protocol/bytes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import { Misuse, Refused } from "./errors.ts";
import { answered, checkAuthorizeUrl } from "./login.ts";
import type { LoginInputs } from "./login.ts";
import type { Transport } from "./transport.ts";

/** An identification at the registrar that waits for the browser; `secret` is what picks the ID token up. */
export interface PendingIdentification {
  readonly inputs: LoginInputs;
  readonly identification: string;
  readonly secret: string;
  readonly url: string;
}

/** A verified attestation, its statement as it is deposited at the hub, and the salt that opens its subject. */
export interface AttestedCapacity {
  readonly statement: JsonObject;
  readonly attestation: Attestation;
  readonly salt: Bytes;
}

/** Start an identification for our nonce: the registrar learns the nonce, not the user id. */
export async function beginIdentification(transport: Transport, inputs: LoginInputs): Promise<PendingIdentification> {
  const nonce = bindingNonce(inputs);
  const fields = new Fields(await transport.post("/v1/identifications", { nonce }), "identification");
  const pending = {
    inputs,
    identification: fields.text("identification", 64),
    secret: fields.text("secret", 64),
    url: fields.text("authorize_url", 4096),
  };
  checkAuthorizeUrl(pending.url, nonce, inputs.aud);
  return pending;
}

/** The ID token, which is picked up once; undefined while the person has not answered. */
export async function pickUp(transport: Transport, pending: PendingIdentification): Promise<string | undefined> {
  return answered(await transport.post(`/v1/identifications/${pending.identification}/pick-up`, { secret: pending.secret }));
}

/** Have every capacity on the staff list attested; each is verified, with its user and its subject. */
export async function requestAttestations(
  transport: Transport,
  proved: { readonly binding: Binding; readonly subject: BoundSubject },
  user: string,
  bundle: TrustBundle,
  nowMs: number,
): Promise<readonly AttestedCapacity[]> {
  const { random, idToken } = proved.binding;
  const asked = { hub: bundle.hub, user, random: toBase64url(random), id_token: idToken };
  const fields = new Fields(await attestations(transport, asked), "attestations");
  const found: AttestedCapacity[] = [];
  for (const item of fields.objects("attestations", 64)) {
    const [statement, salt] = [item.raw("statement"), item.data("salt")];
    const attestation = await verifyAttestation(statementFromJson(statement), bundle, nowMs);
    if (attestation.user !== user) throw new ProtocolError("wrong-author", "attestation");
    if (attestation.subject !== saltedSubject(salt, proved.subject.iss, proved.subject.sub)) {
      throw new ProtocolError("wrong-subject", "attestation");
    }
    found.push({ statement, attestation, salt });
  }
  return found;
}

async function attestations(transport: Transport, asked: JsonObject): Promise<JsonObject> {
  try {
    return await transport.post("/v1/attestations", asked);
  } catch (error) {
    if (error instanceof Refused && error.reason === "not-on-staff-list") throw new Misuse("not-on-staff-list");
    throw error;
  }
}
