/** A log in memory behind the port of the transport: what it serves is true until a test changes an answer. */
import { Hub } from "../../src/client/hub.ts";
import type { Transport } from "../../src/client/transport.ts";
import { Refused } from "../../src/client/errors.ts";
import { encode } from "../../src/protocol/canonical.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { toBase64, toBase64url } from "../../src/protocol/encodings.ts";
import { identityCommitment, leafToBytes, pairCommitment, viewCommitment, ZERO } from "../../src/protocol/leaf.ts";
import { identityToJson, PUBLIC_TYPE, readIdentity, readView, viewToJson } from "../../src/protocol/log-payload.ts";
import type { LoggedAct } from "../../src/protocol/log-payload.ts";
import { consistencyPlan, inclusionPlan, leafHash, resolve, rootOf } from "../../src/protocol/merkle.ts";
import type { Node } from "../../src/protocol/merkle.ts";
import { KEY_TYPE, NoteSigner } from "../../src/protocol/note-keys.ts";
import { noteToText } from "../../src/protocol/note.ts";
import { receiptToJson } from "../../src/protocol/receipt.ts";
import type { TrustBundle } from "../../src/protocol/trust-bundle.ts";
import { MemoryVault } from "./memory-vault.ts";

export const ORIGIN = "hub.example/log";
export const NOW_MS = Date.UTC(2026, 2, 31, 10);
const LOG = new NoteSigner(ORIGIN, KEY_TYPE.ed25519, new Uint8Array(32).fill(7));
export const WITNESSES = ["alpha", "beta", "gamma"].map(
  (name, i) => new NoteSigner(`${name}.example`, KEY_TYPE.cosignature, new Uint8Array(32).fill(40 + i)),
);
export const STRANGER = new NoteSigner("stranger.example", KEY_TYPE.cosignature, new Uint8Array(32).fill(99));

/** Two of three witnesses are asked for. */
const POLICY = [
  `log ${LOG.verifier.vkey}`,
  ...WITNESSES.map(({ verifier }, i) => `witness w${i} ${verifier.vkey}`),
  "group most 2 w0 w1 w2",
  "quorum most",
  "",
].join("\n");

const OPENING = new Uint8Array(32).fill(3);

/** What a test says of an act: its view beyond `act`, `time_ms` and what every view has. */
export interface Act {
  readonly act: LoggedAct;
  readonly timeMs: number;
  readonly view?: JsonObject;
  readonly identity?: JsonObject;
}

interface Kept {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly view: JsonObject;
  readonly identity: JsonObject;
}

type Answers = Record<string, ((query: Readonly<Record<string, string | number>>) => unknown) | undefined>;

/** A log that grows by acts. `answers` replaces what is served at a path. */
export class MemoryLog {
  readonly answers: Answers = {};
  readonly asked: string[] = [];
  readonly #kept: Kept[] = [];

  constructor(acts: readonly Act[] = []) {
    for (const act of acts) this.add(act);
  }

  get size(): number {
    return this.#kept.length;
  }

  add({ act, timeMs, view = {}, identity = {} }: Act): void {
    const seen = viewToJson(readView({ v: 1, act, time_ms: timeMs, entries: [], rules: [], ...view }));
    const who = identityToJson(readIdentity({ v: 1, facts: [], ...identity }));
    const commit = pairCommitment(viewCommitment(OPENING, encode(seen)), identityCommitment(OPENING, encode(who)));
    const type = PUBLIC_TYPE[act];
    const body = type === "erase" ? new Uint8Array(12) : new Uint8Array();
    const data = leafToBytes({ type, tsMs: timeMs, tag: ZERO, commit, body });
    this.#kept.push({ data, view: seen, identity: who });
  }

  /** The signed note of a tree of this log, with cosignatures. */
  async note(size: number = this.size, cosigners: readonly NoteSigner[] = []): Promise<string> {
    const text = `${ORIGIN}\n${size}\n${toBase64(this.#root(size))}\n`;
    const lines = [await LOG.line(text)];
    for (const one of cosigners) lines.push(await one.line(text, BigInt(NOW_MS / 1000)));
    return noteToText({ text, lines });
  }

  /** The record of an act, as an auditor is served it, in a tree of `size` leaves. */
  async record(index: number, size: number = this.size): Promise<JsonObject> {
    const { data, view, identity } = this.#at(index);
    const hashes = this.inclusion(index, size);
    const proof = { index, hashes, checkpoint: await this.note(size) };
    const opened = (payload: JsonObject): { payload: JsonObject; opening: typeof OPENING } => ({ payload, opening: OPENING });
    return {
      index,
      receipt: receiptToJson({ leaf: data, proof, view: opened(view), identity: opened(identity), consistency: [] }),
    };
  }

  leaf(index: number): Uint8Array<ArrayBuffer> {
    return this.#at(index).data;
  }

  inclusion(index: number, size: number = this.size): Uint8Array<ArrayBuffer>[] {
    return resolve(inclusionPlan(index, size), (node) => this.#node(node)).map((hash) => Uint8Array.from(hash));
  }

  /** A hub that reads this log, on its first day. */
  hub(): Promise<Hub> {
    const bundle: Partial<TrustBundle> = {
      logOrigin: ORIGIN,
      logVkey: LOG.verifier.vkey,
      logPolicy: POLICY,
      previousLogs: [],
      hub: "https://hub.example",
    };
    // The log's part of a bundle: nothing else of it is asked for here.
    return Hub.open(this.#transport(), bundle as TrustBundle, new MemoryVault().vault);
  }

  #transport(): Transport {
    const ask = async (path: string, query: Readonly<Record<string, string | number>> = {}): Promise<unknown> => {
      this.asked.push(path);
      const changed = this.answers[path];
      return await (changed === undefined ? this.#answer(path, query) : changed(query));
    };
    const refuse = (): never => {
      throw new Error("this log is only read");
    };
    const port: Partial<Transport> = {
      token: undefined,
      treeSize: undefined,
      policy: undefined,
      get: async (path, query) => (await ask(path, query)) as JsonObject,
      getText: async (path, query) => (await ask(path, query)) as string,
      post: async (path, body) => (await ask(path, body as never)) as JsonObject,
      put: refuse,
      delete: refuse,
    };
    return port as Transport;
  }

  async #answer(path: string, query: Readonly<Record<string, string | number>>): Promise<unknown> {
    const number = (name: string): number => Number(query[name]);
    switch (path) {
      case "/v1/log/checkpoint":
        return this.note();
      case "/v1/log/checkpoint/cosigned":
        return this.note(this.size, WITNESSES.slice(0, 2));
      case "/v1/log/leaves":
        return { leaves: this.#kept.slice(number("from"), Math.min(number("to"), number("from") + 1024)).map(leafText) };
      case "/v1/log/proof":
        return { hashes: this.inclusion(number("index"), number("size")).map((hash) => toBase64url(hash)) };
      case "/v1/log/consistency":
        if (number("to") > this.size) throw new Refused("invalid", {});
        return { hashes: this.#consistency(number("from"), number("to")).map((hash) => toBase64url(hash)) };
      default:
        throw new Refused("not-found", {});
    }
  }

  #consistency(from: number, to: number): Uint8Array[] {
    return resolve(consistencyPlan(from, to), (node) => this.#node(node));
  }

  #at(index: number): Kept {
    const kept = this.#kept[index];
    if (kept === undefined) throw new Error(`no act ${index}`);
    return kept;
  }

  #root(size: number): Uint8Array {
    return rootOf(this.#kept.slice(0, size).map(({ data }) => leafHash(data)));
  }

  #node({ level, number }: Node): Uint8Array {
    const width = 2 ** level;
    return rootOf(this.#kept.slice(number * width, (number + 1) * width).map(({ data }) => leafHash(data)));
  }
}

function leafText({ data }: Kept): string {
  return toBase64url(data);
}
