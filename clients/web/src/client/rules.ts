/**
 * The policy tables of the hub, verified: the one in force, and those that links of cases name (trust rule T9).
 *
 * The controllers' statements and the receipts of their leaves are verified, kept in the vault, and never go back. The ceiling is
 * the table whose hash the bundle pins. A table that is wider decides nothing here: what was verified can still be read, and no
 * key is handed out, claimed or rotated.
 */
import type { ActiveTables, Period } from "../protocol/active-tables.ts";
import { enteredBy, periodsOf, verifyActivations } from "../protocol/activation.ts";
import { encode, isObject } from "../protocol/canonical.ts";
import type { Bytes } from "../protocol/bytes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { parseCosigned } from "../protocol/cosigned.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { sha256Hex } from "../protocol/hashing.ts";
import { readIdentity } from "../protocol/log-payload.ts";
import { PolicyTable, TABLE_LIMIT } from "../protocol/policy-table.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import { Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";

interface InForce {
  readonly hash: string;
  readonly periods: readonly Period[];
  /** What the hub's answers named when the rules were fetched last: a hint, so only a change of it counts. */
  readonly named: string | undefined;
}

/** The table that decides now, and every table by its hash. Asked again when the hub names another. */
export class Rules {
  readonly #hub: Hub;
  readonly #held = new Map<string, PolicyTable>();
  readonly #narrow = new Set<string>();
  #inForce: InForce | undefined;
  #asking: Promise<InForce> | undefined;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** The table in force, by which this client grants and writes; throws policy-too-wide when it is wider than the ceiling. */
  async table(): Promise<PolicyTable> {
    const { hash } = await this.#current();
    const [table, ceiling] = [await this.#get(hash), await this.#get(this.#hub.trust.bundle.ceiling)];
    if (table === undefined || ceiling === undefined) throw new ProtocolError("wrong-policy", "policy table");
    if (!this.#narrow.has(hash)) {
      this.#hub.trust.checkTable(table, ceiling);
      this.#narrow.add(hash);
    }
    return table;
  }

  /** Tables as the judges of chains take them, those that links name fetched; one that the hub does not have stays unknown. */
  async tables(named: Iterable<string> = []): Promise<ActiveTables> {
    const { periods } = await this.#current();
    for (const hash of new Set(named)) await this.#get(hash);
    return { tables: this.#held, periods };
  }

  /** The hash of the table in force, which requests name: one that is too wide is no matter to who only reads. */
  async named(): Promise<string> {
    return (await this.#current()).hash;
  }

  #current(): Promise<InForce> {
    const held = this.#inForce;
    if (held !== undefined && held.named === this.#hub.transport.policy) return Promise.resolve(held);
    this.#asking ??= this.#asked().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #asked(): Promise<InForce> {
    const { transport } = this.#hub;
    const served = await transport.get("/v1/policy");
    const data = tableOf(served);
    const hash = sha256Hex(data);
    const periods = await this.#verified(hash, served);
    if (!this.#held.has(hash)) this.#held.set(hash, PolicyTable.load(data));
    this.#inForce = { hash, periods, named: transport.policy };
    return this.#inForce;
  }

  /** When each table was in force, by the controllers' word and the log's. */
  async #verified(hash: string, served: JsonObject): Promise<readonly Period[]> {
    const { bundle } = this.#hub.trust;
    const activation = served["activation"];
    if (activation === undefined || !isObject(activation)) {
      await this.#hub.advancePolicy([], []);
      // Without the controllers' word, only the table that they pinned themselves.
      if (hash !== bundle.ceiling) throw new ProtocolError("wrong-policy", "policy table without activation");
      return [{ table: hash, sinceMs: 0 }];
    }
    const newest = parseCosigned(encode(activation));
    await newest.require(bundle.controllers);
    if (this.#hub.trust.policies.at(-1)?.activation !== newest.hash) await this.#follow(newest.hash);
    const held = this.#hub.trust.policies;
    if (held.at(-1)?.table !== hash) throw new ProtocolError("wrong-policy", "activation of another policy table");
    return [{ table: bundle.ceiling, sinceMs: 0 }, ...held.map(({ table, sinceMs }) => ({ table, sinceMs }))];
  }

  /** Fetch every activation with the receipt of its leaf, and hold what they show. */
  async #follow(newest: string): Promise<void> {
    const { bundle } = this.#hub.trust;
    const fields = new Fields(await this.#hub.transport.get("/v1/policy/activations"), "policy activations");
    const receipts: VerifiedReceipt[] = [];
    for (const item of fields.items("receipts")) {
      if (!isObject(item)) throw fields.refuse("receipts");
      receipts.push(await this.#hub.receipt(item));
    }
    fields.done();
    const activations = await verifyActivations(receipts.map(signedIn), bundle);
    const leaves = activations.flatMap((one, number) => {
      const receipt = receipts[number];
      return receipt === undefined ? [] : [enteredBy(one, receipt)];
    });
    periodsOf(activations, leaves, bundle.ceiling);
    if (activations.at(-1)?.hash !== newest) {
      throw new ProtocolError("wrong-policy", "activations that do not lead to the one in force");
    }
    await this.#hub.advancePolicy(activations, leaves);
  }

  /** A table by its hash, fetched when something first names it: its hash says that it is the one. */
  async #get(hash: string): Promise<PolicyTable | undefined> {
    const held = this.#held.get(hash);
    if (held !== undefined) return held;
    try {
      const data = tableOf(await this.#hub.transport.get(`/v1/policy/tables/${hash}`));
      if (sha256Hex(data) !== hash) return undefined;
      const table = PolicyTable.load(data);
      this.#held.set(hash, table);
      return table;
    } catch (error) {
      if (error instanceof Refused && error.problem === "not-found") return undefined;
      throw error;
    }
  }
}

function tableOf(served: JsonObject): Bytes {
  return new Fields(served, "policy table").data("table", undefined, TABLE_LIMIT);
}

/** The activation that a leaf commits to, as it was signed. */
function signedIn(receipt: VerifiedReceipt): Bytes {
  const request = receipt.identity === undefined ? undefined : readIdentity(receipt.identity).request;
  if (request === undefined) throw new ProtocolError("missing-field", `activation of leaf ${receipt.index}`);
  return encode(request);
}
