/** The vault's port in memory, for logic that Node tests: what is saved is encoded, as the real one does. */
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { decode, encode } from "../../src/protocol/canonical.ts";
import type { Vault } from "../../src/client/vault.ts";

export class MemoryVault {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #pairs = new Map<string, CryptoKeyPair>();

  /** As those see it who keep things in it. */
  get vault(): Vault {
    const [kept, pairs] = [this.#kept, this.#pairs];
    const port: Pick<Vault, "load" | "save" | "loadBytes" | "saveBytes" | "remove" | "names" | "keys" | "keep"> = {
      load: (name) => Promise.resolve(decoded(kept.get(name))),
      save: (name, value) => {
        kept.set(name, encode(value));
        return Promise.resolve();
      },
      loadBytes: (name) => {
        const data = kept.get(name);
        return Promise.resolve(data === undefined ? undefined : Uint8Array.from(data));
      },
      saveBytes: (name, bytes) => {
        kept.set(name, Uint8Array.from(bytes));
        return Promise.resolve();
      },
      remove: (name) => {
        kept.delete(name);
        return Promise.resolve();
      },
      keys: (name) => Promise.resolve(pairs.get(name)),
      keep: (name, pair) => {
        pairs.set(name, pair);
        return Promise.resolve();
      },
      names: (prefix) => Promise.resolve([...kept.keys()].filter((name) => name.startsWith(prefix))),
    };
    return port as Vault;
  }

  /** How many bytes stand under a name. */
  size(name: string): number {
    return this.#kept.get(name)?.length ?? 0;
  }
}

function decoded(data: Uint8Array | undefined): JsonObject | undefined {
  return data === undefined ? undefined : decode(data, 1 << 26);
}
