/**
 * What a registrar attested for this browser, kept in the vault: the statements, the salts that open their subjects, and what the
 * hub has not got yet. Somebody new has it attested before they have an account: it goes along with their first sign-in.
 */
import { bindingToJson } from "../protocol/binding.ts";
import type { Binding } from "../protocol/binding.ts";
import type { Bytes } from "../protocol/bytes.ts";
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { verifyAttestation } from "../protocol/capacities.ts";
import type { Attestation } from "../protocol/capacities.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import type { AttestedCapacity } from "./registrar.ts";
import type { Transport } from "./transport.ts";
import type { Vault } from "./vault.ts";

const CAPACITIES = "capacities";

/** What goes along with a sign-in: the statements, and the binding that the registrar's identification made. */
export interface Undeposited {
  readonly statements: readonly JsonObject[];
  readonly binding: JsonObject;
}

/** The capacities of this browser. */
export class Attested {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Keep what a registrar attested just now; the hub has none of it. */
  async keep(found: readonly AttestedCapacity[], binding: Binding): Promise<void> {
    const salts = Object.fromEntries(found.map(({ attestation, salt }) => [attestation.id, toBase64url(salt)]));
    const kept = await this.salts();
    const before = Object.fromEntries([...kept].map(([id, salt]) => [id, toBase64url(salt)]));
    const statements = found.map(({ statement }) => statement);
    await this.#vault.save(CAPACITIES, { statements, salts: { ...before, ...salts }, binding: bindingToJson(binding) });
  }

  /** Keep what was attested for the account on its other devices; it has no salts. */
  async keepStatements(statements: readonly JsonObject[]): Promise<void> {
    await this.#vault.save(CAPACITIES, { statements: [...statements] });
  }

  /** What the hub has not got yet, undefined for nothing. */
  async undeposited(): Promise<Undeposited | undefined> {
    const held = await this.#vault.load(CAPACITIES);
    const binding = held?.["binding"];
    return binding !== undefined && isObject(binding) ? { statements: statementsOf(held), binding } : undefined;
  }

  /** The hub has got the statements: give it the binding too, and remember that it has all of it. */
  async deposited(transport: Transport, user: string): Promise<void> {
    const held = await this.#vault.load(CAPACITIES);
    const found = await this.undeposited();
    if (held === undefined || found === undefined) return;
    await transport.post(`/v1/users/${user}/bindings`, found.binding);
    await this.#vault.save(CAPACITIES, Object.fromEntries(Object.entries(held).filter(([name]) => name !== "binding")));
  }

  /** Forget all of it: the browser is of another account from now on. */
  forget(): Promise<void> {
    return this.#vault.remove(CAPACITIES);
  }

  /** What opens the subject of each attestation that this browser had made, by its id. */
  async salts(): Promise<ReadonlyMap<string, Bytes>> {
    const held = await this.#vault.load(CAPACITIES);
    if (held === undefined) return new Map();
    const fields = new Fields(held, CAPACITIES);
    const named = fields.optional("salts", (name) => fields.raw(name)) ?? {};
    const salts = new Fields(named, "salts");
    return new Map(Object.keys(named).map((id) => [id, salts.data(id)]));
  }

  /** What holds now of a user, for the choice of a capacity. */
  async held(user: string, bundle: TrustBundle, nowMs: number): Promise<readonly Attestation[]> {
    const found: Attestation[] = [];
    for (const statement of statementsOf(await this.#vault.load(CAPACITIES))) {
      try {
        found.push(await verifyAttestation(statementFromJson(statement), bundle, nowMs));
      } catch (error) {
        // Ended, or of a registrar that the controller took out: it is no longer a capacity.
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
    return found.filter((one) => one.user === user);
  }
}

function statementsOf(held: JsonObject | undefined): readonly JsonObject[] {
  return held === undefined ? [] : new Fields(held, CAPACITIES).items("statements").filter(isObject);
}
