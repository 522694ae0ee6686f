/** More for who wants it: closed at first, opened by one press. */
import type { ComponentChildren, JSX } from "preact";

interface DisclosureProps {
  readonly summary: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Disclosure({ summary, children }: DisclosureProps): JSX.Element {
  return (
    <details class="disclosure">
      <summary>{summary}</summary>
      <div class="stack">{children}</div>
    </details>
  );
}
