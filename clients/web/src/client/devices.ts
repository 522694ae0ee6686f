/** Devices of one's own: listed, named, revoked; a further one is let in by a code (`device-codes.ts`). */
import { deviceRevokeBody } from "../protocol/user-bodies.ts";
import { MIN_AGE_MS } from "../protocol/user-acts.ts";
import { Misuse } from "./errors.ts";
import type { Names } from "./names.ts";
import { staying } from "./own-chain.ts";
import type { OwnChain } from "./own-chain.ts";

/** A device of ours: since when (ms), whether it is this one, when it was revoked; its local name if it has one. */
export interface OwnDevice {
  readonly id: string;
  readonly name: string | undefined;
  readonly addedMs: number;
  readonly revokedMs: number | undefined;
  readonly isHere: boolean;
}

/** Every device that the own chain ever had, oldest first. */
export async function ownDevices(own: OwnChain, names: Names): Promise<readonly OwnDevice[]> {
  const chain = await own.refresh();
  return [...chain.state.devices]
    .sort(([, one], [, other]) => one.addedSeq - other.addedSeq)
    .map(([id, { addedMs, revokedMs }]) => {
      return { id, name: names.of("device", id), addedMs, revokedMs, isHere: id === own.author.identity.device };
    });
}

/** Give a device a name, which stays encrypted on this one; an empty name takes the old one away. */
export async function nameDevice(names: Names, id: string, name: string): Promise<void> {
  await names.put("device", id, name);
}

/**
 * Revoke another device and begin the next generation of the user key in the same link. Throws `Misuse`: device-here for this one,
 * device-young where this one is less than a day old.
 */
export async function revokeDevice(own: OwnChain, target: string): Promise<void> {
  const { author } = own;
  const here = author.identity.device;
  if (target === here) throw new Misuse("device-here");
  const chain = await own.refresh();
  const addedMs = chain.state.devices.get(here)?.addedMs ?? author.nowMs();
  if (author.nowMs() - addedMs < MIN_AGE_MS) throw new Misuse("device-young");
  const made = await own.nextGeneration(chain);
  await own.append({
    body: (preamble) => deviceRevokeBody(preamble, target, made.fields),
    seed: made.seed,
    recipients: staying(chain, chain.state.recovery.box, target),
  });
}
