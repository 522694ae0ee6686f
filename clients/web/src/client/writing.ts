/**
 * What changes a case, each part made when it is first asked for: `client.writing`.
 *
 *     granting     rotations and grants that are owed
 *     posting      write entries, take them back
 *     opening      start exchanges
 *     facts        record any fact, with or without network
 *     members      who takes part; the person's account
 *     team         add somebody in one gesture; tell the person what is still untold
 *     invitations  invite somebody without keys by a code; list, withdraw
 *     cases        open a case
 *     withholding  hold an entry of ours back, lift it
 *     documents    store files
 *     openings     put one entry before somebody
 *     emergencies  emergency access: declare, end, see
 *     emergencyAnswers   open the emergency set to who declared one
 *     conferences  convene, hold, call off
 *     reports      reports of danger, apart
 *     links        two cases brought together
 *     notes        notes written without network
 *     syncing      one look at a case with everything that it owes
 *     confirmations   fingerprint phrases that were compared
 */
import { Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import { CaseOpening } from "./case-opening.ts";
import type { ClientShares } from "./client-shares.ts";
import { Conferences } from "./conferences.ts";
import { Confirmations } from "./confirmations.ts";
import type { Directory } from "./directory.ts";
import { DocumentUpload } from "./document-upload.ts";
import { Emergencies } from "./emergencies.ts";
import { EmergencyAnswers } from "./emergency-answers.ts";
import { EmergencyLinks } from "./emergency-links.ts";
import type { Entries } from "./entries.ts";
import { EntryChecks } from "./entry-checks.ts";
import { ExchangeOpening } from "./exchange-opening.ts";
import type { Exchanges } from "./exchanges.ts";
import { Annexes } from "./facts-annexes.ts";
import { FactRecorder } from "./facts-recording.ts";
import { Granting } from "./granting.ts";
import type { Hub } from "./hub.ts";
import { Invitations } from "./invitations.ts";
import { LinkedCases } from "./linked-cases.ts";
import type { Lists } from "./lists.ts";
import { Members } from "./members.ts";
import { Notebook } from "./offline.ts";
import { OfflineNotes } from "./offline-notes.ts";
import { Openings } from "./openings.ts";
import { Outbox } from "./outbox.ts";
import { Posting } from "./posting.ts";
import { Reports } from "./reports.ts";
import type { Rules } from "./rules.ts";
import { SealingKeys } from "./sealing-keys.ts";
import { Syncing } from "./syncing.ts";
import { Team } from "./team.ts";
import { Horizon } from "./team-horizon.ts";
import type { Vault } from "./vault.ts";
import { Withholding } from "./withholding.ts";

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
  readonly shares: ClientShares;
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
  #team: Team | undefined;
  #invitations: Invitations | undefined;
  #cases: CaseOpening | undefined;
  #documents: DocumentUpload | undefined;
  #openings: Openings | undefined;
  #emergencies: Emergencies | undefined;
  #emergencyAnswers: EmergencyAnswers | undefined;
  #conferences: Conferences | undefined;
  #reports: Reports | undefined;
  #links: LinkedCases | undefined;
  #notes: OfflineNotes | undefined;
  #syncing: Syncing | undefined;
  #withholding: Withholding | undefined;

  constructor(on: Readings) {
    const { vault, hub, author, directory, rules, casebook, lists, exchanges, entries, shares } = on;
    // Getters of the client are not spread: each part is asked for here, once.
    this.#on = { vault, hub, author, directory, rules, casebook, lists, exchanges, entries, shares };
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
    return (this.#annexes ??= new Annexes({ ...this.#on, posting: this.posting, documents: this.documents }));
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

  /** Add somebody in one gesture; what the person still has to be told. */
  get team(): Team {
    const { appender, members } = this;
    return (this.#team ??= new Team({ ...this.#on, appender, members, horizon: new Horizon(this.#on) }));
  }

  /** Invite somebody without keys by a code. */
  get invitations(): Invitations {
    const { appender, members } = this;
    return (this.#invitations ??= new Invitations({ ...this.#on, appender, members }));
  }

  /** Open a case. */
  get cases(): CaseOpening {
    return (this.#cases ??= new CaseOpening(this.#on));
  }

  /** Hold an entry of ours back, lift it. */
  get withholding(): Withholding {
    const { posting, members } = this;
    return (this.#withholding ??= new Withholding({ ...this.#on, posting, members }));
  }

  /** Store files. */
  get documents(): DocumentUpload {
    return (this.#documents ??= new DocumentUpload(this.#on.hub, this.#on.author, this.keys, this.posting));
  }

  /** Put one entry before somebody. */
  get openings(): Openings {
    return (this.#openings ??= new Openings({ ...this.#on, appender: this.appender }));
  }

  /** Emergency access: declare, end, see. */
  get emergencies(): Emergencies {
    return (this.#emergencies ??= new Emergencies({ ...this.#on, appender: this.appender, links: this.#emergencyLinks }));
  }

  /** Open the emergency set to who declared one. */
  get emergencyAnswers(): EmergencyAnswers {
    const { directory, exchanges, rules } = this.#on;
    const checks = new EntryChecks(directory, exchanges, rules);
    const parts = { ...this.#on, appender: this.appender, checks, links: this.#emergencyLinks };
    return (this.#emergencyAnswers ??= new EmergencyAnswers(parts));
  }

  get #emergencyLinks(): EmergencyLinks {
    const { hub, author, rules } = this.#on;
    return new EmergencyLinks(hub, author, rules);
  }

  /** Case conferences. */
  get conferences(): Conferences {
    const { appender, posting } = this;
    return (this.#conferences ??= new Conferences({ ...this.#on, appender, posting }));
  }

  /** Reports of danger. */
  get reports(): Reports {
    return (this.#reports ??= new Reports({ ...this.#on, posting: this.posting }));
  }

  /** Two cases brought together. */
  get links(): LinkedCases {
    return (this.#links ??= new LinkedCases({ ...this.#on, appender: this.appender }));
  }

  /** Notes written without network. */
  get notes(): OfflineNotes {
    return (this.#notes ??= new OfflineNotes({ ...this.#on, posting: this.posting }));
  }

  /** One look at a case with everything that it owes. */
  get syncing(): Syncing {
    const { granting, facts, notes, notebook } = this;
    return (this.#syncing ??= new Syncing({ ...this.#on, granting, facts, notes, notebook }));
  }
}
