/**
 * What this client believes of its hub, as a state machine without IO (docs/spec/trust.md, docs/spec/heads-map.md).
 *
 * T1.  Hub, log key, issuers, registrars, ceiling come from the pinned bundle only.
 * T2.  The log only grows: a checkpoint replaces the newest one under the rules V1-V8 of `log-view`.
 * T3.  A head counts only with map path, inclusion of its `chain-heads` leaf, and a checkpoint accepted by T2.
 * T4.  A proof under an older `chain-heads` leaf than one already seen shows yesterday's map: refused, nothing changes.
 * T5.  A chain never goes back. A head at a lower seq, or another hash at the same seq, or none where there was one, is kept as
 *      evidence.
 * T6.  A head further on counts once its links were shown to pass through the one held (`advance`).
 * T7.  Our own user chain moves only when we move it: a head that we did not make is an alarm.
 * T8.  For what widens, the `chain-heads` leaf is at most 10 minutes old by our own clock; for reads, T4 is enough.
 * T9.  A table decides here only under the ceiling that the bundle pins, and activations held never go back (`rules`).
 * T10. Under a log that follows another, chains and rules are those of a backup: what went back once is told, and is no evidence.
 * T11. What the map said of ourselves is checked for each of its epochs since the last visit (`epoch-checks`): a chain that vanished,
 *      went back, forked or held what we did not make is kept as evidence.
 * T12. After evidence, everything is refused until a human has looked: the state says `stopped`.
 */
import type { Entered, PolicyActivation } from "../protocol/activation.ts";
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { LogVerifier, SignedCheckpoint } from "../protocol/checkpoint.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { FRESH_MS, verifyHead } from "../protocol/head-proof.ts";
import type { HeadProof } from "../protocol/head-proof.ts";
import { LogView } from "../protocol/log-view.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { checkCourse } from "../protocol/map-epochs.ts";
import type { Seen } from "../protocol/map-epochs.ts";
import { endsOf, logOf } from "../protocol/previous-logs.ts";
import { readHead } from "../protocol/statements.ts";
import type { HeadRef } from "../protocol/statements.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import type { Visited } from "./epoch-checks.ts";
import { headToJson, headsToJson, readHeads, Restart } from "./restart.ts";

export type Label = "user" | "case" | "list" | "exchange" | "subject";

/** A head that a proof showed: undefined where the map holds none. `checkpoint` and `timeMs` say how fresh it is. */
export interface Proven {
  readonly head: HeadRef | undefined;
  readonly checkpoint: SignedCheckpoint;
  readonly timeMs: number;
  readonly index: number;
}

/** Up to where the epochs of a chain of ours were checked, and the newest head that the map showed by then. */
export interface Visit {
  readonly seen: Seen;
  readonly head: HeadRef | undefined;
}

/** An activation that was verified with its leaf: what the controllers put into force, where and when. */
export interface KnownPolicy {
  readonly activation: string;
  readonly table: string;
  readonly version: number;
  readonly index: number;
  readonly sinceMs: number;
}

/** Heads and checkpoints verified so far. Changes only through its methods; `toJson` for the vault. */
export class TrustState {
  readonly bundle: TrustBundle;
  readonly log: LogVerifier;
  #view: LogView;
  #restart = new Restart();
  readonly #heads = new Map<string, HeadRef>();
  readonly #visits = new Map<string, Visit>();
  #newestMap = 0;
  readonly #evidence: JsonObject[] = [];
  #policies: readonly KnownPolicy[] = [];

  constructor(bundle: TrustBundle) {
    this.bundle = bundle;
    this.log = logOf(bundle);
    this.#view = new LogView(...this.log.earlier, this.log);
  }

  get view(): LogView {
    return this.#view;
  }

  /** Whether the hub contradicted itself (T12). */
  get stopped(): boolean {
    return this.#evidence.length > 0 || this.#view.evidence.length > 0;
  }

  /** Everything kept, oldest first. */
  get evidence(): readonly JsonObject[] {
    return [...this.#evidence, ...this.#view.evidence.map(({ reason, kept, offered }) => ({ reason, kept, offered }))];
  }

  newest(): SignedCheckpoint | undefined {
    return this.#view.newest(this.bundle.logOrigin);
  }

  head(label: Label, chain: string): HeadRef | undefined {
    return this.#heads.get(key(label, chain));
  }

  /** What the hub lost when a log ended, oldest first. */
  get lost(): Restart["lost"] {
    return this.#restart.lost;
  }

  /** Up to where a (label, chain) of ours was checked; undefined before the first visit. */
  visit(label: Label, chain: string): Visit | undefined {
    return this.#visits.get(key(label, chain));
  }

  /** Identities that the hub showed as ours, whether it shows them still or not. */
  get visitedSubjects(): readonly string[] {
    return [...this.#visits.keys()].filter((id) => id.startsWith("subject ")).map((id) => id.slice("subject ".length));
  }

  /** The two sizes between which a consistency proof is needed to judge a checkpoint of a log, if any. */
  consistencyNeeded(size: number, origin: string = this.log.origin): readonly [number, number] | undefined {
    const newest = this.#view.newest(origin);
    if (newest === undefined || newest.size === 0 || newest.size === size) return undefined;
    return [Math.min(newest.size, size), Math.max(newest.size, size)];
  }

  /** Judge a checkpoint (T2). */
  acceptCheckpoint(checkpoint: SignedCheckpoint, consistency: readonly Uint8Array[]): void {
    this.checkRunning();
    this.#view.accept(checkpoint, consistency);
  }

  /** Judge a proof of a head (T3-T5). The head is not held yet: that is `advance`. */
  async prove(label: Label, chain: string, proof: HeadProof, consistency: readonly Uint8Array[]): Promise<Proven> {
    this.checkRunning();
    const verified = await verifyHead(proof, this.log, label, chain);
    this.#view.accept(verified.checkpoint, consistency);
    const position = this.log.base + proof.proof.index;
    if (position < this.#newestMap) throw new ProtocolError("stale", `proof of the head of ${label} ${chain.slice(0, 16)}`);
    this.#newestMap = position;
    this.#checkNotBack(label, chain, verified.head);
    this.#restart.met(key(label, chain), verified.head);
    const { head, checkpoint, timeMs } = verified;
    return { head, checkpoint, timeMs, index: proof.proof.index };
  }

  #checkNotBack(label: Label, chain: string, head: HeadRef | undefined): void {
    const held = this.head(label, chain);
    const further = head !== undefined && (held === undefined || head.seq > held.seq || isSame(head, held));
    if (held === undefined || further) return;
    throw this.#refuse(head?.seq === held.seq ? "forked" : "rolled-back", label, chain, headToJson(head));
  }

  /** Hold a proven head whose chain was replayed: `hashes` maps each seq shown to its hash (T5, T6). */
  advance(label: Label, chain: string, head: HeadRef, hashes: ReadonlyMap<number, string>): void {
    this.checkRunning();
    if (hashes.get(head.seq) !== head.hash) {
      throw new ProtocolError("wrong-hash", `links of ${label} ${chain.slice(0, 16)} do not lead to its head`);
    }
    const held = this.head(label, chain);
    if (held !== undefined && hashes.get(held.seq) !== held.hash) {
      throw this.#refuse("forked", label, chain, { seq: held.seq, hash: hashes.get(held.seq) ?? "" });
    }
    this.#restart.met(key(label, chain), head, hashes);
    this.#heads.set(key(label, chain), head);
  }

  /** Judge what epochs showed of a (label, chain) of ours after a visit; hold and return the visit they lead to (T11). */
  visited(label: Label, chain: string, { visit, shown, links, offered }: Visited): Visit {
    this.checkRunning();
    try {
      checkCourse(visit.head, shown, links);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#evidence.push({ reason: error.reason, label, chain, kept: headToJson(visit.head), offered });
      throw error;
    }
    const head = shown.findLast((one) => one.head !== undefined)?.head ?? visit.head;
    const held = { seen: visit.seen, head };
    this.#visits.set(key(label, chain), held);
    return held;
  }

  /** Raise an alarm at a head of our own chain that this device did not make or see made (T7). */
  checkOwn(user: string, mine: HeadRef, proven: Proven): void {
    if (proven.head !== undefined && !isSame(proven.head, mine) && proven.head.seq >= mine.seq) {
      throw this.#refuse("wrong-author", "user", user, headToJson(proven.head));
    }
  }

  /** Refuse to widen anything on a map older than 10 minutes (T8). */
  checkFresh(proven: Proven, nowMs: number): void {
    if (nowMs - proven.timeMs > FRESH_MS) throw new ProtocolError("stale", "heads of the hub, older than 10 minutes");
  }

  /** The activations held, oldest first. */
  get policies(): readonly KnownPolicy[] {
    return this.#policies;
  }

  /** Refuse a table wider than the ceiling (T9); `ceiling` is the one whose hash is pinned. */
  checkTable(table: PolicyTable, ceiling: PolicyTable): void {
    if (ceiling.hash !== this.bundle.ceiling) throw new ProtocolError("wrong-policy", "ceiling table");
    const [wider] = table.widerThan(ceiling);
    if (wider !== undefined) throw new ProtocolError("policy-too-wide", `policy table, cell ${wider}`);
  }

  /** Hold verified activations, oldest first, each with its leaf; those held before lead to them (T9). */
  advancePolicy(activations: readonly PolicyActivation[], leaves: readonly Entered[]): void {
    this.checkRunning();
    const offered = activations.flatMap(({ hash, table, version }, number) => {
      const leaf = leaves[number];
      return leaf === undefined ? [] : [{ activation: hash, table, version, index: leaf.index, sinceMs: leaf.timeMs }];
    });
    if (!this.#restart.activates(offered.map((one) => one.activation))) {
      // Narrower rules that the backup did not hold: until the controllers publish them again nothing is granted.
      throw new ProtocolError("rolled-back", "policy activations from before the restart");
    }
    const kept = this.#policies;
    const shorter = offered.every((one, number) => isSamePolicy(one, kept[number]));
    if (!kept.every((one, number) => isSamePolicy(one, offered[number]))) {
      const reason = shorter ? "rolled-back" : "forked";
      const sides = { kept: kept.map(policyToJson), offered: offered.map(policyToJson) };
      this.#evidence.push({ reason, label: "policy", ...sides });
      throw new ProtocolError(reason, "policy activations");
    }
    this.#policies = offered;
  }

  checkRunning(): void {
    if (this.stopped) throw new ProtocolError("forked", "hub that contradicted itself before");
  }

  #refuse(reason: "forked" | "rolled-back" | "wrong-author", label: Label, chain: string, offered: JsonObject): ProtocolError {
    this.#evidence.push({ reason, label, chain, kept: headToJson(this.head(label, chain)), offered });
    return new ProtocolError(reason, `head of ${label} ${chain.slice(0, 16)}`);
  }

  toJson(): JsonObject {
    const logs = this.log.earlier.length + 1;
    return {
      ...(logs > 1 ? { logs } : {}),
      ...this.#restart.toJson(),
      ...(this.#visits.size === 0 ? {} : { visits: [...this.#visits].map(visitToJson) }),
      log: this.#view.toJson(),
      heads: headsToJson(this.#heads),
      newest_map: this.#newestMap,
      evidence: this.#evidence,
      ...(this.#policies.length === 0 ? {} : { policies: this.#policies.map(policyToJson) }),
    };
  }

  /** Read a stored state; undefined is a client's first day. */
  static async restore(bundle: TrustBundle, value: JsonObject | undefined): Promise<TrustState> {
    const state = new TrustState(bundle);
    if (value === undefined) return state;
    const fields = new Fields(value, "trust state");
    state.#view = await LogView.restore(fields.raw("log"), ...state.log.earlier, state.log);
    for (const [id, head] of readHeads(fields, "heads")) state.#heads.set(id, head);
    state.#restart = Restart.read(fields);
    state.#newestMap = fields.integer("newest_map");
    for (const item of fields.items("evidence")) {
      if (!isObject(item)) throw fields.refuse("evidence");
      state.#evidence.push(item);
    }
    state.#policies = fields.optional("policies", (name) => fields.objects(name).map(readPolicy)) ?? [];
    for (const item of fields.optional("visits", (name) => fields.objects(name)) ?? []) {
      state.#visits.set(...readVisit(item));
    }
    const logs = fields.optional("logs", (name) => fields.integer(name, 1)) ?? 1;
    fields.done();
    if (logs <= state.log.earlier.length) state.#cross();
    state.#restart.endLogs(state.#view, await endsOf(bundle.previousLogs));
    return state;
  }

  /** Begin under a log that follows the one held: chains and rules are those of the backup (T10). */
  #cross(): void {
    for (const [id, head] of this.#heads) this.#restart.heads.set(id, head);
    this.#heads.clear();
    // Their leaves are of the log that ended; what it said last and the next one does not is told as lost.
    this.#visits.clear();
    if (this.#policies.length > 0) this.#restart.activations = this.#policies.map((one) => one.activation);
    this.#policies = [];
  }
}

function key(label: Label, chain: string): string {
  return `${label} ${chain}`;
}

function isSame(left: HeadRef, right: HeadRef): boolean {
  return left.seq === right.seq && left.hash === right.hash;
}

function visitToJson([id, { seen, head }]: readonly [string, Visit]): JsonObject {
  const [label = "", chain = ""] = id.split(" ");
  return {
    label,
    chain,
    seen: { index: seen.index, epoch: seen.epoch },
    ...(head === undefined ? {} : { head: headToJson(head) }),
  };
}

function readVisit(fields: Fields): [string, Visit] {
  const id = `${fields.code("label")} ${fields.hash("chain")}`;
  const seen = fields.nested("seen");
  const visit = {
    seen: { index: seen.integer("index"), epoch: seen.integer("epoch") },
    head: fields.optional("head", (name) => readHead(fields.nested(name))),
  };
  seen.done();
  fields.done();
  return [id, visit];
}

function policyToJson({ activation, table, version, index, sinceMs }: KnownPolicy): JsonObject {
  return { activation, table, version, index, since_ms: sinceMs };
}

function readPolicy(fields: Fields): KnownPolicy {
  const known = {
    activation: fields.hash("activation"),
    table: fields.hash("table"),
    version: fields.integer("version", 1),
    index: fields.integer("index"),
    sinceMs: fields.integer("since_ms"),
  };
  fields.done();
  return known;
}

function isSamePolicy(left: KnownPolicy, right: KnownPolicy | undefined): boolean {
  return right?.activation === left.activation && right.index === left.index && right.sinceMs === left.sinceMs;
}
