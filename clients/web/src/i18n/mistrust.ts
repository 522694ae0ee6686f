/** Why something does not verify, in the few ways that make a difference to whoever reads of it. */
import type { ProtocolError, Reason } from "../protocol/errors.ts";
import type { Messages } from "./messages.ts";

type Meaning = "signature" | "content" | "receipt" | "missing" | "older" | "rules" | "form";

const MEANINGS: Readonly<Record<Reason, Meaning>> = {
  malformed: "form",
  "too-large": "form",
  "not-canonical": "form",
  "unknown-field": "form",
  "missing-field": "form",
  "wrong-type": "form",
  "wrong-version": "form",
  "wrong-algorithm": "form",
  "wrong-hub": "receipt",
  "bad-key": "signature",
  "bad-signature": "signature",
  "bad-box": "signature",
  "bad-commitment": "receipt",
  "bad-padding": "content",
  "bad-ciphertext": "content",
  "bad-share": "content",
  "wrong-sequence": "missing",
  "wrong-hash": "content",
  "wrong-chain": "signature",
  "wrong-author": "signature",
  revoked: "signature",
  "too-young": "signature",
  frozen: "signature",
  closed: "rules",
  vetoed: "signature",
  "time-backwards": "older",
  stale: "older",
  forked: "older",
  "not-entitled": "rules",
  "not-permitted": "rules",
  already: "rules",
  "unknown-reference": "missing",
  "wrong-policy": "rules",
  "policy-too-wide": "rules",
  "wrong-epoch": "rules",
  "wrong-step": "rules",
  "wrong-list": "missing",
  "wrong-readers": "signature",
  "wrong-case": "content",
  "wrong-part": "content",
  "wrong-recipient": "signature",
  expired: "signature",
  "not-yet": "rules",
  "section-owed": "rules",
  "over-quota": "rules",
  "wrong-issuer": "signature",
  "wrong-audience": "signature",
  "wrong-nonce": "signature",
  "wrong-subject": "signature",
  "not-trusted": "signature",
  "bad-proof": "receipt",
  "wrong-origin": "receipt",
  "rolled-back": "older",
  "wrong-request": "receipt",
  "wrong-tag": "receipt",
};

/** What it may mean, what was done about it, whom to tell, and which object it is. */
export function mistrustText({ reason, what }: ProtocolError, messages: Messages): string {
  return `${messages.mistrust[MEANINGS[reason]]} ${messages.mistrust.next(what)}`;
}
