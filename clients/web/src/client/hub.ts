/**
 * The hub as this client sees it: the transport, and in front of it what was verified (`trust.ts`).
 *
 * Every proof and receipt goes through here. A contradiction is kept in the vault before anybody is told of it, because the page
 * may be closed at that very moment.
 */
import type { Entered, PolicyActivation } from "../protocol/activation.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { LogVerifier, SignedCheckpoint } from "../protocol/checkpoint.ts";
import { fromBase64url, toHex } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { readHeadProof } from "../protocol/head-proof.ts";
import { verifyConsistency } from "../protocol/merkle.ts";
import { acceptReceipt, readReceipt, verifyReceipt } from "../protocol/receipt.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import type { CheckpointRef } from "../protocol/release.ts";
import type { HeadRef } from "../protocol/statements.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import type { Visited } from "./epoch-checks.ts";
import { Contradicted, Refused } from "./errors.ts";
import type { Transport } from "./transport.ts";
import { TrustState } from "./trust.ts";
import type { Label, Proven, Visit } from "./trust.ts";
import type { Vault } from "./vault.ts";

const STATE = "state";
const TRIES = 3;

/** One hub, one vault. */
export class Hub {
  readonly transport: Transport;
  readonly trust: TrustState;
  readonly #vault: Vault;
  #saved = "";
  #turn: Promise<unknown> = Promise.resolve();

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

  /** Write the verified state to the vault, when it changed. */
  async save(): Promise<void> {
    const state = this.trust.toJson();
    const text = JSON.stringify(state);
    if (text === this.#saved) return;
    this.#saved = text;
    await this.#vault.save(STATE, state);
  }

  /**
   * Ask, and judge what was served. An answer that a newer one overtook on the way is stale (T4) and nobody's fault: it is asked
   * for again.
   */
  async asked<T>(ask: () => Promise<T>): Promise<T> {
    for (let again = 1; ; again++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ProtocolError) || error.reason !== "stale" || again === TRIES) throw error;
      }
    }
  }

  /** Ask for the head of a chain and judge its proof. */
  async head(label: Label, chain: string): Promise<Proven> {
    return this.asked(async () => this.prove(label, chain, await this.transport.get(`/v1/heads/${label}/${chain}`)));
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

  /** Judge what epochs showed of a chain of ours, and hold the visit (rule T11). */
  async visited(label: Label, chain: string, what: Visited): Promise<Visit> {
    return this.#judged(() => Promise.resolve(this.trust.visited(label, chain, what)));
  }

  /** How a question names a log: the one in use goes without a number. */
  which(log: LogVerifier): { readonly log?: number } {
    return log === this.trust.log ? {} : { log: log.earlier.length + 1 };
  }

  /** Hold verified activations of policy tables (rule T9). */
  async advancePolicy(activations: readonly PolicyActivation[], leaves: readonly Entered[]): Promise<void> {
    await this.#judged(() => {
      this.trust.advancePolicy(activations, leaves);
      return Promise.resolve();
    });
  }

  /** Verify a receipt and let its checkpoint extend what is held. */
  async receipt(served: JsonObject): Promise<VerifiedReceipt> {
    const verified = await this.#judged(async () => {
      const receipt = readReceipt(served);
      const { checkpoint } = await verifyReceipt(receipt, this.trust.log);
      // Of the log in use, or of one that ended.
      const log = this.trust.log.of(checkpoint.note);
      const held = this.trust.view.newest(log.origin);
      // The proof inside leads from the tree that the request named; our own may have grown since.
      const leads =
        held !== undefined &&
        held.size <= checkpoint.size &&
        verifyConsistency(held.size, checkpoint.size, held.root, checkpoint.root, receipt.consistency);
      const consistency = leads ? receipt.consistency : await this.#consistencyTo(checkpoint.size, log);
      return acceptReceipt(receipt, this.trust.view, log.origin, consistency);
    });
    this.#told();
    return verified;
  }

  /** Judge a signed checkpoint as served: it must extend what is held, or be a prefix of it. */
  async accept(note: string): Promise<SignedCheckpoint> {
    const accepted = await this.#judged(async () => {
      const checkpoint = await this.trust.log.open(note);
      this.trust.acceptCheckpoint(checkpoint, await this.#consistencyTo(checkpoint.size));
      return checkpoint;
    });
    this.#told();
    return accepted;
  }

  /** The newest checkpoint verified, as requests name it; asked for on the first day. */
  async checkpoint(): Promise<CheckpointRef> {
    const { size, root } = this.trust.newest() ?? (await this.accept(await this.transport.getText("/v1/log/checkpoint")));
    return { size, root: toHex(root) };
  }

  async #consistencyTo(size: number, log: LogVerifier = this.trust.log): Promise<readonly Uint8Array[]> {
    const needed = this.trust.consistencyNeeded(size, log.origin);
    if (needed === undefined) return [];
    try {
      const asked = { from: needed[0], to: needed[1], ...this.which(log) };
      const answer = await this.transport.get("/v1/log/consistency", asked);
      return new Fields(answer, "consistency").datas("hashes", 32);
    } catch (error) {
      // A hub without a tree as large as the one held: judged as rolled back, and both notes kept.
      if (error instanceof Refused && error.problem === "invalid") return [];
      throw error;
    }
  }

  /** One judgement at a time: a proof that leads on from the tree held is of no use once another answer has moved it. */
  async #judged<T>(judge: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(judge);
    this.#turn = mine.catch(() => undefined);
    try {
      return await mine;
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

/** The box that was served for this reader beside a link or an entry, undefined when there is none. */
export function boxOf(fields: Fields): Uint8Array | undefined {
  return fields.optional("box", (name) => fromBase64url(fields.text(name)));
}
