/**
 * Whose fingerprint phrase was compared by voice or face: kept sealed in the vault (protocol 5.6 c).
 *
 * A further chain of somebody known is granted nothing by software for 72 hours, because the hub could have made it. One colleague
 * who hears or sees the phrase ends that wait; the next sync then grants whatever table and facts permit.
 */
import { Fields } from "../protocol/fields.ts";
import { checkPhrase } from "../protocol/fingerprint.ts";
import type { Vault } from "./vault.ts";

const CONFIRMATIONS = "confirmations";

/** Instants of confirmations by user id, in milliseconds. */
export class Confirmations {
  readonly #vault: Vault;
  #instants: Map<string, number> | undefined;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** When this profile's user confirmed that chain: once, or never. */
  async of(user: string): Promise<readonly number[]> {
    const instant = (await this.#loaded()).get(user);
    return instant === undefined ? [] : [instant];
  }

  /** Remember that the phrase was compared; another phrase throws wrong-chain and nothing is kept. */
  async confirm(user: string, typed: string, nowMs: number): Promise<void> {
    checkPhrase(typed, user);
    const instants = await this.#loaded();
    instants.set(user, nowMs);
    const items = [...instants].map(([known, atMs]) => ({ user: known, at_ms: atMs }));
    await this.#vault.save(CONFIRMATIONS, { confirmed: items });
  }

  async #loaded(): Promise<Map<string, number>> {
    if (this.#instants === undefined) {
      const kept = await this.#vault.load(CONFIRMATIONS);
      const items = kept === undefined ? [] : new Fields(kept, CONFIRMATIONS).objects("confirmed", 1_000_000);
      this.#instants = new Map(items.map((item) => [item.hash("user"), item.integer("at_ms")]));
    }
    return this.#instants;
  }
}
