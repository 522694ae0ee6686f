/** What every screen of a professional's reading does: it is looked at again while it is in sight. */
import { useEffect } from "preact/hooks";

/** Look again every so often while the page is in sight and on line, and at once when it comes back. */
export function useLookAgain(look: () => void, everyMs: number): void {
  useEffect(() => {
    const again = (): void => {
      if (document.visibilityState === "visible" && navigator.onLine) look();
    };
    const timer = setInterval(again, everyMs);
    document.addEventListener("visibilitychange", again);
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      removeEventListener("online", again);
    };
  }, [look, everyMs]);
}
