/**
 * Where things stand, for who listens: a region that is there before its words. Most screen readers tell nothing of a line that comes
 * into the page together with what it says.
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

const listeners = new Set<(words: string) => void>();

/** Say it once to who listens; nothing changes on the screen. */
export function hear(words: string): void {
  for (const listener of listeners) listener(words);
}

export function Heard(): JSX.Element {
  const [said, setSaid] = useState("");
  useEffect(() => {
    listeners.add(setSaid);
    return () => {
      listeners.delete(setSaid);
    };
  }, []);
  return (
    <p class="hidden-visually" role="status">
      {said}
    </p>
  );
}
