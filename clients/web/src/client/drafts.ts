/**
 * What was begun and not sent, encrypted in the vault; and the level chosen last in each compartment (F7).
 *
 *     vault: draft <where>  {text, level, asks_charge, files?, held?, passages?}
 *     vault: levels         {levels: [{compartment, level}]}
 */
import { present } from "../protocol/canonical.ts";
import { Fields } from "../protocol/fields.ts";
import { filesToJson, readFiles } from "./kept-files.ts";
import type { KeptFile } from "./kept-files.ts";
import type { Vault } from "./vault.ts";

const DRAFT = "draft ";
const LEVELS = "levels";
/** Where the essentials are what is usually written: everybody in the team acts on them. */
const ESSENTIAL: ReadonlySet<string> = new Set(["transmissions", "plan", "autonomy", "identity"]);

/** The masks that an author may choose while writing. */
export const HELD_MASKS = ["before_announcement", "third_party", "minor_secret", "address_secret"] as const;
export type HeldMask = (typeof HELD_MASKS)[number];
/** Not the whole of it: sentences about somebody else. */
export const PASSAGE = "passage";
export type Held = HeldMask | typeof PASSAGE;
const MOST_SENTENCES = 4096;

export interface Draft {
  readonly text: string;
  readonly level: number;
  readonly asksCharge: boolean;
  /** What is to go with it, in the vault too. */
  readonly files: readonly KeptFile[];
  /** How it is held back, if it is (F27). */
  readonly held?: Held | undefined;
  readonly passages?: readonly string[] | undefined;
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
    const draft = {
      text: fields.text("text"),
      level: fields.integer("level", 1, 2),
      asksCharge: fields.boolean("asks_charge"),
      files: readFiles(fields),
      held: fields.optional("held", (name) => fields.choice(name, [...HELD_MASKS, PASSAGE] as const)),
      passages: readPassages(fields),
    };
    fields.done();
    return draft;
  }

  /** Keep a draft; one without words and files is taken away. */
  async save(where: string, draft: Draft): Promise<void> {
    const { text, level, asksCharge, files, held, passages = [] } = draft;
    if (text.trim() === "" && files.length === 0) await this.remove(where);
    else {
      const hidden = present({ held, passages: passages.length === 0 ? undefined : passages });
      await this.#vault.save(DRAFT + where, { text, level, asks_charge: asksCharge, ...filesToJson(files), ...hidden });
    }
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

/** The sentences about somebody else that go with a text, undefined where none do. */
export function readPassages(fields: Fields): readonly string[] | undefined {
  return fields.optional("passages", (name) => fields.items(name, MOST_SENTENCES).filter((one) => typeof one === "string"));
}
