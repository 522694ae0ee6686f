/** How far something is: a step of a few, or a part of what is being sent. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface ProgressProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
}

export function Progress({ label, value, max }: ProgressProps): JSX.Element {
  const id = useId();
  return (
    <div class="progress">
      <label class="soft" for={id}>
        {label}
      </label>
      <progress id={id} value={value} max={max} />
    </div>
  );
}
