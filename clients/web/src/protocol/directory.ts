/** Users at a head of their chain: which generation a box may be made for (docs/spec/case-chains.md, rule on heads). */
import type { Bytes } from "./bytes.ts";
import type { Attestation } from "./capacities.ts";
import { fromBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { HeadRef } from "./statements.ts";
import type { UserChain } from "./user-state.ts";

/** Where verified users and attestations come from. Both throw `ProtocolError(unknown-reference)`. */
export interface Directory {
  /** The verified chain of a user, as new as the caller has it. */
  user(user: string): UserChain;
  /** A verified attestation by the hash of its statement. */
  attestation(attestation: string): Attestation;
}

/** A generation of a user key, as a box names it. */
export interface CurrentKey {
  readonly generation: number;
  readonly public: Bytes;
}

/**
 * Number and X-Wing public key of the user key that was current at a head of the chain. Throws unknown-reference when the chain
 * is not known that far, forked for another history.
 */
export function generationAt(chain: UserChain, at: HeadRef): CurrentKey {
  chain.checkHead(at);
  for (const { body } of chain.state.links.slice(0, at.seq + 1).reverse()) {
    const { generation, user_box: key } = body;
    if (typeof generation === "number" && typeof key === "string") return { generation, public: fromBase64url(key) };
  }
  throw new ProtocolError("unknown-reference", "a user chain without a user key");
}

/** Whether the account counted at that head: neither frozen nor closed. */
export function canBeBoxed(chain: UserChain, at: HeadRef): boolean {
  const standing = chain.state.standings[at.seq];
  return standing !== undefined && !standing.frozen && !standing.closed;
}
