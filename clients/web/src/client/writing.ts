/**
 * What changes a case, each part made when it is first asked for: `client.writing`.
 *
 *     granting     rotations and grants that are owed
 *     posting      write entries, take them back
 *     opening      start exchanges
 *     facts        record any fact, with or without network
 *     members      who takes part; the person's account
 *     confirmations   fingerprint phrases that were compared
 */
import { Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import { Confirmations } from "./confirmations.ts";
import type { Directory } from "./directory.ts";
import type { Entries } from "./entries.ts";
import { ExchangeOpening } from "./exchange-opening.ts";
import type { Exchanges } from "./exchanges.ts";
import { Annexes } from "./facts-annexes.ts";
import { FactRecorder } from "./facts-recording.ts";
import { Granting } from "./granting.ts";
import type { Hub } from "./hub.ts";
import type { Lists } from "./lists.ts";
import { Members } from "./members.ts";
import { Notebook } from "./offline.ts";
import { Outbox } from "./outbox.ts";
import { Posting } from "./posting.ts";
import type { Rules } from "./rules.ts";
import { SealingKeys } from "./sealing-keys.ts";
import type { Vault } from "./vault.ts";

/** The parts of a client that writing rests on. */
export interface Readings {
  readonly vault: Vault;
  readonly hub: Hub;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly casebook: Casebook;
  readonly lists: Lists;
  readonly exchanges: Exchanges;
  readonly entries: Entries;
}

/** The verbs by which the user of this profile changes a case. */
export class Writing {
  readonly #on: Readings;
  readonly appender: Appender;
  readonly confirmations: Confirmations;
  readonly outbox: Outbox;
  readonly notebook: Notebook;
  #granting: Granting | undefined;
  #opening: ExchangeOpening | undefined;
  #keys: SealingKeys | undefined;
  #posting: Posting | undefined;
  #annexes: Annexes | undefined;
  #facts: FactRecorder | undefined;
  #members: Members | undefined;

  constructor(on: Readings) {
    const { vault, hub, author, directory, rules, casebook, lists, exchanges, entries } = on;
    // Getters of the client are not spread: each part is asked for here, once.
    this.#on = { vault, hub, author, directory, rules, casebook, lists, exchanges, entries };
    this.appender = new Appender(on.hub, on.casebook, on.author, on.rules);
    this.confirmations = new Confirmations(on.vault);
    this.outbox = new Outbox(on.vault);
    this.notebook = new Notebook(on.vault);
  }

  /** Rotations and grants that are owed. */
  get granting(): Granting {
    const { appender, confirmations } = this;
    return (this.#granting ??= new Granting({ ...this.#on, appender, confirmations }));
  }

  /** Start exchanges, and change their lists. */
  get opening(): ExchangeOpening {
    return (this.#opening ??= new ExchangeOpening({ ...this.#on, appender: this.appender }));
  }

  /** Under which key an entry is written. */
  get keys(): SealingKeys {
    return (this.#keys ??= new SealingKeys({ ...this.#on, granting: this.granting, exchanges: this.opening }));
  }

  /** Write entries, take them back. */
  get posting(): Posting {
    return (this.#posting ??= new Posting(this.#on.hub, this.#on.author, this.keys));
  }

  /** Words beside facts. */
  get annexes(): Annexes {
    return (this.#annexes ??= new Annexes({ ...this.#on, posting: this.posting }));
  }

  /** Record facts. */
  get facts(): FactRecorder {
    const { appender, outbox, notebook, annexes } = this;
    return (this.#facts ??= new FactRecorder({ ...this.#on, appender, outbox, notebook, annexes }));
  }

  /** Who takes part. */
  get members(): Members {
    return (this.#members ??= new Members({ ...this.#on, appender: this.appender }));
  }
}
