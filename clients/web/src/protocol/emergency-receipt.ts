/**
 * The receipt on which an emergency is answered, and how many one may declare (docs/spec/emergencies.md).
 *
 * Whoever boxes knows that the access is in the log before it happens. An agent answers only where witnesses cosigned.
 */
import type { FactRecord } from "./case-facts.ts";
import type { LogVerifier } from "./checkpoint.ts";
import { emergencyEndMs } from "./emergencies.ts";
import { toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Emergency } from "./fact-powers.ts";
import { readIdentity, readView } from "./log-payload.ts";
import type { IdentityPayload } from "./log-payload.ts";
import { leafHash } from "./merkle.ts";
import type { StartRef } from "./opening-links.ts";
import { verifyReceipt } from "./receipt.ts";
import type { Receipt } from "./receipt.ts";
import { statementFromJson } from "./statements.ts";

/** What a receipt is judged against: the declaration, its case, what the trust bundle configures, when, and by whom. */
export interface EmergencyAsked {
  readonly record: FactRecord<Emergency>;
  readonly case: string;
  readonly log: LogVerifier;
  readonly atMs: number;
  /** Whether software answers by itself. */
  readonly agent: boolean;
}

/**
 * Judge the receipt on which an emergency is answered; what the answer names of it. Throws what `verifyReceipt` throws, and
 * wrong-type (another act), missing-field (no identity payload), wrong-request (another fact), wrong-case, wrong-author,
 * wrong-chain, expired, not-trusted (cosigned by too few witnesses, or an agent where no witness is asked for).
 */
export async function checkEmergencyReceipt(receipt: Receipt, asked: EmergencyAsked): Promise<StartRef> {
  const { record, log, atMs } = asked;
  if (asked.agent && log.policy.quorum === undefined) {
    throw new ProtocolError("not-trusted", "an agent answers no emergency without witnesses");
  }
  const verified = await verifyReceipt(receipt, log);
  const { checkpoint, leaf } = verified;
  if (!log.isCosigned(checkpoint, atMs)) {
    throw new ProtocolError("not-trusted", "receipt of an emergency without enough witnesses");
  }
  const view = readView(verified.view);
  if (leaf.type !== "act" || view.act !== "emergency-start" || !view.emergency) {
    throw new ProtocolError("wrong-type", "receipt of an emergency");
  }
  if (view.class !== "main") throw new ProtocolError("wrong-chain", "receipt of an emergency");
  if (verified.identity === undefined) throw new ProtocolError("missing-field", "receipt of an emergency: identity");
  checkIdentity(readIdentity(verified.identity), record, asked.case);
  const { fact } = record;
  if (view.row !== fact.row || view.structure !== fact.structure) {
    throw new ProtocolError("wrong-request", "receipt of an emergency in another capacity");
  }
  if (Math.max(atMs, leaf.tsMs) >= emergencyEndMs(fact)) throw new ProtocolError("expired", "emergency");
  return {
    index: verified.index,
    leaf: toHex(leafHash(receipt.leaf)),
    size: checkpoint.size,
    root: toHex(checkpoint.root),
  };
}

function checkIdentity(who: IdentityPayload, record: FactRecord<Emergency>, case_: string): void {
  if (who.request === undefined) {
    throw new ProtocolError("missing-field", "receipt of an emergency: the signed declaration");
  }
  const declaration = statementFromJson(who.request);
  if (who.requestHash !== declaration.hash) throw new ProtocolError("wrong-hash", "receipt of an emergency: request_hash");
  if (declaration.type !== "fact" || declaration.body["fact"] !== record.hash) {
    throw new ProtocolError("wrong-request", "receipt of another act than this emergency");
  }
  if (declaration.body["case"] !== case_) throw new ProtocolError("wrong-case", "receipt of an emergency");
  if (who.user !== record.fact.user) throw new ProtocolError("wrong-author", "receipt of an emergency");
}

/** How many emergencies one caller, and one structure, may declare in a window, the new one included. */
export interface EmergencyQuota {
  readonly caller: number;
  readonly structure: number;
  readonly windowMs: number;
}

/** What is allowed where nothing else is said. */
export const EMERGENCY_QUOTA: EmergencyQuota = { caller: 3, structure: 10, windowMs: 24 * 3_600_000 };

/**
 * Refuse an emergency too many: over-quota for the caller, or for their structure. `past` are the emergencies recorded before,
 * of any case, counted by the instant of their recording: what a caller states as the beginning would let them date one out of
 * the window.
 */
export function checkEmergencyQuota(
  past: readonly FactRecord<Emergency>[],
  asked: Emergency,
  atMs: number,
  quota: EmergencyQuota,
): void {
  const recent = past.filter((record) => atMs - quota.windowMs < record.recordedMs).map(({ fact }) => fact);
  if (recent.filter(({ user }) => user === asked.user).length >= quota.caller) {
    throw new ProtocolError("over-quota", "emergencies of one caller");
  }
  if (recent.filter(({ structure }) => structure === asked.structure).length >= quota.structure) {
    throw new ProtocolError("over-quota", "emergencies of one structure");
  }
}
