/**
 * « Un message vous attend » (F9): while the page is open and out of sight, a hint that brings something to read is told without a
 * name, a case or a word of it. Urgent at once; the rest together, at most once in five minutes. Off until somebody turns it on.
 *
 * What is new is what « À lire » would show: nothing that this user may not see is ever told. To know what is urgent this device
 * receives the titles, as « À lire » does.
 */
import { Fields } from "../protocol/fields.ts";
import { isUrgent } from "./inbox.ts";
import type { Arrived } from "./inbox.ts";
import type { Heard } from "./live.ts";
import type { Vault } from "./vault.ts";

const NOTIFY = "notify";
/** The least time between two that are not urgent. */
export const SPACE_MS = 300_000;

export interface NotifyingParts {
  /** What waits to be read now. */
  readonly look: () => Promise<readonly Pick<Arrived, "entry" | "kind" | "writtenMs">[]>;
  readonly listen: (listener: (heard: Heard) => void) => () => void;
  readonly isHidden: () => boolean;
  readonly nowMs: () => number;
  readonly show: () => void;
}

/** Whether this browser is to tell; the browser's own permission is asked apart. */
export async function notifies(vault: Vault): Promise<boolean> {
  const kept = await vault.load(NOTIFY);
  return kept !== undefined && new Fields(kept, NOTIFY).boolean("on");
}

export async function setNotifies(vault: Vault, on: boolean): Promise<void> {
  await vault.save(NOTIFY, { on });
}

/** Tells of what arrives, from `start` to `stop`. */
export class Notifying {
  readonly #parts: NotifyingParts;
  #known: ReadonlySet<string> | undefined;
  #leftMs = 0;
  #unlisten: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shownMs = -Infinity;
  #looking = false;
  #again = false;

  constructor(parts: NotifyingParts) {
    this.#parts = parts;
  }

  /** What waits now is no news. */
  start(): void {
    this.#unlisten = this.#parts.listen(() => {
      if (this.#parts.isHidden()) void this.#look();
    });
    if (this.#parts.isHidden()) this.left();
  }

  stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.seen();
  }

  /** The page is in sight: what waits is seen there, and nothing is told later of what came before. */
  seen(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#known = undefined;
  }

  /** The page goes out of sight: what waits at that moment is no news. */
  left(): void {
    this.#leftMs = this.#parts.nowMs();
    void this.#look();
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    try {
      const waiting = await this.#parts.look();
      const known = this.#known;
      // What comes while the first look is under way may already be in it: its own time tells that it is new.
      const isFresh = ({ entry, writtenMs }: (typeof waiting)[number]): boolean =>
        known === undefined ? writtenMs > this.#leftMs : !known.has(entry);
      const fresh = waiting.filter(isFresh);
      this.#known = new Set([...(known ?? []), ...waiting.map(({ entry }) => entry)]);
      if (fresh.length > 0 && this.#unlisten !== undefined && this.#parts.isHidden())
        this.#tell(fresh.some(({ kind }) => isUrgent(kind)));
    } catch {
      // Off line, or signed out meanwhile: the next hint asks again.
    } finally {
      this.#looking = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.#look();
    }
  }

  #tell(urgent: boolean): void {
    const waitMs = urgent ? 0 : this.#shownMs + SPACE_MS - this.#parts.nowMs();
    if (waitMs <= 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#shownMs = this.#parts.nowMs();
      this.#parts.show();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#parts.isHidden()) this.#tell(true);
    }, waitMs);
  }
}
