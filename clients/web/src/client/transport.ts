/**
 * HTTP to the hub: one origin, JSON in and out, problems as exceptions.
 *
 * Every write of the interface is keyed by ids inside the signed statement (same bytes, same answer), so that repeating one after
 * a lost answer is safe. Redirects are refused: the origin is pinned. An answer is read up to a limit, then refused.
 */
import { concat } from "../protocol/bytes.ts";
import { encode, isObject } from "../protocol/canonical.ts";
import type { JsonObject, JsonValue } from "../protocol/canonical.ts";
import { PROBLEM_TYPE, problemFromUri } from "../protocol/problems.ts";
import { BadAnswer, Refused, Unreachable } from "./errors.ts";

const LIMIT = 64 * 1024 * 1024;
const TRIES = 3;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
const LOGINS = "/v1/logins";
const AGAIN: ReadonlySet<number> = new Set([502, 503, 504]);

type Query = Readonly<Record<string, string | number>>;
type Body = { readonly json: JsonObject } | { readonly bytes: Uint8Array<ArrayBuffer> } | undefined;

/** What the client needs of a hub: real over HTTP, or a fake that lies. */
export interface Transport {
  /** The session's token, sent with each request. */
  token: string | undefined;
  /** The size of the newest tree verified: told with each write, so that its receipt proves that it extends that. */
  treeSize: number | undefined;
  /** The table in force, as the hub's last answer named it: a hint that there is something to fetch. */
  readonly policy: string | undefined;
  get(path: string, query?: Query): Promise<JsonObject>;
  getList(path: string, query?: Query): Promise<readonly JsonObject[]>;
  getText(path: string, query?: Query): Promise<string>;
  getBytes(path: string, query?: Query): Promise<Uint8Array<ArrayBuffer>>;
  /** An answer in pieces, as it comes: it has no limit of its own. */
  stream(path: string, query?: Query): AsyncIterable<Uint8Array<ArrayBuffer>>;
  post(path: string, body: JsonObject): Promise<JsonObject>;
  put(path: string, data: Uint8Array<ArrayBuffer>): Promise<JsonObject>;
  delete(path: string): Promise<void>;
}

/** The hub over HTTP. `wait` is replaced in tests. */
export class HttpTransport implements Transport {
  token: string | undefined;
  treeSize: number | undefined;
  policy: string | undefined;
  readonly #origin: string;
  readonly #wait: (ms: number) => Promise<void>;

  constructor(origin: string, wait: (ms: number) => Promise<void> = pause) {
    this.#origin = origin;
    this.#wait = wait;
  }

  async get(path: string, query?: Query): Promise<JsonObject> {
    return object(await this.#send("GET", path, undefined, query), path);
  }

  async getList(path: string, query?: Query): Promise<readonly JsonObject[]> {
    const value = json(await this.#send("GET", path, undefined, query), path);
    if (!Array.isArray(value) || !value.every(isObject)) throw new BadAnswer(`${path}: not a list of objects`);
    return value;
  }

  async getText(path: string, query?: Query): Promise<string> {
    return new TextDecoder().decode(await this.#send("GET", path, undefined, query));
  }

  getBytes(path: string, query?: Query): Promise<Uint8Array<ArrayBuffer>> {
    return this.#send("GET", path, undefined, query);
  }

  async *stream(path: string, query?: Query): AsyncIterable<Uint8Array<ArrayBuffer>> {
    const answer = await this.#ask("GET", path, undefined, query ?? {});
    if (!answer.ok) throw refusal(answer, await capped(answer, path), path);
    const reader = answer.body?.getReader();
    try {
      for (;;) {
        const piece = await read(reader, path);
        if (piece === undefined) return;
        yield piece;
      }
    } finally {
      // Whoever stops listening half-way, or refuses a piece, lets the connection go.
      await reader?.cancel().catch(() => undefined);
    }
  }

  async post(path: string, body: JsonObject): Promise<JsonObject> {
    return object(await this.#send("POST", path, { json: body }), path);
  }

  async put(path: string, data: Uint8Array<ArrayBuffer>): Promise<JsonObject> {
    return object(await this.#send("PUT", path, { bytes: data }), path);
  }

  async delete(path: string): Promise<void> {
    await this.#send("DELETE", path, undefined);
  }

  async #send(method: string, path: string, body: Body, query: Query = {}): Promise<Uint8Array<ArrayBuffer>> {
    for (let again = 0; ; again++) {
      const last = again === TRIES - 1;
      let wait = FIRST_WAIT_MS * 2 ** again;
      try {
        const answer = await this.#ask(method, path, body, query);
        const data = await capped(answer, path);
        if (answer.ok) return data;
        if (last || !AGAIN.has(answer.status)) throw refusal(answer, data, path);
        wait = Math.max(wait, retryAfter(answer));
      } catch (error) {
        if (last || !(error instanceof Unreachable)) throw error;
      }
      await this.#wait(Math.min(wait, LONGEST_WAIT_MS));
    }
  }

  async #ask(method: string, path: string, body: Body, query: Query): Promise<Response> {
    const url = new URL(path, this.#origin);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const headers = new Headers();
    if (this.token !== undefined) headers.set("Authorization", `Volet ${this.token}`);
    if (method === "POST" && this.treeSize !== undefined) headers.set("Volet-Tree-Size", String(this.treeSize));
    if (body !== undefined) headers.set("Content-Type", "json" in body ? "application/json" : "application/octet-stream");
    const content = body === undefined ? null : "json" in body ? encode(body.json) : body.bytes;
    try {
      const answer = await fetch(url, {
        method,
        headers,
        body: content,
        redirect: "error",
        // One answer leaves a cookie, by which the way back from the provider knows the browser that began.
        credentials: path === LOGINS ? "same-origin" : "omit",
        cache: "no-store",
      });
      this.policy = answer.headers.get("volet-policy") ?? this.policy;
      return answer;
    } catch {
      throw new Unreachable(this.#origin);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch {
    throw new Unreachable(path);
  }
}

async function capped(answer: Response, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = answer.body?.getReader();
  for (;;) {
    const piece = await read(reader, path);
    if (piece === undefined) break;
    size += piece.length;
    if (size > LIMIT) throw new BadAnswer(`${path}: more than ${LIMIT} bytes`);
    pieces.push(piece);
  }
  return concat(...pieces);
}

function refusal(answer: Response, data: Uint8Array, path: string): Error {
  const kind = answer.headers.get("content-type")?.split(";")[0];
  if (kind !== PROBLEM_TYPE) return new BadAnswer(`${answer.status} ${path}`);
  const detail = object(data, path);
  const type = detail["type"];
  const problem = typeof type === "string" ? problemFromUri(type) : undefined;
  return problem === undefined ? new BadAnswer(`${answer.status} ${path}`) : new Refused(problem, detail);
}

function object(data: Uint8Array, path: string): JsonObject {
  if (data.length === 0) return {};
  const value = json(data, path);
  if (!isObject(value)) throw new BadAnswer(`${path}: not an object`);
  return value;
}

function json(data: Uint8Array, path: string): JsonValue {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)) as JsonValue;
  } catch {
    throw new BadAnswer(`${path}: not JSON`);
  }
}

function retryAfter(answer: Response): number {
  const value = answer.headers.get("retry-after") ?? "";
  return /^[0-9]{1,6}$/.test(value) ? Number(value) * 1000 : 0;
}
