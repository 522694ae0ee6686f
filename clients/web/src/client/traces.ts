/**
 * That a professional read, on this device, what is traced of them (F29): the version of the text and the date, kept in the vault.
 */
import { Fields } from "../protocol/fields.ts";
import type { Vault } from "./vault.ts";

const TRACES = "traces";

/** The text that is shown now; one more whenever what it says changes, and everybody reads it again. */
export const TRACES_VERSION = 1;

/** When the text of now was read on this device, in milliseconds; undefined when it was not. */
export async function tracesRead(vault: Vault): Promise<number | undefined> {
  const kept = await vault.load(TRACES);
  if (kept === undefined) return undefined;
  const fields = new Fields(kept, TRACES);
  return fields.integer("version") === TRACES_VERSION ? fields.integer("time_ms") : undefined;
}

/** Keep that it was read now. */
export async function readTraces(vault: Vault, nowMs: number): Promise<void> {
  await vault.save(TRACES, { version: TRACES_VERSION, time_ms: nowMs });
}
