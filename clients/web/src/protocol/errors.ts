/**
 * The one error class of the protocol, and the closed list of reasons it can carry: `volet_protocol/errors.py`, which the
 * vectors state their refusals in. A reason is never renamed or reused.
 */
export const REASONS = [
  "malformed",
  "too-large",
  "not-canonical",
  "unknown-field",
  "missing-field",
  "wrong-type",
  "wrong-version",
  "wrong-algorithm",
  "wrong-hub",
  "bad-key",
  "bad-signature",
  "bad-box",
  "bad-commitment",
  "bad-padding",
  "bad-ciphertext",
  "bad-share",
  "wrong-sequence",
  "wrong-hash",
  "wrong-chain",
  "wrong-author",
  "revoked",
  "too-young",
  "frozen",
  "closed",
  "vetoed",
  "time-backwards",
  "stale",
  "forked",
  "not-entitled",
  "not-permitted",
  "already",
  "unknown-reference",
  "wrong-policy",
  "policy-too-wide",
  "wrong-epoch",
  "wrong-step",
  "wrong-list",
  "wrong-readers",
  "wrong-case",
  "wrong-part",
  "wrong-recipient",
  "expired",
  "not-yet",
  "section-owed",
  "over-quota",
  "wrong-issuer",
  "wrong-audience",
  "wrong-nonce",
  "wrong-subject",
  "not-trusted",
  "bad-proof",
  "wrong-origin",
  "rolled-back",
  "wrong-request",
  "wrong-tag",
] as const;

export type Reason = (typeof REASONS)[number];

/** Something served or supplied does not verify. `what` names the object in words. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly reason: Reason;
  readonly what: string;

  constructor(reason: Reason, what: string) {
    super(`${what}: ${reason}`);
    this.reason = reason;
    this.what = what;
  }
}
