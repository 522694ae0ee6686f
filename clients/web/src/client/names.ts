/**
 * Local names of people, cases, exchanges and devices: kept encrypted in the vault, never sent to anyone. The hub knows nobody's name.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { Fields } from "../protocol/fields.ts";
import type { Vault } from "./vault.ts";

const NAMES = "names";
export const NAME_KINDS = ["contact", "case", "exchange", "device"] as const;
export type NameKind = (typeof NAME_KINDS)[number];
const LONGEST = 200;

interface Row {
  readonly kind: NameKind;
  readonly name: string;
  readonly id: string;
}

export class Names {
  readonly #vault: Vault;
  #rows: readonly Row[];

  private constructor(vault: Vault, rows: readonly Row[]) {
    this.#vault = vault;
    this.#rows = rows;
  }

  static async load(vault: Vault): Promise<Names> {
    const kept = await vault.load(NAMES);
    const rows = kept === undefined ? [] : new Fields(kept, NAMES).objects("names").map(readRow);
    return new Names(vault, rows);
  }

  /** The name of an id, undefined for one that nobody named here. */
  of(kind: NameKind, id: string): string | undefined {
    return this.#rows.find((row) => row.kind === kind && row.id === id)?.name;
  }

  /** Everything of a kind that has a name here, by name. */
  all(kind: NameKind): readonly { readonly id: string; readonly name: string }[] {
    const rows = this.#rows.filter((row) => row.kind === kind);
    return rows.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  }

  /** Call an id so from now on; an empty name takes the old one away. */
  async put(kind: NameKind, id: string, name: string): Promise<void> {
    const said = name.trim().slice(0, LONGEST);
    const others = this.#rows.filter((row) => row.kind !== kind || row.id !== id);
    this.#rows = said === "" ? others : [...others, { kind, name: said, id }];
    await this.#vault.save(NAMES, { names: this.#rows.map((row): JsonObject => ({ ...row })) });
  }
}

function readRow(fields: Fields): Row {
  const row = { kind: fields.choice("kind", NAME_KINDS), name: fields.text("name", LONGEST), id: fields.hash("id") };
  fields.done();
  return row;
}
