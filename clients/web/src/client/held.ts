/** That the account was held by telephone until this sign-in (docs/spec/holds.md): told until it was read. */
import { toBase64url } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import type { OpenedSession } from "./login.ts";
import type { Vault } from "./vault.ts";

const HELD = "held";

/** Since when (ms); the registrar who asked, by the name of the trust bundle; undefined where the number of the sheet did. */
export interface Held {
  readonly sinceMs: number;
  readonly by: string | undefined;
}

/** Keep what a sign-in said; nothing on most days. */
export async function keepHeld(vault: Vault, held: OpenedSession["held"]): Promise<void> {
  if (held !== undefined) await vault.save(HELD, { since_ms: held.sinceMs, ...(held.by === undefined ? {} : { by: held.by }) });
}

/** What was not read yet. */
export async function readHeld(vault: Vault, { registrars }: TrustBundle): Promise<Held | undefined> {
  const kept = await vault.load(HELD);
  if (kept === undefined) return undefined;
  const fields = new Fields(kept, HELD);
  const by = fields.optional("by", (name) => fields.text(name, 64));
  const registrar = registrars.find(({ key }) => toBase64url(key) === by);
  return { sinceMs: fields.integer("since_ms"), by: by === undefined ? undefined : (registrar?.name ?? by) };
}

/** Somebody read it. */
export async function heldSeen(vault: Vault): Promise<void> {
  await vault.remove(HELD);
}
