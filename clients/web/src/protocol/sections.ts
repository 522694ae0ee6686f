/**
 * Section keys: steps, commitments, and the ring of keys that a client opened (docs/spec/section-keys.md, protocol 7).
 *
 *     S(e, 0)   = 32 random bytes
 *     S(e, i+1) = HKDF-Expand(S(e, i), `volet/v1/step`)
 *     commit(S) = HKDF-Expand(S, `volet/v1/commit` LF chain LF section LF epoch LF step)
 *
 * Chain ids are in hex and numbers in decimal. A key is checked against its published commitment before any use: AES-GCM does
 * not commit to its key, and one ciphertext can be made to open under several. The key of an exchange is a key that never
 * steps, under the name `exchange` and the id of the case (the exchange has no id before its first key).
 */
import { same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { hkdfExpand } from "./hashing.ts";

export const SECTION_KEY_SIZE = 32;
/** More steps in one epoch than newcomers in a lifetime: a bound on what a malicious step number can cost a reader. */
export const MAX_STEPS = 4096;
export const EXCHANGE_SECTION = "exchange";

/** Which key: section, epoch from 1, step from 0. */
export interface KeyId {
  readonly section: string;
  readonly epoch: number;
  readonly step: number;
}

export function exchangeKeyId(epoch: number): KeyId {
  return { section: EXCHANGE_SECTION, epoch, step: 0 };
}

/** S(e, i+1) from S(e, i). There is no way back. */
export function stepKey(key: Uint8Array): Bytes {
  return hkdfExpand(sized(key), "step");
}

/** The key `steps` steps later. */
export function deriveStep(key: Uint8Array, steps: number): Uint8Array {
  if (steps < 0 || steps > MAX_STEPS) throw new ProtocolError("wrong-step", `${steps} steps`);
  let derived = key;
  for (let step = 0; step < steps; step++) derived = stepKey(derived);
  return derived;
}

/** The 32 bytes published for a key; `chain` is the id of the class chain, for exchanges of the case. */
export function commitment(key: Uint8Array, chain: string, which: KeyId): Bytes {
  return hkdfExpand(sized(key), "commit", utf8(`${chain}\n${which.section}\n${which.epoch}\n${which.step}`));
}

/** Refuse a key that is not the one committed to: bad-commitment. Compares in constant time. */
export function checkKeyCommitment(key: Uint8Array, chain: string, which: KeyId, published: Uint8Array): void {
  if (!same(commitment(key, chain, which), published)) {
    throw new ProtocolError("bad-commitment", `key of ${which.section} epoch ${which.epoch} step ${which.step}`);
  }
}

function sized(key: Uint8Array): Uint8Array {
  if (key.length !== SECTION_KEY_SIZE) throw new ProtocolError("bad-key", "section key");
  return key;
}

/** A key with its id. */
export interface HeldKey {
  readonly which: KeyId;
  readonly key: Uint8Array;
}

/**
 * The keys one client holds in one class chain: for each (section, epoch) the earliest step it was given.
 *
 * Immutable: `add` returns a larger ring. Commitments of the chain's state are passed in, so that a key from a box and a key
 * from a store on disk go through the same check.
 */
export class SectionKeys {
  readonly chain: string;
  readonly #held: ReadonlyMap<string, HeldKey>;

  constructor(chain: string, held: ReadonlyMap<string, HeldKey> = new Map()) {
    this.chain = chain;
    this.#held = held;
  }

  /** The ring with one more key; `published` is its commitment in the chain, refused when there is none. */
  add(which: KeyId, key: Uint8Array, published: Uint8Array | undefined): SectionKeys {
    if (published === undefined) {
      throw new ProtocolError("bad-commitment", `no commitment for ${which.section} epoch ${which.epoch}`);
    }
    checkKeyCommitment(key, this.chain, which, published);
    if (this.holds(which)) return this;
    return new SectionKeys(this.chain, new Map(this.#held).set(sliceName(which.section, which.epoch), { which, key }));
  }

  /** Whether a key can be derived. */
  holds(which: KeyId): boolean {
    const first = this.firstStep(which.section, which.epoch);
    return first !== undefined && first <= which.step;
  }

  /**
   * S(epoch, step), checked against its commitment; throws not-entitled without a slice that reaches it. A granter who
   * publishes the commitment of another key at a step is found here, before anything is sealed under a key that part of the
   * readers do not have.
   */
  key(which: KeyId, published: Uint8Array | undefined): Uint8Array {
    const held = this.#held.get(sliceName(which.section, which.epoch));
    if (held === undefined || held.which.step > which.step) {
      throw new ProtocolError("not-entitled", `no key of ${which.section} epoch ${which.epoch} step ${which.step}`);
    }
    if (published === undefined) {
      throw new ProtocolError("wrong-step", `${which.section} epoch ${which.epoch} has no step ${which.step}`);
    }
    const key = deriveStep(held.key, which.step - held.which.step);
    checkKeyCommitment(key, this.chain, which, published);
    return key;
  }

  /** The earliest step held of an epoch. */
  firstStep(section: string, epoch: number): number | undefined {
    return this.#held.get(sliceName(section, epoch))?.which.step;
  }

  /** The epochs of a section in which something is held, oldest first. */
  epochs(section: string): number[] {
    return [...this.#held.values()]
      .filter(({ which }) => which.section === section)
      .map(({ which }) => which.epoch)
      .sort((left, right) => left - right);
  }

  /** Everything held, for a store; `add` takes it back in. */
  held(): readonly HeldKey[] {
    return [...this.#held.values()];
  }
}

function sliceName(section: string, epoch: number): string {
  return `${section} ${epoch}`;
}
