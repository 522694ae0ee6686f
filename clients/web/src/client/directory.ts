/**
 * Users whom this client has met: their chains replayed, their head proven, who stands behind them.
 *
 * Implements the protocol's `Directory` port, which answers at once: whoever judges links first lets `atLeast` or `known` fetch
 * the people that they name.
 */
import { readBinding, verifyBinding } from "../protocol/binding.ts";
import type { Binding, BoundSubject } from "../protocol/binding.ts";
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { readAttestation, verifyAttestation } from "../protocol/capacities.ts";
import type { Attestation } from "../protocol/capacities.ts";
import { endedBy, verifyEnd } from "../protocol/departures.ts";
import type { AttestationEnd } from "../protocol/departures.ts";
import type { Directory as DirectoryPort } from "../protocol/directory.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Reason } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { Statement, UnverifiedStatement } from "../protocol/statements.ts";
import { replayUserChain, verifyStatement } from "../protocol/user-chain.ts";
import { checkServedBoxes } from "../protocol/user-links.ts";
import type { UserChain } from "../protocol/user-state.ts";
import type { Hub } from "./hub.ts";
import type { Proven } from "./trust.ts";

const ATTESTS_NOTHING: ReadonlySet<Reason> = new Set<Reason>(["not-trusted", "not-entitled", "expired"]);
const NO_LONGER_LISTED: ReadonlySet<Reason> = new Set<Reason>(["wrong-issuer", "wrong-audience", "not-trusted"]);
const AT_ONCE = 8;

/** A verified user: chain, the proof of its head, the identities that a listed issuer signed, oldest first, and capacities. */
export interface Known {
  readonly chain: UserChain;
  readonly proven: Proven;
  readonly subjects: readonly BoundSubject[];
  readonly attestations: readonly Attestation[];
  /** The statements that `attestations` were read from. */
  readonly attested: readonly UnverifiedStatement[];
}

/** Verified users by id. */
export class Directory implements DirectoryPort {
  readonly #hub: Hub;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, Known>();
  readonly #attestations = new Map<string, Attestation>();
  readonly #ends = new Map<string, AttestationEnd>();
  readonly #asking = new Map<string, Promise<Known>>();

  constructor(hub: Hub, nowMs: () => number) {
    this.#hub = hub;
    this.#nowMs = nowMs;
  }

  /** The verified chain of somebody met, as new as it was asked for last; throws unknown-reference. */
  user(user: string): UserChain {
    const known = this.#known.get(user);
    if (known === undefined) throw new ProtocolError("unknown-reference", `user ${user.slice(0, 16)}`);
    return known.chain;
  }

  /** An attestation of somebody met; throws unknown-reference. */
  attestation(attestation: string): Attestation {
    const found = this.#attestations.get(attestation);
    if (found === undefined) throw new ProtocolError("unknown-reference", `attestation ${attestation.slice(0, 16)}`);
    return found;
  }

  /** Whether an attestation was met. */
  hasMet(attestation: string): boolean {
    return this.#attestations.has(attestation);
  }

  /** What is known of a user, fetched at the first question. */
  async known(user: string): Promise<Known> {
    return this.#known.get(user) ?? this.refresh(user);
  }

  /** Fetch a user's chain and verify it from its first link to its proven head. */
  refresh(user: string): Promise<Known> {
    // One question at a time about somebody: an answer judged late would look like a chain that went back.
    const asking = this.#asking.get(user) ?? this.#refreshed(user).finally(() => this.#asking.delete(user));
    this.#asking.set(user, asking);
    return asking;
  }

  /** The chain of a user, fetched again when it ends before the link that somebody named. */
  async atLeast(user: string, seq: number): Promise<UserChain> {
    const { chain } = await this.known(user);
    return seq <= chain.head.seq ? chain : (await this.refresh(user)).chain;
  }

  /** Meet many users, several at once: for each the newest link of their chain that somebody named. */
  async meet(wanted: ReadonlyMap<string, number>): Promise<void> {
    const missing = [...wanted].filter(([user, seq]) => (this.#known.get(user)?.chain.head.seq ?? -1) < seq);
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      await Promise.all(missing.slice(at, at + AT_ONCE).map(([user, seq]) => this.atLeast(user, seq)));
    }
  }

  /** A statement verified against its author's chain. */
  async verify(statement: UnverifiedStatement): Promise<Statement> {
    const { user, userHead } = statement.preamble;
    return verifyStatement(await this.atLeast(user, userHead.seq), statement);
  }

  async #refreshed(user: string): Promise<Known> {
    const known = await this.#hub.asked(async () => this.#verified(user, await this.#hub.transport.get(`/v1/users/${user}`)));
    this.#known.set(user, known);
    for (const one of known.attestations) this.#attestations.set(one.id, one);
    return known;
  }

  async #verified(user: string, served: JsonObject): Promise<Known> {
    const fields = new Fields(served, `user ${user.slice(0, 16)}`);
    const links = fields.objects("links").map(readLink);
    const chain = await replayUserChain(links, this.#nowMs());
    if (chain.user !== user) throw new ProtocolError("wrong-chain", "another user's chain");
    if (chain.hub !== this.#hub.origin) throw new ProtocolError("wrong-hub", "user chain");
    const proven = await this.#hub.prove("user", user, fields.raw("head"));
    if (proven.head?.seq !== chain.head.seq || proven.head.hash !== chain.head.hash) {
      throw new ProtocolError("wrong-hash", "links that do not lead to the proven head");
    }
    await this.#hub.advance("user", user, proven.head, new Map(chain.state.links.map((link, seq) => [seq, link.hash])));
    const bindings = fields.objects("bindings").map(readBinding);
    const statements = fields.items("attestations").map((item) => {
      if (!isObject(item)) throw fields.refuse("attestations");
      return statementFromJson(item);
    });
    for (const item of fields.items("attestation_ends")) {
      if (!isObject(item)) throw fields.refuse("attestation_ends");
      await this.#end(statementFromJson(item), user);
    }
    const attestations = (await this.#attested(statements, user)).map((one) => endedBy(one, this.#ends.values()));
    const counting = new Set(attestations.map(({ id }) => id));
    const attested = statements.filter(({ hash }) => counting.has(hash));
    return { chain, proven, subjects: await this.#subjects(bindings, user), attestations, attested };
  }

  async #subjects(bindings: readonly Binding[], user: string): Promise<readonly BoundSubject[]> {
    const found: BoundSubject[] = [];
    for (const binding of bindings) {
      // A relying party or key that the controller took out of the bundle no longer says who anybody is; the chain still reads.
      const subject = await unless(NO_LONGER_LISTED, verifyBinding(binding, user, this.#hub.trust.bundle, this.#nowMs()));
      if (subject !== undefined) found.push(subject);
    }
    return found.sort((left, right) => left.iatMs - right.iatMs);
  }

  /** What was once met stays: a hub that holds an end back later takes nothing back. */
  async #end(statement: UnverifiedStatement, user: string): Promise<void> {
    // Of a registrar or a structure that the bundle no longer lists: it attests nothing either.
    const end = await unless(ATTESTS_NOTHING, verifyEnd(statement, this.#hub.trust.bundle));
    if (end === undefined) return;
    if (end.user !== user) throw new ProtocolError("wrong-author", "end of another user's attestation");
    this.#ends.set(end.id, end);
  }

  async #attested(statements: readonly UnverifiedStatement[], user: string): Promise<readonly Attestation[]> {
    const found: Attestation[] = [];
    for (const statement of statements) {
      // Judged at its own start: whether it holds at an instant is asked again at each use.
      const { fromMs } = readAttestation(statement, this.#hub.origin);
      // Of a registrar that was taken out, that ended before, or whose rows were narrowed: it attests nothing.
      const attestation = await unless(ATTESTS_NOTHING, verifyAttestation(statement, this.#hub.trust.bundle, fromMs));
      if (attestation === undefined) continue;
      if (attestation.user !== user) throw new ProtocolError("wrong-author", "attestation of another user");
      found.push(attestation);
    }
    return found;
  }
}

async function unless<T>(harmless: ReadonlySet<Reason>, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ProtocolError && harmless.has(error.reason)) return undefined;
    throw error;
  }
}

function readLink(fields: Fields): UnverifiedStatement {
  const statement = statementFromJson(fields.raw("statement"));
  const boxes = fields.optional("boxes", (name) => fields.raw(name));
  fields.done();
  if (boxes !== undefined) {
    const served = new Fields(boxes, "boxes of a link");
    checkServedBoxes(statement, new Map(Object.keys(boxes).map((to) => [to, served.data(to)])));
  }
  return statement;
}
