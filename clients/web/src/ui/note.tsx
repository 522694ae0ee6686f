/** A remark of the product to its user; what failed is told at once to who listens. */
import type { ComponentChildren, JSX } from "preact";

interface NoteProps {
  readonly kind: "plain" | "warn" | "danger" | "good";
  readonly children: ComponentChildren;
}

export function Note({ kind, children }: NoteProps): JSX.Element {
  return (
    <div class={`note note-${kind}`} role={kind === "danger" ? "alert" : "status"}>
      {children}
    </div>
  );
}
