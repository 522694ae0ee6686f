/** What every screen of a professional's reading does: it is looked at again while it is in sight. */
import { useEffect } from "preact/hooks";

import { useApp } from "../../app/context.ts";

/** How often a screen asks by itself where no hints come, and where they do: nobody has to be believed that nothing moved. */
const ALONE_MS = 30_000;
const HINTED_MS = 300_000;
/** Hints come in bursts: the first is followed at once, the rest of them together. */
const BURST_MS = 250;

/**
 * Look again when the hub hints that the case moved (without `of`: any case), while the page is in sight and on line; at once when
 * it comes back; and every now and then by itself.
 */
export function useLookAgain(look: () => void, of?: string): void {
  const { live } = useApp().client;
  useEffect(() => {
    let lookedMs = performance.now();
    let burst: ReturnType<typeof setTimeout> | undefined;
    let more = false;
    const again = (): void => {
      if (document.visibilityState !== "visible" || !navigator.onLine) return;
      lookedMs = performance.now();
      look();
    };
    const hinted = (): void => {
      if (burst !== undefined) {
        more = true;
        return;
      }
      again();
      burst = setTimeout(() => {
        burst = undefined;
        if (more) hinted();
        more = false;
      }, BURST_MS);
    };
    const unlisten = live.listen((heard) => {
      if (heard === undefined || of === undefined || heard === of) hinted();
    });
    const timer = setInterval(() => {
      if (performance.now() - lookedMs >= (live.isOpen ? HINTED_MS : ALONE_MS)) again();
    }, ALONE_MS);
    document.addEventListener("visibilitychange", again);
    addEventListener("online", again);
    return () => {
      unlisten();
      clearTimeout(burst);
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      removeEventListener("online", again);
    };
  }, [live, look, of]);
}
