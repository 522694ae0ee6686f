/** A button that says when it works: it stays in its place and keeps the focus, and a second press does nothing. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

interface ButtonProps {
  readonly kind?: "main" | "danger";
  readonly onPress: () => Promise<void> | void;
  readonly children: ComponentChildren;
}

export function Button({ kind, onPress, children }: ButtonProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      await onPress();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      class={`button ${kind === undefined ? "" : `button-${kind}`}`}
      aria-disabled={busy}
      onClick={() => void press()}
    >
      {children}
    </button>
  );
}
