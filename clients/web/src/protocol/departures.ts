/**
 * Staff leaving: the end that a registrar signs of what it attested (docs/spec/departures.md).
 *
 * An end names a user and a structure, never one attestation: whoever signs it cannot forget one, and a hub cannot keep one back.
 */
import type { Bytes } from "./bytes.ts";
import type { Attestation } from "./capacities.ts";
import type { CaseFacts } from "./case-facts.ts";
import type { Directory } from "./directory.ts";
import { toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { readType } from "./statements.ts";
import type { UnverifiedStatement } from "./statements.ts";
import type { TrustBundle } from "./trust-bundle.ts";
import { registrarOf } from "./trust-bundle.ts";

const TYPE = "attestation-end";

/** From `atMs` nothing counts that this registrar attested of this user in this structure before that instant. */
export interface AttestationEnd {
  readonly id: string;
  readonly registrar: Bytes;
  readonly user: string;
  readonly structure: string;
  readonly atMs: number;
}

/** Read the fields, without judging who signed; throws wrong-hub for another hub's end. */
export function readEnd(statement: UnverifiedStatement, hub: string): AttestationEnd {
  const fields = statement.fields();
  readType(fields, TYPE);
  if (fields.label("hub") !== hub) throw new ProtocolError("wrong-hub", TYPE);
  const end = {
    id: statement.hash,
    registrar: fields.data("registrar", 32),
    user: fields.hash("user"),
    structure: fields.code("structure"),
    atMs: fields.integer("at_ms"),
  };
  fields.done();
  return end;
}

/**
 * The end that a registrar of the bundle signed. Throws `ProtocolError`: wrong-hub, not-trusted (registrar not listed),
 * bad-signature, not-entitled (a structure that is not its own), malformed. A registrar that ended may still end: it narrows.
 */
export async function verifyEnd(statement: UnverifiedStatement, bundle: TrustBundle): Promise<AttestationEnd> {
  const end = readEnd(statement, bundle.hub);
  const registrar = registrarOf(bundle, end.registrar);
  await statement.verify(registrar.key);
  if (!registrar.structures.some(({ id }) => id === end.structure)) throw new ProtocolError("not-entitled", TYPE);
  return end;
}

/** An attestation as these ends leave it: of several the earliest counts. One that begins at an end or later goes on. */
export function endedBy(held: Attestation, ends: Iterable<AttestationEnd>): Attestation {
  const registrar = toHex(held.registrar);
  const same = [...ends].filter((end) => end.user === held.user && end.structure === held.capacity.structure);
  const found = same.filter((end) => toHex(end.registrar) === registrar && held.fromMs < end.atMs);
  if (found.length === 0) return held;
  const endedMs = Math.min(...found.map(({ atMs }) => atMs));
  return { ...held, endedMs, untilMs: Math.min(held.untilMs, endedMs) };
}

/**
 * The facts without the participations of these users that rest on an attestation which was ended: for whoever writes, claims or
 * hands out keys now. Links are judged by the facts of their chain alone.
 */
export function withoutDeparted(facts: CaseFacts, users: Iterable<string>, directory: Directory, atMs: number): CaseFacts {
  const ends = new Map<string, number>();
  for (const user of users) {
    for (const { fact, hash } of facts.participationsOf(user, atMs)) {
      const endedMs = endedMsOf(fact.attestation, directory);
      if (endedMs !== undefined && endedMs <= atMs) ends.set(hash, endedMs);
    }
  }
  return ends.size === 0 ? facts : facts.withEnds(ends);
}

function endedMsOf(attestation: string, directory: Directory): number | undefined {
  try {
    return directory.attestation(attestation).endedMs;
  } catch (error) {
    // Of a registrar that the bundle no longer lists: it attests nothing.
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
