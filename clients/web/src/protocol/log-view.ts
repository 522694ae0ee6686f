/**
 * What a client remembers of a log, as a state machine without IO (docs/spec/log.md, rules V1-V9).
 *
 * V1. Origins, keys and policy come from the trust bundle. A checkpoint of an unknown origin is an error, never a reset.
 * V2. Only a checkpoint whose log signature verified is judged.
 * V3. The first checkpoint of an origin is accepted; a client that has state never returns to this rule.
 * V4. A larger tree is accepted with a consistency proof from the newest one, which then is replaced.
 * V5. The same size with the same root changes nothing.
 * V6. The same size with another root is a fork: both notes are kept, and the origin is refused from then on.
 * V7. A smaller tree is refused as rolled back, and both notes are kept, unless a consistency proof shows that it is a prefix
 *     of the newest one (an answer that another overtook): then it is covered, and nothing changes.
 * V8. A larger tree whose proof fails is refused, and both notes are kept.
 * V9. A log that the trust bundle ended is known up to its last checkpoint: what was seen beyond is given back to whoever asks,
 *     once, and nothing beyond is accepted any more.
 *
 * The size 0 has no consistency proof: an empty tree is a prefix of every tree, and its root is checked when it is read. Left
 * out: witnesses' quorum, which the caller asks of `LogVerifier.isCosigned`, and time.
 */
import { same } from "./bytes.ts";
import type { JsonObject, JsonValue } from "./canonical.ts";
import { isSameTree } from "./checkpoint.ts";
import type { LogVerifier, SignedCheckpoint } from "./checkpoint.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { verifyConsistency } from "./merkle.ts";
import { MAX_NOTE } from "./note.ts";

export const MAX_EVIDENCE = 64;
const EVIDENCE_REASONS = ["forked", "rolled-back", "bad-proof"] as const;

/** Two signed notes of one origin that do not fit, and why. */
export interface LogEvidence {
  readonly reason: (typeof EVIDENCE_REASONS)[number];
  readonly kept: string;
  readonly offered: string;
}

/** The newest verified checkpoint for each origin, and the evidence met. Changes only through `accept`. */
export class LogView {
  readonly #logs: ReadonlyMap<string, LogVerifier>;
  readonly #newest = new Map<string, SignedCheckpoint>();
  readonly #evidence: LogEvidence[] = [];
  readonly #ended = new Map<string, number>();

  constructor(...logs: readonly LogVerifier[]) {
    this.#logs = new Map(logs.map((log) => [log.origin, log]));
  }

  /** What was refused beside an accepted checkpoint, oldest first: at most 64, and every fork. */
  get evidence(): readonly LogEvidence[] {
    return [...this.#evidence];
  }

  /** What is trusted for an origin; throws wrong-origin for one that was not configured. */
  verifier(origin: string): LogVerifier {
    const log = this.#logs.get(origin);
    if (log === undefined) throw new ProtocolError("wrong-origin", "log");
    return log;
  }

  /** The newest accepted checkpoint. */
  newest(origin: string): SignedCheckpoint | undefined {
    this.verifier(origin);
    return this.#newest.get(origin);
  }

  /** Judge a verified checkpoint by V1-V9; throws wrong-origin, forked, rolled-back, bad-proof or stale. */
  accept(checkpoint: SignedCheckpoint, consistency: readonly Uint8Array[] = []): void {
    const { origin } = checkpoint;
    this.verifier(origin);
    if (this.#evidence.some((one) => one.reason === "forked" && originOf(one.kept) === origin)) {
      throw new ProtocolError("forked", "log that forked before");
    }
    if (checkpoint.size > (this.#ended.get(origin) ?? checkpoint.size)) {
      throw new ProtocolError("stale", "checkpoint beyond the end of its log");
    }
    const newest = this.#newest.get(origin);
    if (newest === undefined) {
      this.#newest.set(origin, checkpoint);
    } else if (checkpoint.size === newest.size) {
      if (!same(checkpoint.root, newest.root)) throw this.#refuse("forked", newest, checkpoint);
    } else if (checkpoint.size > newest.size) {
      if (!isPrefix(newest, checkpoint, consistency)) throw this.#refuse("bad-proof", newest, checkpoint);
      this.#newest.set(origin, checkpoint);
    } else if (!isPrefix(checkpoint, newest, consistency)) {
      throw this.#refuse("rolled-back", newest, checkpoint);
    }
  }

  /** End a log at its last checkpoint (V9); the one held until now where that tree cannot lead to it. */
  end(last: SignedCheckpoint): SignedCheckpoint | undefined {
    this.verifier(last.origin);
    const held = this.#newest.get(last.origin);
    this.#ended.set(last.origin, last.size);
    if (held === undefined || held.size < last.size) return undefined;
    this.#newest.set(last.origin, last);
    return isSameTree(held, last) ? undefined : held;
  }

  /** The state for the client's own storage. */
  toJson(): JsonObject {
    const origins = [...this.#newest.keys()].sort();
    return {
      newest: origins.map((origin) => this.#newest.get(origin)?.note ?? ""),
      evidence: this.#evidence.map(({ reason, kept, offered }) => ({ reason, kept, offered })),
    };
  }

  /** Read a stored state; every note is verified again, so a changed file is refused and never a reset. */
  static async restore(value: JsonObject, ...logs: readonly LogVerifier[]): Promise<LogView> {
    const [fields, view] = [new Fields(value, "log state"), new LogView(...logs)];
    for (const note of fields.items("newest")) {
      const checkpoint = await view.#open(note);
      if (view.#newest.has(checkpoint.origin)) throw new ProtocolError("already", "log state: origin");
      view.#newest.set(checkpoint.origin, checkpoint);
    }
    for (const row of fields.objects("evidence", MAX_EVIDENCE + logs.length)) {
      const reason = row.choice("reason", EVIDENCE_REASONS);
      view.#evidence.push({ reason, kept: row.text("kept", MAX_NOTE), offered: row.text("offered", MAX_NOTE) });
      row.done();
    }
    fields.done();
    return view;
  }

  #open(note: JsonValue): Promise<SignedCheckpoint> {
    if (typeof note !== "string") throw new ProtocolError("malformed", "log state: note");
    return this.verifier(originOf(note)).open(note);
  }

  #refuse(reason: LogEvidence["reason"], kept: SignedCheckpoint, offered: SignedCheckpoint): ProtocolError {
    const known = this.#evidence.some((one) => one.reason === reason && one.kept === kept.note && one.offered === offered.note);
    const full = this.#evidence.filter((one) => one.reason !== "forked").length >= MAX_EVIDENCE;
    // A fork is never lost to a full list: a server could fill it with harmless rollbacks first.
    if (!known && (reason === "forked" || !full)) {
      this.#evidence.push({ reason, kept: kept.note, offered: offered.note });
    }
    return new ProtocolError(reason, `checkpoint of ${kept.origin}`);
  }
}

function originOf(note: string): string {
  return note.split("\n", 1)[0] ?? "";
}

function isPrefix(old: SignedCheckpoint, next: SignedCheckpoint, proof: readonly Uint8Array[]): boolean {
  if (old.size === 0) return proof.length === 0;
  return verifyConsistency(old.size, next.size, old.root, next.root, proof);
}
