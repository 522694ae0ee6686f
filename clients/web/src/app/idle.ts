/** Locks this browser when nobody has a hand on it. */
import { isLocked, used } from "../client/lock.ts";

/** How often it is looked whether the time is over, and how often it is said that somebody is at work. */
const LOOK_MS = 5_000;
const SAY_MS = 15_000;
const HANDS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/** Start; `anew` loads the page anew, which shows the lock. Nothing happens where no lock is set. */
export function lockWhenIdle(anew: () => void): void {
  let saidMs = 0;
  const look = async (): Promise<boolean> => {
    // A store that does not open gives nothing to anybody: whoever asks it for something is told.
    const isOver = await isLocked(Date.now()).catch(() => false);
    if (isOver) anew();
    return isOver;
  };
  const hand = async (): Promise<void> => {
    if (Date.now() - saidMs < SAY_MS) return;
    saidMs = Date.now();
    // The first touch after the time was over opens nothing: it is looked before it counts.
    if (!(await look())) await used(Date.now()).catch(() => undefined);
  };
  for (const name of HANDS) addEventListener(name, () => void hand(), { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => void look());
  setInterval(() => void look(), LOOK_MS);
}
