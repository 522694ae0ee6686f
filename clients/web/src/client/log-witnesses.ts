/**
 * What the witnesses say of the log: who among those that the trust bundle lists cosigned, when, and whether that is enough.
 *
 * A cosignature of a listed witness that does not verify refuses the whole note; one of a witness that is not listed counts for
 * nothing, whoever signed it.
 */
import { utf8 } from "../protocol/bytes.ts";
import type { LogVerifier, SignedCheckpoint } from "../protocol/checkpoint.ts";
import { parseNote } from "../protocol/note.ts";
import { Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";

/** A witness of the bundle, and when it signed: undefined where it did not. */
export interface Witness {
  readonly name: string;
  readonly signedMs: number | undefined;
}

/** `quorum` undefined: the bundle asks for no witness. `size` is that of the tree cosigned, undefined where none was served. */
export interface WitnessState {
  readonly quorum: { readonly needed: number; readonly of: number } | undefined;
  readonly met: boolean;
  readonly size: number | undefined;
  readonly witnesses: readonly Witness[];
  /** Signatures of nobody whom the bundle lists. */
  readonly unknown: number;
}

/** Ask for the newest cosigned checkpoint and judge it: it must be of the very log that this browser holds. */
export async function askWitnesses(hub: Hub, nowMs: number): Promise<WitnessState> {
  const { log } = hub.trust;
  let note: string;
  try {
    note = await hub.transport.getText(`/v1/log/checkpoint${log.policy.quorum === undefined ? "" : "/cosigned"}`);
  } catch (error) {
    if (!(error instanceof Refused) || error.problem !== "not-found") throw error;
    return { ...stateOf(log, undefined), met: false };
  }
  const checkpoint = await hub.accept(note);
  return { ...stateOf(log, checkpoint), met: log.isCosigned(checkpoint, nowMs) };
}

function stateOf(log: LogVerifier, checkpoint: SignedCheckpoint | undefined): Omit<WitnessState, "met"> {
  const { policy } = log;
  const times = new Map(checkpoint?.signed.map(({ verifier, timeS }) => [verifier.vkey, timeS]));
  const witnesses = [...policy.witnesses].map(([name, { vkey }]) => {
    const timeS = times.get(vkey);
    return { name, signedMs: timeS === undefined ? undefined : Number(timeS) * 1000 };
  });
  const lines = checkpoint === undefined ? 0 : parseNote(utf8(checkpoint.note)).lines.length;
  return { quorum: quorumOf(log), size: checkpoint?.size, witnesses, unknown: lines - (checkpoint?.signed.length ?? 0) };
}

function quorumOf({ policy }: LogVerifier): WitnessState["quorum"] {
  if (policy.quorum === undefined) return undefined;
  const group = policy.groups.get(policy.quorum);
  return group === undefined ? { needed: 1, of: 1 } : { needed: group.threshold, of: group.members.length };
}
