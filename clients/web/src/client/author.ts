/** Signing as this user: device, head of the own chain, capacity of the session. The signing key never leaves WebCrypto. */
import type { BoxKey } from "../protocol/boxes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { subjectChain } from "../protocol/capacities.ts";
import type { Attestation, Capacity } from "../protocol/capacities.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { signStatement } from "../protocol/statements.ts";
import type { HeadRef, Preamble, Statement } from "../protocol/statements.ts";
import type { UserChain } from "../protocol/user-state.ts";
import { EpochChecks } from "./epoch-checks.ts";
import type { Hub } from "./hub.ts";
import { openSeeds, servedBoxes } from "./own-seeds.ts";
import { boxKeyOf } from "./profile.ts";
import type { Identity } from "./profile.ts";
import type { Proven } from "./trust.ts";

/** A chain that was replayed, and its head as it was proven. */
interface Met {
  readonly chain: UserChain;
  readonly proven: Proven;
}

/** Who this device is, kept; `told` takes what others of its user's devices did. */
export interface Own {
  readonly identity: Identity;
  keep(identity: Identity): Promise<void>;
  told(links: readonly Statement[]): Promise<void>;
}

/** What signing needs of the users this client has met. */
export interface Acquaintances {
  known(user: string): Promise<Met>;
  refresh(user: string): Promise<Met & { readonly subjects: readonly { readonly iss: string; readonly sub: string }[] }>;
  attestation(id: string): Attestation;
}

/** Another chain that stands for an identity of ours: not one that this device made. The issuer where the hub names it still. */
export interface OwnAlarm {
  readonly iss: string | undefined;
  readonly user: string;
}

/** What an author is made of; `capacity` tells the attestation that the session acts in at that moment. */
export interface AuthorParts {
  readonly own: Own;
  readonly hub: Hub;
  readonly directory: Acquaintances;
  readonly capacity: () => string | undefined;
  readonly nowMs: () => number;
}

/** The user of this profile, on this device. */
export class Author {
  readonly nowMs: () => number;
  readonly #own: Own;
  readonly #hub: Hub;
  readonly #directory: Acquaintances;
  readonly #capacity: () => string | undefined;
  #checked: Promise<void> | undefined;

  constructor({ own, hub, directory, capacity, nowMs }: AuthorParts) {
    this.#own = own;
    this.nowMs = nowMs;
    this.#hub = hub;
    this.#directory = directory;
    this.#capacity = capacity;
  }

  /** Who this device is, with what it learnt of its own chain. */
  get identity(): Identity {
    return this.#own.identity;
  }

  /** Keep what this device learnt or is about to send. */
  keep(identity: Identity): Promise<void> {
    return this.#own.keep(identity);
  }

  get user(): string {
    return this.identity.user;
  }

  /** The head of our own chain, as this device made it or saw another device of ours make it. */
  get head(): HeadRef {
    return this.identity.head ?? { seq: 0, hash: this.identity.user };
  }

  /** The attestation that the session acts in, by its id; undefined for a person or a representative. */
  get capacity(): string | undefined {
    return this.#capacity();
  }

  /** The attestation of the session, verified; undefined for the person. */
  async attestation(): Promise<Attestation | undefined> {
    const { capacity } = this;
    if (capacity === undefined) return undefined;
    await this.checkOwnChain();
    try {
      return this.#directory.attestation(capacity);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // Attested since we were met last, which a page that stays open lives to see.
      await this.#directory.refresh(this.user);
      return this.#directory.attestation(capacity);
    }
  }

  /** The capacity of the session, verified; undefined for the person. */
  async acting(): Promise<Capacity | undefined> {
    return (await this.attestation())?.capacity;
  }

  /** Look at our own chain once a session: a link that this device did not make is an alarm (rule T7). */
  async checkOwnChain(): Promise<void> {
    this.#checked ??= this.#check();
    try {
      await this.#checked;
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
  }

  async #check(): Promise<void> {
    await this.#directory.known(this.user);
    await this.followOwnChain();
  }

  /**
   * Take over what our other devices and the recovery phrase did, as the directory last verified it. A link that bears this
   * device's own signature and that it did not make is kept as evidence: its key is in other hands, or the hub invented history.
   */
  async followOwnChain(): Promise<void> {
    const { chain, proven } = await this.#directory.known(this.user);
    const { device, made } = this.identity;
    const later = chain.state.links.slice(this.head.seq + 1);
    const isForeign = later.some((link) => link.preamble.device === device && link.hash !== made);
    const mine = isForeign || proven.head === undefined ? this.head : proven.head;
    await this.#hub.checkOwn(this.user, mine, proven);
    if (later.length > 0) {
      await this.#own.told(later.filter((link) => link.preamble.device !== device));
      await this.keep({ ...this.identity, head: mine, made: undefined });
    }
    // Another device began a generation, or this one has joined: what is boxed from then on opens with this seed alone.
    if (this.identity.seeds.has(chain.generation.number)) return;
    const boxes = servedBoxes(await this.#hub.transport.get(`/v1/users/${this.user}`));
    const seeds = await openSeeds(chain, boxes, device, this.identity.deviceBox);
    await this.keep({ ...this.identity, seeds: new Map([...this.identity.seeds, ...seeds]) });
  }

  /**
   * An alarm for each of our identities whose newest chain is not ours (rule T7). What the map said of ourselves since the last visit
   * is checked first (rule T11); of identities that the hub once showed as ours too, whether it shows them still or not.
   */
  async alarms(): Promise<readonly OwnAlarm[]> {
    await this.checkOwnChain();
    const own = await this.#directory.refresh(this.user);
    const epochs = new EpochChecks(this.#hub);
    await epochs.check("user", this.user, new Map(own.chain.state.links.map(({ hash }, seq) => [seq, hash])));
    const issuers = new Map(own.subjects.map(({ iss, sub }) => [subjectChain(iss, sub), iss]));
    const found: OwnAlarm[] = [];
    for (const chain of [...new Set([...this.#hub.trust.visitedSubjects, ...issuers.keys()])].sort()) {
      const { head } = await epochs.check("subject", chain);
      if (head !== undefined && head.hash !== this.user) found.push({ iss: issuers.get(chain), user: head.hash });
    }
    await this.#hub.save();
    return found;
  }

  /** The common fields of a statement made now, or at the time of collection. */
  preamble(timeMs: number = this.nowMs()): Preamble {
    return { hub: this.#hub.origin, user: this.user, device: this.identity.device, userHead: this.head, timeMs };
  }

  /** Sign a body with this device. */
  sign(body: JsonObject): Promise<Statement> {
    return signStatement(body, this.identity.signer);
  }

  /**
   * The private user key of a generation. One that came after those held was begun by another device of ours while this page was
   * open: our own chain is asked for it. Throws unknown-reference for one that this device does not get.
   */
  async boxKey(generation: number): Promise<BoxKey> {
    if (generation > this.generation) {
      await this.#directory.refresh(this.user);
      await this.followOwnChain();
    }
    return boxKeyOf(this.identity, generation);
  }

  /** The current generation of the own user key. */
  get generation(): number {
    return Math.max(...this.identity.seeds.keys());
  }
}
