import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Refused, Unreachable } from "../../src/client/errors.ts";
import { Live } from "../../src/client/live.ts";
import type { Heard, LineEnds } from "../../src/client/live.ts";

const CASE = "ab".repeat(32);

interface Opened {
  readonly address: URL;
  readonly subprotocols: readonly string[];
  readonly ends: LineEnds;
  closed: boolean;
}

class Hub {
  readonly opened: Opened[] = [];
  readonly heard: Heard[] = [];
  refusal: Error | undefined;
  tickets = 0;
  ended = 0;
  readonly live = new Live(
    {
      post: () => {
        this.tickets += 1;
        return this.refusal === undefined
          ? Promise.resolve({ ticket: `t${String(this.tickets)}`, expires_ms: 1 })
          : Promise.reject(this.refusal);
      },
    },
    "https://hub.example",
    (address, subprotocols, ends) => {
      const line = { address: new URL(address), subprotocols, ends, closed: false };
      this.opened.push(line);
      return {
        close: () => {
          line.closed = true;
        },
      };
    },
    () => 1,
  );

  constructor() {
    this.live.listen((heard) => this.heard.push(heard));
  }

  get line(): Opened {
    const last = this.opened.at(-1);
    if (last === undefined) throw new Error("no line");
    return last;
  }

  async start(): Promise<void> {
    this.live.start(() => {
      this.ended += 1;
    });
    await vi.advanceTimersByTimeAsync(0);
  }

  say(message: object): void {
    this.line.ends.message(JSON.stringify(message));
  }

  greet(resumed = false): void {
    this.say({ type: "hello", resume: "r1", resumed, at: "c0", beat_ms: 1000 });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("live hints", () => {
  it("brings its ticket as a subprotocol, and nothing in the address", async () => {
    const hub = new Hub();
    await hub.start();
    expect(hub.line.address.href).toBe("wss://hub.example/v1/live?");
    expect(hub.line.subprotocols).toEqual(["volet-live-1", "ticket.t1"]);
  });

  it("tells that anything may have moved at the first greeting, then which case did", async () => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    hub.say({ type: "hint", case: CASE, class: "main", at: "c1" });
    hub.say({ type: "beat", at: "c2" });
    hub.say({ type: "refresh", at: "c3" });
    expect(hub.heard).toEqual([undefined, CASE, undefined]);
    expect(hub.live.isOpen).toBe(true);
  });

  it("resumes where it was, and tells nothing again", async () => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    hub.say({ type: "hint", case: CASE, class: "main", at: "c1" });
    hub.line.ends.closed(1006);
    expect(hub.live.isOpen).toBe(false);
    await vi.advanceTimersByTimeAsync(500);
    expect(hub.line.address.search).toBe("?resume=r1&after=c1");
    hub.greet(true);
    expect(hub.heard).toEqual([undefined, CASE]);
  });

  it("does not resume from what the hub says is lost", async () => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    hub.line.ends.closed(4408);
    await vi.advanceTimersByTimeAsync(500);
    expect(hub.line.address.search).toBe("");
  });

  it("gives a line up that is quiet for two beats and a half", async () => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    const first = hub.line;
    await vi.advanceTimersByTimeAsync(2_400);
    expect(first.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(700);
    expect(first.closed).toBe(true);
    expect(hub.opened.length).toBe(2);
  });

  it("waits longer each time the hub does not answer, half a minute at most", async () => {
    const hub = new Hub();
    hub.refusal = new Unreachable("hub");
    await hub.start();
    await vi.advanceTimersByTimeAsync(500 + 1_000 + 2_000);
    expect(hub.tickets).toBe(4);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(hub.tickets).toBeLessThan(17);
    hub.refusal = undefined;
    hub.live.hurry();
    await vi.advanceTimersByTimeAsync(0);
    expect(hub.opened.length).toBe(1);
  });

  it("says that the session ended, and asks no more", async () => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    hub.line.ends.closed(4401);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([hub.ended, hub.tickets]).toEqual([1, 1]);
  });

  it("takes a refused ticket of an ended session for its end", async () => {
    const hub = new Hub();
    hub.refusal = new Refused("unauthenticated", {});
    await hub.start();
    expect(hub.ended).toBe(1);
  });

  it.each([
    "no json",
    "[]",
    JSON.stringify({ type: "hint", case: "x", class: "main" }),
    JSON.stringify({ type: "other" }),
    JSON.stringify({ type: "beat", more: 1 }),
  ])("hangs up on %s", async (text) => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    hub.line.ends.message(text);
    expect(hub.line.closed).toBe(true);
    expect(hub.heard).toEqual([undefined]);
  });

  it("hears nothing more once it was stopped", async () => {
    const hub = new Hub();
    await hub.start();
    hub.greet();
    hub.live.stop();
    hub.say({ type: "hint", case: CASE, class: "main" });
    hub.line.ends.closed(1006);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([hub.heard.length, hub.tickets]).toEqual([1, 1]);
  });
});
