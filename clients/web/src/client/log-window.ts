/**
 * The acts of a period, read page by page, at most 5,000 held at once: counts, searches and reports are of what is held, and say so
 * when the period holds more. Changes only through its methods.
 */
import type { LogReason } from "../protocol/log-request.ts";
import type { Audit } from "./audit.ts";
import type { Logged } from "./log-cases.ts";
import type { LogLeaves } from "./log-leaves.ts";

/** The most acts held. */
export const MOST_HELD = 5_000;

/** What is read: instants, the end excluded, undefined for no bound; all cases in scope, or one with a reason. */
export interface Period {
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly case?: string | undefined;
  readonly reason?: LogReason | undefined;
}

/** What is held of a period. `looks` are the leaves that reading it left; `rest` tells that the period holds more behind. */
export interface Held {
  readonly acts: readonly Logged[];
  readonly looks: readonly number[];
  readonly rest: boolean;
  /** Acts before these were let go, to stay within what is held at once. */
  readonly passed: number;
}

/** Who is asked for pages. */
export type Pages = Pick<Audit, "page">;

export class LogWindow {
  readonly #audit: Pages;
  readonly #period: Period;
  readonly #to: number | undefined;
  #next: number | undefined;
  #held: Held = { acts: [], looks: [], rest: true, passed: 0 };

  private constructor(audit: Pages, period: Period, from: number, to: number | undefined) {
    this.#audit = audit;
    this.#period = period;
    this.#next = from;
    this.#to = to;
  }

  /** Find where a period stands in the log; nothing is read yet. */
  static async open(audit: Pages, leaves: LogLeaves, period: Period): Promise<LogWindow> {
    const { sinceMs, untilMs } = period;
    if (sinceMs === undefined && untilMs === undefined) return new LogWindow(audit, period, 0, undefined);
    const checkpoint = await leaves.newest();
    const from = sinceMs === undefined ? 0 : await leaves.firstAt(sinceMs, checkpoint);
    const to = untilMs === undefined ? undefined : await leaves.firstAt(untilMs, checkpoint);
    // A period that ends after the newest leaf has no end yet: what is written meanwhile belongs to it.
    return new LogWindow(audit, period, from, to === checkpoint.size ? undefined : to);
  }

  get held(): Held {
    return this.#held;
  }

  /** Read on until 5,000 acts are held or the period ends; what was held before is let go first. `told` hears of each page. */
  async fill(told: (held: Held) => void = () => undefined): Promise<Held> {
    const passed = this.#held.passed + this.#held.acts.length;
    const { case: case_, reason } = this.#period;
    let [acts, looks]: [readonly Logged[], readonly number[]] = [[], this.#held.looks];
    while (this.#next !== undefined && acts.length < MOST_HELD) {
      const page = await this.#audit.page({ from: this.#next, to: this.#to, case: case_, reason });
      // What looking at the log leaves in it while it is read would never end the reading.
      const end = looks[0] ?? page.look;
      acts = [...acts, ...page.acts.filter(({ index }) => index < end)];
      looks = [...looks, page.look];
      this.#next = page.next !== undefined && page.next < end ? page.next : undefined;
      this.#held = { acts, looks, rest: this.#next !== undefined, passed };
      told(this.#held);
    }
    return this.#held;
  }
}
