/**
 * Checkpoints of the log (C2SP tlog-checkpoint v1.0.0; docs/spec/log.md).
 *
 *     origin LF size LF base64(root) LF [extension LF]...
 *
 * No time is in a checkpoint. Volet writes no extension line; foreign ones are kept as opaque text. Sizes stop at 2^53-1. The
 * server never teaches a client the origin or the keys: they come from the client's trust bundle, and an unknown origin is an
 * error.
 */
import { same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { fromBase64, fromDecimal } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { isSatisfied, parseLogPolicy } from "./log-policy.ts";
import type { LogPolicy } from "./log-policy.ts";
import { baseOf } from "./log-positions.ts";
import { EMPTY_ROOT, HASH_SIZE } from "./merkle.ts";
import { KEY_TYPE, Verifier } from "./note-keys.ts";
import type { Signed } from "./note-keys.ts";
import { parseNote, verifyNote } from "./note.ts";

export const MAX_ORIGIN = 255;
/** A cosignature that states a time further ahead of the caller's clock than this does not count. */
export const MAX_AHEAD_S = 600;
const MAX_REMEMBERED = 256;

/** The size and root of one log. Unverified unless it is a `SignedCheckpoint`. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly extensions: readonly string[];
}

/** A checkpoint whose log signature was verified. `note` is the whole signed text: the evidence. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: string;
  readonly signed: readonly Signed[];
}

/** Read a note's text; throws `ProtocolError`. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith("\n")) throw new ProtocolError("malformed", "checkpoint: no final line feed");
  const [origin = "", size, encoded, ...extensions] = text.slice(0, -1).split("\n");
  if (size === undefined || encoded === undefined || [origin, size, encoded, ...extensions].includes("")) {
    throw new ProtocolError("malformed", "checkpoint: lines");
  }
  const root = fromBase64(encoded);
  if (root.length !== HASH_SIZE || utf8(origin).length > MAX_ORIGIN) {
    throw new ProtocolError("malformed", "checkpoint: origin or root");
  }
  const checkpoint = { origin, size: fromDecimal(size), root, extensions };
  if (checkpoint.size === 0 && !same(root, EMPTY_ROOT)) {
    throw new ProtocolError("malformed", "checkpoint: root of an empty tree");
  }
  return checkpoint;
}

/** Whether both name one tree, whatever is signed under them. */
export function isSameTree(left: Checkpoint, right: Checkpoint): boolean {
  return left.origin === right.origin && left.size === right.size && same(left.root, right.root);
}

/**
 * What a client was configured to trust: one origin, its log keys, and the policy about witnesses. `earlier` are the logs that
 * ended before this one, the first one first: their receipts verify still.
 */
export class LogVerifier {
  readonly origin: string;
  readonly keys: readonly Verifier[];
  readonly policy: LogPolicy;
  readonly earlier: readonly LogVerifier[];
  // Receipts and head proofs of one batch share one checkpoint: its signatures are verified once.
  readonly #remembered = new Map<string, Promise<SignedCheckpoint>>();

  private constructor(origin: string, keys: readonly Verifier[], policy: LogPolicy, earlier: readonly LogVerifier[]) {
    this.origin = origin;
    this.keys = keys;
    this.policy = policy;
    this.earlier = earlier;
  }

  /**
   * Read the three values of a trust bundle; the key bears the origin as its name and is a log of the policy. The log's keys
   * are all those that the policy lists under the origin: while keys overlap, either may sign.
   */
  static configured(origin: string, vkey: string, policy: string, earlier: readonly LogVerifier[] = []): LogVerifier {
    const [key, parsed] = [Verifier.parse(vkey), parseLogPolicy(policy)];
    const listed = parsed.logs.some((log) => log.vkey === key.vkey);
    if (key.name !== origin || !listed || key.type !== KEY_TYPE.ed25519) {
      throw new ProtocolError("wrong-origin", "log key of the trust bundle");
    }
    return new LogVerifier(
      origin,
      parsed.logs.filter((log) => log.name === origin),
      parsed,
      earlier,
    );
  }

  /** The position of this log's leaf 0. */
  get base(): number {
    return baseOf(this.earlier.length + 1);
  }

  /** This log, or the earlier one whose name a note bears; whether it verifies is `open`'s to say. */
  of(note: string): LogVerifier {
    const origin = note.split("\n", 1)[0];
    return this.earlier.find((one) => one.origin === origin) ?? this;
  }

  /**
   * Verify the log's signature, and every witness line of a known key. Throws wrong-origin for another log, not-trusted
   * without a signature by the log's key, bad-signature for a known key's line that fails. Whether witnesses are enough is
   * asked with `isCosigned`.
   */
  open(note: string): Promise<SignedCheckpoint> {
    const known = this.#remembered.get(note);
    if (known !== undefined) return known;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const opened = this.#open(note);
    this.#remembered.set(note, opened);
    return opened;
  }

  async #open(note: string): Promise<SignedCheckpoint> {
    if (!note.isWellFormed()) throw new ProtocolError("malformed", "note is not UTF-8");
    const parsed = parseNote(utf8(note));
    const checkpoint = parseCheckpoint(parsed.text);
    if (checkpoint.origin !== this.origin) throw new ProtocolError("wrong-origin", "checkpoint");
    const signed = await verifyNote(parsed, [...this.keys, ...this.policy.witnesses.values()]);
    if (!signed.some((one) => this.keys.includes(one.verifier) && one.timeS === undefined)) {
      throw new ProtocolError("not-trusted", "checkpoint without the log's signature");
    }
    return { ...checkpoint, note, signed };
  }

  /**
   * Whether enough witnesses of the policy cosigned, and every ML-DSA-44 key listed for the log signed. True for
   * `quorum none`, which proves nothing. A broken algorithm must not decide alone: where the policy lists a second key of
   * another algorithm, what counts as cosigned carries both.
   */
  isCosigned(checkpoint: SignedCheckpoint, nowMs: number): boolean {
    if (this.policy.quorum === undefined) return true;
    const signed = new Set(checkpoint.signed.map((one) => one.verifier.vkey));
    const both = this.keys.every((key) => key.type !== KEY_TYPE.mldsa || signed.has(key.vkey));
    return both && isSatisfied(this.policy, checkpoint.signed, BigInt(Math.floor(nowMs / 1000) + MAX_AHEAD_S));
  }
}
