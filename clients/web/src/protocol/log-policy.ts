/**
 * Which witnesses a client believes (C2SP tlog-policy, commit 5ba5ee8; docs/spec/log.md).
 *
 *     log <vkey> [url]    witness <name> <vkey> [url]    group <name> all|any|<k> <member>...    quorum <name>|none
 *
 * One institution with two keys counts once: put both into an `any` group and count groups. A log's keys are of type 0x01, or
 * 0x06 beside one; witness keys of type 0x04 or 0x06; the log's own keys never count as a witness. With `quorum none` nothing
 * is claimed against a fork or about time.
 */
import { characters } from "./fields.ts";
import { fromDecimal, toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { KEY_TYPE, Verifier } from "./note-keys.ts";
import type { KeyType, Signed } from "./note-keys.ts";

export const MAX_POLICY = 64 * 1024;
export const MAX_ITEMS = 64;
const NONE = "none";
// eslint-disable-next-line no-control-regex -- refusing them is the point
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/;

/** At least `threshold` of `members` (names of witnesses and groups). */
export interface Group {
  readonly threshold: number;
  readonly members: readonly string[];
}

/** A policy: logs, witnesses by name, groups by name, quorum (undefined: no quorum), and where witnesses are asked. */
export interface LogPolicy {
  readonly logs: readonly Verifier[];
  readonly witnesses: ReadonlyMap<string, Verifier>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly quorum: string | undefined;
  readonly urls: ReadonlyMap<string, string>;
}

/** Read a policy; throws `ProtocolError` malformed, too-large, unknown-reference, already, or a vkey's error. */
export function parseLogPolicy(text: string): LogPolicy {
  if (characters(text) > MAX_POLICY) throw new ProtocolError("too-large", "log policy");
  if (CONTROL.test(text)) throw new ProtocolError("malformed", "log policy: control character");
  const draft = new Draft();
  for (const line of text.split("\n")) {
    const items = line.split(/[ \t]+/).filter((item) => item !== "");
    if (items.length > 0 && !line.startsWith("#")) draft.add(items);
  }
  if (!draft.closed) throw new ProtocolError("malformed", "log policy: no quorum");
  return draft;
}

/** Every key of a policy: the known keys of a checkpoint. */
export function verifiersOf(policy: LogPolicy): Verifier[] {
  return [...policy.logs, ...policy.witnesses.values()];
}

/** Whether cosignatures meet the quorum; those that state a time after `latestS` (POSIX seconds) do not count. */
export function isSatisfied(policy: LogPolicy, signed: readonly Signed[], latestS?: bigint): boolean {
  const counting = signed.filter(({ timeS }) => timeS !== undefined && (latestS === undefined || timeS <= latestS));
  return isMetBy(policy, new Set(counting.map((one) => one.verifier.vkey)));
}

/** Whether witnesses with these vkeys would meet the quorum; always, where none is named. */
export function isMetBy(policy: LogPolicy, vkeys: ReadonlySet<string>): boolean {
  return policy.quorum === undefined || holds(policy, policy.quorum, vkeys);
}

function holds(policy: LogPolicy, name: string, vkeys: ReadonlySet<string>): boolean {
  const witness = policy.witnesses.get(name);
  if (witness !== undefined) return vkeys.has(witness.vkey);
  const group = policy.groups.get(name);
  if (group === undefined) return false;
  return group.members.filter((member) => holds(policy, member, vkeys)).length >= group.threshold;
}

class Draft implements LogPolicy {
  readonly logs: Verifier[] = [];
  readonly witnesses = new Map<string, Verifier>();
  readonly groups = new Map<string, Group>();
  readonly urls = new Map<string, string>();
  quorum: string | undefined;
  closed = false;
  readonly #members = new Set<string>();
  readonly #keys = new Set<string>();

  add(items: readonly string[]): void {
    const [word, ...rest] = items;
    if (word === "log" && (rest.length === 1 || rest.length === 2)) this.#log(rest);
    else if (word === "witness" && (rest.length === 2 || rest.length === 3)) this.#witness(rest);
    else if (word === "group" && rest.length > 2) this.#group(rest);
    else if (word === "quorum" && rest.length === 1 && !this.closed) this.#quorum(rest);
    else throw new ProtocolError("malformed", "log policy: line");
    if (Math.max(this.logs.length, this.witnesses.size, this.groups.size) > MAX_ITEMS) {
      throw new ProtocolError("too-large", "log policy: lines");
    }
  }

  #log([vkey = ""]: readonly string[]): void {
    this.logs.push(this.#key(vkey, KEY_TYPE.ed25519));
  }

  #witness([name = "", vkey = "", url]: readonly string[]): void {
    this.#define(name);
    this.witnesses.set(name, this.#key(vkey, KEY_TYPE.cosignature));
    if (url !== undefined) this.urls.set(name, url);
  }

  #group([name = "", rule = "", ...members]: readonly string[]): void {
    this.#define(name);
    for (const member of members) {
      this.#known(member);
      if (this.#members.has(member)) throw new ProtocolError("already", "log policy: member of a group");
      this.#members.add(member);
    }
    const threshold = rule === "all" ? members.length : rule === "any" ? 1 : fromDecimal(rule);
    if (threshold < 1 || threshold > members.length) throw new ProtocolError("malformed", "log policy: threshold");
    this.groups.set(name, { threshold, members });
  }

  #quorum([name = ""]: readonly string[]): void {
    if (name !== NONE) this.#known(name);
    this.quorum = name === NONE ? undefined : name;
    this.closed = true;
  }

  #define(name: string): void {
    if (name === NONE || this.witnesses.has(name) || this.groups.has(name)) {
      throw new ProtocolError("already", "log policy: name");
    }
  }

  #known(name: string): void {
    if (!this.witnesses.has(name) && !this.groups.has(name)) {
      throw new ProtocolError("unknown-reference", "log policy: name");
    }
  }

  #key(vkey: string, plain: KeyType): Verifier {
    const verifier = Verifier.parse(vkey);
    if (verifier.type !== plain && verifier.type !== KEY_TYPE.mldsa) {
      throw new ProtocolError("wrong-algorithm", "log policy: key of another use");
    }
    const name = toHex(verifier.public);
    if (this.#keys.has(name)) throw new ProtocolError("already", "log policy: public key");
    this.#keys.add(name);
    return verifier;
  }
}
