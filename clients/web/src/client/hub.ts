/**
 * The hub as this client sees it: the transport, and in front of it what was verified (`trust.ts`).
 *
 * Every proof and receipt goes through here. A contradiction is kept in the vault before anybody is told of it, because the page
 * may be closed at that very moment.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { readHeadProof } from "../protocol/head-proof.ts";
import { acceptReceipt, readReceipt, verifyReceipt } from "../protocol/receipt.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import type { HeadRef } from "../protocol/statements.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import { Contradicted, Refused } from "./errors.ts";
import type { Transport } from "./transport.ts";
import { TrustState } from "./trust.ts";
import type { Label, Proven } from "./trust.ts";
import type { Vault } from "./vault.ts";

const STATE = "state";

/** One hub, one vault. */
export class Hub {
  readonly transport: Transport;
  readonly trust: TrustState;
  readonly #vault: Vault;

  private constructor(transport: Transport, trust: TrustState, vault: Vault) {
    this.transport = transport;
    this.trust = trust;
    this.#vault = vault;
    this.#told();
  }

  /** The hub of a bundle, with what this browser verified of it before. */
  static async open(transport: Transport, bundle: TrustBundle, vault: Vault): Promise<Hub> {
    return new Hub(transport, await TrustState.restore(bundle, await vault.load(STATE)), vault);
  }

  /** The hub's origin, as pinned: what every statement names. */
  get origin(): string {
    return this.trust.bundle.hub;
  }

  /** Write the verified state to the vault. */
  save(): Promise<void> {
    return this.#vault.save(STATE, this.trust.toJson());
  }

  /** Ask for the head of a chain and judge its proof. */
  async head(label: Label, chain: string): Promise<Proven> {
    return this.prove(label, chain, await this.transport.get(`/v1/heads/${label}/${chain}`));
  }

  /** Judge a served proof of a head; a contradiction stops everything. */
  async prove(label: Label, chain: string, served: JsonObject): Promise<Proven> {
    const proven = await this.#judged(async () => {
      const proof = readHeadProof(new Fields(served, "head proof"));
      const { size } = await this.trust.log.open(proof.proof.checkpoint);
      return this.trust.prove(label, chain, proof, await this.#consistencyTo(size));
    });
    this.#told();
    return proven;
  }

  /** Hold a head whose chain was replayed (rules T5, T6). */
  async advance(label: Label, chain: string, head: HeadRef, hashes: ReadonlyMap<number, string>): Promise<void> {
    await this.#judged(() => {
      this.trust.advance(label, chain, head, hashes);
      return Promise.resolve();
    });
  }

  /** Raise an alarm at a head of our own chain that this device did not make (rule T7). */
  async checkOwn(user: string, mine: HeadRef, proven: Proven): Promise<void> {
    await this.#judged(() => {
      this.trust.checkOwn(user, mine, proven);
      return Promise.resolve();
    });
  }

  /** Verify a receipt and let its checkpoint extend what is held. */
  async receipt(served: JsonObject): Promise<VerifiedReceipt> {
    const verified = await this.#judged(async () => {
      const receipt = readReceipt(served);
      const { checkpoint } = await verifyReceipt(receipt, this.trust.log);
      const held = this.trust.newest()?.size;
      // The proof inside leads from the tree that the request named; our own may have grown since.
      const consistency = held === this.transport.treeSize ? undefined : await this.#consistencyTo(checkpoint.size);
      return acceptReceipt(receipt, this.trust.view, this.trust.log.origin, consistency);
    });
    this.#told();
    return verified;
  }

  async #consistencyTo(size: number): Promise<readonly Uint8Array[]> {
    const needed = this.trust.consistencyNeeded(size);
    if (needed === undefined) return [];
    try {
      const answer = await this.transport.get("/v1/log/consistency", { from: needed[0], to: needed[1] });
      return new Fields(answer, "consistency").datas("hashes", 32);
    } catch (error) {
      // A hub without a tree as large as the one held: judged as rolled back, and both notes kept.
      if (error instanceof Refused && error.problem === "invalid") return [];
      throw error;
    }
  }

  async #judged<T>(judge: () => Promise<T>): Promise<T> {
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof ProtocolError) || !this.trust.stopped) throw error;
      await this.save();
      throw new Contradicted(error);
    }
  }

  #told(): void {
    this.transport.treeSize = this.trust.newest()?.size;
  }
}
