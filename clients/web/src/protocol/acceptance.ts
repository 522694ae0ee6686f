/**
 * May software grant to this chain by itself, or does it wait for a human (docs/spec/bindings.md; protocol 5.2, 5.6).
 *
 * The attacker is the hub: it can make a new chain, and where it is its own relying party it can bind it to a real colleague
 * without that colleague knowing. So a further chain of a known subject waits, and people can end the wait.
 *
 * 1. A frozen or closed chain is granted nothing.
 * 2. A veto by a device of an older chain of the subject stops software, until a human confirms after the veto.
 * 3. A confirmation of the fingerprint phrase by a colleague, or an invitation code verified by an established member's
 *    client, accepts at once.
 * 4. Without a binding nothing else does.
 * 5. The first chain of a subject is accepted: as proof when its binding's audience is an independent registrar's, as an
 *    introduction when it is the hub's own.
 * 6. A further chain waits 72 hours from when it was first seen.
 */
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import type { UserChain } from "./user-state.ts";
import { VETO_MS } from "./user-state.ts";

/** Why a chain is accepted. */
export type Ground = "confirmed" | "invited" | "registrar" | "introduction" | "waited";

/** What a client knows of a chain besides its links. Instants are of the log where there is one. */
export interface Evidence {
  /** That of the newest verified binding's audience; undefined without one. */
  readonly mode: string | undefined;
  readonly firstSeenMs: number;
  /** How many chains of the same (issuer, subject) were seen before this one. */
  readonly olderChains: number;
  /** The instants at which colleagues confirmed the fingerprint phrase by voice or face. */
  readonly confirmedMs: readonly number[];
  /** Whether an established member's client verified the code. */
  readonly invited: boolean;
  /** The instants of vetoes by devices of older chains. */
  readonly vetoedMs: readonly number[];
}

/** A ground when software may grant what table and facts permit, else the reason and, for a wait, its end. */
export type Acceptance =
  | { readonly granted: true; readonly ground: Ground }
  | { readonly granted: false; readonly reason: Reason; readonly untilMs?: number };

/** Decide by the rules of the module's comment, in their order. */
export function mayGrantBySoftware(chain: UserChain, evidence: Evidence, nowMs: number): Acceptance {
  if (chain.closed) return { granted: false, reason: "closed" };
  if (chain.frozen) return { granted: false, reason: "frozen" };
  if (evidence.vetoedMs.length > 0 && Math.max(...evidence.vetoedMs) >= Math.max(0, ...evidence.confirmedMs)) {
    return { granted: false, reason: "vetoed" };
  }
  if (evidence.confirmedMs.length > 0) return { granted: true, ground: "confirmed" };
  if (evidence.invited) return { granted: true, ground: "invited" };
  if (evidence.mode !== "self" && evidence.mode !== "registrar") return { granted: false, reason: "not-trusted" };
  if (evidence.olderChains === 0) {
    return { granted: true, ground: evidence.mode === "registrar" ? "registrar" : "introduction" };
  }
  const untilMs = evidence.firstSeenMs + VETO_MS;
  if (nowMs < untilMs) return { granted: false, reason: "not-yet", untilMs };
  return { granted: true, ground: "waited" };
}

/** The ground; throws `ProtocolError` with the reason: not-yet, vetoed, not-trusted, frozen, closed. */
export function requireAcceptance(chain: UserChain, evidence: Evidence, nowMs: number): Ground {
  const answer = mayGrantBySoftware(chain, evidence, nowMs);
  if (!answer.granted) throw new ProtocolError(answer.reason, "chain of a user");
  return answer.ground;
}
