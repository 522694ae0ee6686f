/**
 * Doing what the cases of this user are owed, without a click (F11): who holds keys hands them over as soon as a newcomer may have
 * them, and rotates what has to be left behind. Once after sign-in for every case, then for each case that the hub says moved.
 *
 * Nobody waits for it and nothing is shown: what could not be done is asked for again at the next hint, and stands in « Demandes ».
 */
import type { Heard } from "./live.ts";

/** Hints come in bursts, and whoever caused one is often still at work. */
const SETTLE_MS = 1_500;
/** A busy case is attended to now and then, not at each word that is written in it. */
const SPACE_MS = 10_000;

export interface AttendingParts {
  /** The cases of this user, as far as they are known. */
  readonly cases: () => Promise<readonly string[]>;
  /** One look at a case, and what it is owed. */
  readonly sync: (case_: string) => Promise<unknown>;
  readonly listen: (listener: (heard: Heard) => void) => () => void;
}

/** Attends to cases, one after the other, until it is stopped. */
export class Attending {
  readonly #parts: AttendingParts;
  readonly #due = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unlisten: (() => void) | undefined;
  #everything = true;
  #isRunning = false;
  #attendedMs = -Infinity;

  constructor(parts: AttendingParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#unlisten = this.#parts.listen((heard) => {
      if (heard === undefined) this.#everything = true;
      else this.#due.add(heard);
      this.#later();
    });
    this.#later();
  }

  stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(): void {
    if (this.#isRunning || this.#timer !== undefined || this.#unlisten === undefined) return;
    const waitMs = Math.max(SETTLE_MS, this.#attendedMs + SPACE_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, waitMs);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      if (this.#everything) {
        for (const one of await this.#parts.cases()) this.#due.add(one);
        this.#everything = false;
      }
    } catch {
      // Off line, or signed out meanwhile: the next hint says that something may have moved.
    }
    for (const one of [...this.#due]) {
      if (this.#unlisten === undefined) break;
      this.#due.delete(one);
      try {
        await this.#parts.sync(one);
      } catch {
        // What contradicts the hub was kept and stops it; what is refused or out of reach is seen by who opens the case.
      }
    }
    this.#isRunning = false;
    this.#attendedMs = performance.now();
    if (this.#due.size > 0 || this.#everything) this.#later();
  }
}
