/**
 * What was begun and not sent, encrypted in the vault; and the level chosen last in each compartment (F7).
 *
 *     vault: draft <list>   {title, text, level, kind, changed_ms}
 *     vault: levels         {levels: [{compartment, level}]}
 */
import { Fields } from "../protocol/fields.ts";
import type { Vault } from "./vault.ts";

const DRAFT = "draft ";
const LEVELS = "levels";
/** Where the essentials are what is usually written: everybody in the team acts on them. */
const ESSENTIAL: ReadonlySet<string> = new Set(["transmissions", "plan", "autonomy", "identity"]);

export interface Draft {
  readonly text: string;
  readonly level: number;
  readonly asksCharge: boolean;
}

export class Drafts {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** The draft that was begun somewhere, undefined for none; `where` is the id of a list or a compartment of a case. */
  async load(where: string): Promise<Draft | undefined> {
    const kept = await this.#vault.load(DRAFT + where);
    if (kept === undefined) return undefined;
    const fields = new Fields(kept, "draft");
    const draft = { text: fields.text("text"), level: fields.integer("level", 1, 2), asksCharge: fields.boolean("asks_charge") };
    fields.done();
    return draft;
  }

  /** Keep a draft; one without words is taken away. */
  async save(where: string, draft: Draft): Promise<void> {
    if (draft.text.trim() === "") await this.remove(where);
    else await this.#vault.save(DRAFT + where, { text: draft.text, level: draft.level, asks_charge: draft.asksCharge });
  }

  async remove(where: string): Promise<void> {
    await this.#vault.remove(DRAFT + where);
  }

  /** The level to propose: the last choice in that compartment, else 1 where the essentials are usual, else 2. */
  async level(compartment: string): Promise<number> {
    return (await this.#levels()).get(compartment) ?? (ESSENTIAL.has(compartment) ? 1 : 2);
  }

  async chose(compartment: string, level: number): Promise<void> {
    const levels = new Map(await this.#levels()).set(compartment, level);
    await this.#vault.save(LEVELS, { levels: [...levels].map(([name, chosen]) => ({ compartment: name, level: chosen })) });
  }

  async #levels(): Promise<ReadonlyMap<string, number>> {
    const kept = await this.#vault.load(LEVELS);
    if (kept === undefined) return new Map();
    return new Map(
      new Fields(kept, LEVELS).objects("levels").map((item) => [item.code("compartment"), item.integer("level", 1, 2)] as const),
    );
  }
}
