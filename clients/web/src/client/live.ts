/**
 * Live hints: the hub says over a socket which cases moved, and whoever shows one asks again (docs/spec/live.md). A hint is no
 * truth: what it makes somebody look at is verified as ever, and screens look every now and then all the same.
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonValue } from "../protocol/canonical.ts";
import { Fields } from "../protocol/fields.ts";
import { BadAnswer, Refused } from "./errors.ts";
import type { Transport } from "./transport.ts";

const SUBPROTOCOL = "volet-live-1";
/** Close codes of the hub. */
const ENDED = 4401;
const RESYNC = 4408;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** How long a socket may take to greet; then two beats without a word, and the line is dead. */
const OPEN_MS = 10_000;
const QUIET_BEATS = 2.5;

/** A case that moved; undefined: anything may have. */
export type Heard = string | undefined;

/** One socket: the browser's, or a fake in tests. */
export interface Line {
  close(): void;
}

export interface LineEnds {
  readonly message: (text: string) => void;
  readonly closed: (code: number) => void;
}

export type OpenLine = (address: string, subprotocols: readonly string[], ends: LineEnds) => Line;

export class Live {
  readonly #transport: Pick<Transport, "post">;
  readonly #address: string;
  readonly #open: OpenLine;
  readonly #random: () => number;
  readonly #listeners = new Set<(heard: Heard) => void>();
  #ended: (() => void) | undefined;
  #line: Line | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #round = 0;
  #quietMs = OPEN_MS;
  #greeted = false;
  #resume: string | undefined;
  #after: string | undefined;

  constructor(transport: Pick<Transport, "post">, origin: string, open: OpenLine = openSocket, random = Math.random) {
    this.#transport = transport;
    this.#address = `${origin.replace(/^http/, "ws")}/v1/live`;
    this.#open = open;
    this.#random = random;
  }

  /** Whether hints come: where they do not, screens ask by themselves. */
  get isOpen(): boolean {
    return this.#greeted;
  }

  /** Be told of what moves; returns how to stop being told. */
  listen(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Listen for this session until `stop`; `ended` is called when the hub ends the session. */
  start(ended: () => void): void {
    this.#ended = ended;
    void this.#connect();
  }

  stop(): void {
    this.#ended = undefined;
    this.#hangUp();
  }

  /** Try at once: the device is on line again. */
  hurry(): void {
    if (this.#ended === undefined || this.#greeted) return;
    this.#tries = 0;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#hangUp();
    const round = this.#round;
    let ticket: string;
    try {
      const answer = new Fields(await this.#transport.post("/v1/live/tickets", {}), "ticket");
      ticket = answer.text("ticket", 64);
    } catch (error) {
      if (round !== this.#round) return;
      if (error instanceof Refused && error.problem === "unauthenticated") this.#end();
      else this.#later();
      return;
    }
    if (round !== this.#round) return;
    const query = new URLSearchParams();
    if (this.#resume !== undefined && this.#after !== undefined) {
      query.set("resume", this.#resume);
      query.set("after", this.#after);
    }
    this.#quietMs = OPEN_MS;
    this.#wait();
    this.#line = this.#open(`${this.#address}?${query.toString()}`, [SUBPROTOCOL, `ticket.${ticket}`], {
      message: (text) => {
        if (round === this.#round) this.#heard(text);
      },
      closed: (code) => {
        if (round === this.#round) this.#closed(code);
      },
    });
  }

  #heard(text: string): void {
    let fields: Fields;
    try {
      fields = messageOf(text);
      this.#take(fields);
    } catch {
      // Not of this protocol: what it would have said is found by looking.
      this.#resume = undefined;
      this.#later();
      return;
    }
    this.#wait();
  }

  #take(fields: Fields): void {
    const after = fields.optional("at", (name) => fields.text(name, 64));
    switch (fields.text("type", 16)) {
      case "hello":
        this.#quietMs = fields.integer("beat_ms") * QUIET_BEATS;
        this.#resume = fields.text("resume", 64);
        this.#greeted = true;
        this.#tries = 0;
        if (!fields.boolean("resumed")) this.#tell(undefined);
        break;
      case "hint":
        fields.text("class", 64);
        this.#tell(fields.hash("case"));
        break;
      case "refresh":
        this.#tell(undefined);
        break;
      case "beat":
        break;
      default:
        throw new BadAnswer("a live hint of an unknown type");
    }
    fields.done();
    if (after !== undefined) this.#after = after;
  }

  #tell(heard: Heard): void {
    for (const listener of this.#listeners) listener(heard);
  }

  #closed(code: number): void {
    if (code === ENDED) {
      this.#end();
      return;
    }
    if (code === RESYNC) this.#resume = undefined;
    this.#later();
  }

  #end(): void {
    const ended = this.#ended;
    this.stop();
    ended?.();
  }

  /** Many devices lose a hub at the same instant: they do not come back at the same one. */
  #later(): void {
    this.#hangUp();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#tries, LONGEST_WAIT_MS);
    this.#tries += 1;
    this.#timer = setTimeout(() => void this.#connect(), wait * (0.5 + this.#random() / 2));
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#later();
    }, this.#quietMs);
  }

  #hangUp(): void {
    this.#round += 1;
    this.#greeted = false;
    clearTimeout(this.#timer);
    this.#line?.close();
    this.#line = undefined;
  }
}

function messageOf(text: string): Fields {
  const value = JSON.parse(text) as JsonValue;
  if (!isObject(value)) throw new BadAnswer("live hint: not an object");
  return new Fields(value, "hint");
}

function openSocket(address: string, subprotocols: readonly string[], { message, closed }: LineEnds): Line {
  const socket = new WebSocket(address, [...subprotocols]);
  socket.onmessage = ({ data }): void => {
    message(String(data));
  };
  socket.onclose = ({ code }): void => {
    closed(code);
  };
  return socket;
}
