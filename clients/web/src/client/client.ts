/**
 * One browser, one hub, and the verbs of a user, each made when it is first asked for.
 *
 *     client.session      log in and out, have capacities attested
 *     client.author       who signs, with which device
 *     client.directory    users met, verified
 *     client.rules        the policy table in force
 *     client.casebook     verified views of cases
 *     client.ownAccesses  who looked at one's own case, counted
 *     client.audit        the log, to who watches over it
 *     client.leaves       the public leaves of the log
 *     client.emergencyReviews   emergencies of all cases in scope, and their review
 *     client.lists        verified entry lists
 *     client.exchanges    conversations between named recipients, verified
 *     client.cases        which cases, and what one may do in each section
 *     client.entries      list, read
 *     client.fetching     fetch documents of any size
 *     client.writing      what changes a case: entries, exchanges, facts, members, keys owed
 *     client.invites      take part by an invitation, alone
 *     client.waiting      what the hub counts in each place
 *     client.desk         everything received, over all cases
 *     client.live         hints that a case moved, as it moves
 *     client.drafts       what was begun and not sent
 *     client.ownCopy      one's own file, to take along
 *     client.filings      what came in an exchange, filed in a section
 *     client.exports      an entry for a party without account
 *     client.rounds       cases taken along for a day without network
 *     client.files        files that are to leave with a message
 *     client.followUps    who took an entry over, who said that they read it
 *     client.outgoing     what was sent and has not left yet
 */
import { Audit } from "./audit.ts";
import { Author } from "./author.ts";
import { Casebook } from "./casebook.ts";
import { Cases } from "./cases.ts";
import { ClientShares } from "./client-shares.ts";
import { Desk } from "./desk.ts";
import { Directory } from "./directory.ts";
import { EmergencyLinks } from "./emergency-links.ts";
import { EmergencyReviews } from "./emergency-reviews.ts";
import { Drafts } from "./drafts.ts";
import { Entries } from "./entries.ts";
import { EntryChecks } from "./entry-checks.ts";
import { Exchanges } from "./exchanges.ts";
import { Exports } from "./exports.ts";
import { Fetching } from "./fetching.ts";
import { Filings } from "./filing.ts";
import { FollowUps } from "./follow-ups.ts";
import type { Hub } from "./hub.ts";
import { Lists } from "./lists.ts";
import { KeptFiles } from "./kept-files.ts";
import { Invites } from "./joining.ts";
import { Live } from "./live.ts";
import { LogLeaves } from "./log-leaves.ts";
import { Outgoing } from "./outgoing.ts";
import { OwnAccesses } from "./own-accesses.ts";
import { OwnCopy } from "./own-copy.ts";
import { Releases } from "./releases.ts";
import { Rounds } from "./rounds.ts";
import { Rules } from "./rules.ts";
import type { Session } from "./session.ts";
import type { Vault } from "./vault.ts";
import { Waiting } from "./waiting.ts";
import { Writing } from "./writing.ts";

/** A client of the hub that a session is signed in to. `save` after use. */
export class Client {
  readonly session: Session;
  readonly vault: Vault;
  readonly nowMs: () => number;
  readonly hub: Hub;
  readonly directory: Directory;
  readonly author: Author;
  #rules: Rules | undefined;
  #casebook: Casebook | undefined;
  #ownAccesses: OwnAccesses | undefined;
  #audit: Audit | undefined;
  #leaves: LogLeaves | undefined;
  #emergencyReviews: EmergencyReviews | undefined;
  #lists: Lists | undefined;
  #exchanges: Exchanges | undefined;
  #releases: Releases | undefined;
  #shares: ClientShares | undefined;
  #entries: Entries | undefined;
  #fetching: Fetching | undefined;
  #writing: Writing | undefined;
  #cases: Cases | undefined;
  #desk: Desk | undefined;
  #live: Live | undefined;
  #outgoing: Outgoing | undefined;
  #followUps: FollowUps | undefined;

  constructor(session: Session, vault: Vault, nowMs: () => number) {
    this.session = session;
    this.vault = vault;
    this.nowMs = nowMs;
    this.hub = session.hub;
    this.directory = new Directory(this.hub, nowMs);
    this.author = new Author({ own: session, hub: this.hub, directory: this.directory, capacity: () => session.capacity, nowMs });
  }

  /** The policy table in force. */
  get rules(): Rules {
    return (this.#rules ??= new Rules(this.hub));
  }

  /** Verified views of cases. */
  get casebook(): Casebook {
    return (this.#casebook ??= new Casebook(this.hub, this.directory, this.author, this.rules));
  }

  /** The log, to who watches over it. */
  get audit(): Audit {
    return (this.#audit ??= new Audit(this.hub, this.author));
  }

  /** The public leaves of the log. */
  get leaves(): LogLeaves {
    return (this.#leaves ??= new LogLeaves(this.hub));
  }

  /** Emergencies of all cases in scope, and their review. */
  get emergencyReviews(): EmergencyReviews {
    const { hub, author, directory } = this;
    return (this.#emergencyReviews ??= new EmergencyReviews({
      hub,
      author,
      directory,
      links: new EmergencyLinks(hub, author, this.rules),
    }));
  }

  /** Which cases, and what this user may do in each section. */
  get cases(): Cases {
    return (this.#cases ??= new Cases(this.casebook, this.author, this.rules));
  }

  /** Fetch documents. */
  get fetching(): Fetching {
    return (this.#fetching ??= new Fetching(this.entries, this.releases));
  }

  /** Verified entry lists. */
  get lists(): Lists {
    return (this.#lists ??= new Lists(this.hub, this.directory));
  }

  /** Exchanges. */
  get exchanges(): Exchanges {
    return (this.#exchanges ??= new Exchanges(this.hub, this.directory, this.author, this.rules));
  }

  /** Signed requests to read. */
  get releases(): Releases {
    return (this.#releases ??= new Releases(this.hub, this.author, this.rules));
  }

  /** Client shares of entries. */
  get shares(): ClientShares {
    return (this.#shares ??= new ClientShares(this.author, this.exchanges));
  }

  /** List and read entries. */
  get entries(): Entries {
    const { author, directory, rules, casebook, exchanges, lists, releases, shares } = this;
    const checks = new EntryChecks(directory, exchanges, rules);
    const parts = { author, directory, rules, casebook, exchanges, lists, releases, shares, checks };
    return (this.#entries ??= new Entries(parts));
  }

  /** What changes a case. */
  get writing(): Writing {
    return (this.#writing ??= new Writing(this));
  }

  /** Take part by an invitation, alone. */
  get invites(): Invites {
    const { hub, casebook, author, directory, rules, session } = this;
    const { appender } = this.writing;
    return new Invites({ hub, casebook, author, directory, rules, appender, salts: () => session.salts() });
  }

  /** Who looked at one's own case. */
  get ownAccesses(): OwnAccesses {
    const { hub, author, casebook, vault } = this;
    return (this.#ownAccesses ??= new OwnAccesses({ hub, author, casebook, vault }));
  }

  /** What the hub counts in each place of a case. */
  get waiting(): Waiting {
    return new Waiting(this.hub);
  }

  /** Everything received, over all cases. */
  get desk(): Desk {
    const { vault, waiting, entries } = this;
    return (this.#desk ??= new Desk({ vault, waiting, entries, caseIds: () => this.casebook.cases() }));
  }

  /** Hints that a case moved. */
  get live(): Live {
    return (this.#live ??= new Live(this.hub.transport, this.session.bundle.hub));
  }

  /** What was begun and not sent. */
  get drafts(): Drafts {
    return new Drafts(this.vault);
  }

  /** One's own file, to take along. */
  get ownCopy(): OwnCopy {
    const { desk, entries, releases, shares, directory } = this;
    return new OwnCopy({ desk, entries, releases, shares, directory });
  }

  /** What came in an exchange, filed in a section. */
  get filings(): Filings {
    const { entries, releases, writing } = this;
    return new Filings({ entries, releases, posting: writing.posting });
  }

  /** An entry for a party without account. */
  get exports(): Exports {
    const { entries, releases, shares } = this;
    return new Exports({ entries, releases, shares });
  }

  /** What was taken along for a round without network. */
  get rounds(): Rounds {
    const { vault, ownCopy: copies } = this;
    return new Rounds({ vault, copies, nowMs: () => this.author.nowMs() });
  }

  /** Files that are to leave with a message. */
  get files(): KeptFiles {
    return new KeptFiles(this.vault);
  }

  /** Who took an entry over, who said that they read it. */
  get followUps(): FollowUps {
    return (this.#followUps ??= new FollowUps(this.entries));
  }

  /** What was sent and has not left yet. */
  get outgoing(): Outgoing {
    const { vault, drafts, author, entries } = this;
    const { posting, documents } = this.writing;
    return (this.#outgoing ??= new Outgoing({ vault, drafts, author, entries, posting, documents }));
  }

  /** Write what was verified to the vault. */
  save(): Promise<void> {
    return this.hub.save();
  }
}
