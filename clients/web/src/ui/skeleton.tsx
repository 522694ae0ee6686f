/** The room of what is being loaded: nothing moves when it comes. */
import type { JSX } from "preact";

interface SkeletonProps {
  readonly lines: number;
  readonly label: string;
}

export function Skeleton({ lines, label }: SkeletonProps): JSX.Element {
  return (
    <div class="skeleton" aria-busy="true">
      <p class="hidden-visually" role="status">
        {label}
      </p>
      {Array.from({ length: lines }, (_, at) => (
        <span class="skeleton-line" key={at} />
      ))}
    </div>
  );
}
