/** Signing as this user: device, head of the own chain, capacity of the session. The signing key never leaves WebCrypto. */
import type { BoxKey } from "../protocol/boxes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { subjectChain } from "../protocol/capacities.ts";
import type { Attestation, Capacity } from "../protocol/capacities.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { signStatement } from "../protocol/statements.ts";
import type { HeadRef, Preamble, Statement } from "../protocol/statements.ts";
import { EpochChecks } from "./epoch-checks.ts";
import type { Hub } from "./hub.ts";
import { boxKeyOf } from "./profile.ts";
import type { Identity } from "./profile.ts";
import type { Proven } from "./trust.ts";

/** What signing needs of the users this client has met. */
export interface Acquaintances {
  known(user: string): Promise<{ readonly proven: Proven }>;
  refresh(user: string): Promise<{
    readonly chain: { readonly state: { readonly links: readonly { readonly hash: string }[] } };
    readonly subjects: readonly { readonly iss: string; readonly sub: string }[];
  }>;
  attestation(id: string): Attestation;
}

/** Another chain that stands for an identity of ours: not one that this device made. The issuer where the hub names it still. */
export interface OwnAlarm {
  readonly iss: string | undefined;
  readonly user: string;
}

/** What an author is made of; `capacity` tells the attestation that the session acts in at that moment. */
export interface AuthorParts {
  readonly identity: Identity;
  readonly hub: Hub;
  readonly directory: Acquaintances;
  readonly capacity: () => string | undefined;
  readonly nowMs: () => number;
}

/** The user of this profile, on this device. */
export class Author {
  readonly identity: Identity;
  readonly nowMs: () => number;
  readonly #hub: Hub;
  readonly #directory: Acquaintances;
  readonly #capacity: () => string | undefined;
  #checked: Promise<void> | undefined;

  constructor({ identity, hub, directory, capacity, nowMs }: AuthorParts) {
    this.identity = identity;
    this.nowMs = nowMs;
    this.#hub = hub;
    this.#directory = directory;
    this.#capacity = capacity;
  }

  get user(): string {
    return this.identity.user;
  }

  /** The head of our own chain, as this device made it: the one link of its creation. */
  get head(): HeadRef {
    return { seq: 0, hash: this.identity.user };
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
    const { proven } = await this.#directory.known(this.user);
    await this.#hub.checkOwn(this.user, this.head, proven);
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

  /** The private user key of a generation; throws unknown-reference for one that this device does not hold. */
  boxKey(generation: number): BoxKey {
    return boxKeyOf(this.identity, generation);
  }

  /** The current generation of the own user key. */
  get generation(): number {
    return Math.max(...this.identity.seeds.keys());
  }
}
