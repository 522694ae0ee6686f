/**
 * A long list of which only what is in sight stands in the page: ten thousand lines scroll as ten do. Lines are of one height,
 * which the style sheet gives; who listens is told how many there are and which one this is.
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface VirtualListProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly children: (item: T) => ComponentChildren;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Lines above and below what is in sight: the keyboard finds the next one, and fast thumbs see no gap. */
const BEYOND = 6;
/** So many lines stand in the page as they are. */
const FEW = 40;
const FIRST: Range = { from: 0, to: FEW };

/** The lines to show: of `count` lines of `height`, in a window of `room` whose top is `above` pixels into the list. */
export function inSight(count: number, height: number, above: number, room: number): Range {
  if (height <= 0 || count <= FEW) return { from: 0, to: Math.min(count, FEW) };
  const from = Math.max(0, Math.min(count, Math.floor(above / height)) - BEYOND);
  const to = Math.min(count, Math.max(0, Math.ceil((above + room) / height)) + BEYOND);
  return { from, to: Math.max(from, to) };
}

export function VirtualList<T>({ label, items, keyOf, children }: VirtualListProps<T>): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const [range, setRange] = useState(FIRST);
  const count = items.length;
  useEffect(() => {
    let asked = 0;
    let [begin, line] = [0, 0];
    const look = (): void => {
      asked = 0;
      const next = inSight(count, line, scrollY - begin, innerHeight);
      setRange((held) => (held.from === next.from && held.to === next.to ? held : next));
    };
    // The room of all lines is given by the style sheet: one look says where it begins and how high each is, until something moves.
    const measure = (): void => {
      const place = list.current;
      if (place === null) return;
      const { top, height } = place.getBoundingClientRect();
      [begin, line] = [top + scrollY, height / Math.max(count, 1)];
      look();
    };
    const follow = (): void => {
      if (asked === 0) asked = requestAnimationFrame(look);
    };
    measure();
    const moved = new ResizeObserver(measure);
    moved.observe(document.body);
    addEventListener("scroll", follow, { passive: true });
    addEventListener("resize", measure, { passive: true });
    return () => {
      cancelAnimationFrame(asked);
      moved.disconnect();
      removeEventListener("scroll", follow);
      removeEventListener("resize", measure);
    };
  }, [count]);
  const [from, to] = [Math.min(range.from, count), Math.min(range.to, count)];
  useLayoutEffect(() => {
    const place = list.current;
    if (place === null) return;
    place.style.blockSize = `calc(${count} * var(--line))`;
    place.style.paddingBlockStart = `calc(${from} * var(--line))`;
  }, [from, count]);
  return (
    <ul class="lines lines-long" ref={list} aria-label={label}>
      {items.slice(from, to).map((item, place) => (
        <li key={keyOf(item)} aria-setsize={count} aria-posinset={from + place + 1}>
          {children(item)}
        </li>
      ))}
    </ul>
  );
}
