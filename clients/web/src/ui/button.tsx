/** A button that says when it works: it stays in its place and keeps the focus, and a second press does nothing. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

type Kind = "main" | "danger" | "quiet";

interface ButtonProps {
  readonly kind?: Kind;
  readonly onPress: () => Promise<void> | void;
  /** What it says to who listens, when its text alone is not enough: « Retirer » of which line. */
  readonly label?: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Button({ kind, onPress, label, wide, children }: ButtonProps): JSX.Element {
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
    <button type="button" class={classes(kind, wide)} aria-label={label} aria-disabled={busy} onClick={() => void press()}>
      {children}
    </button>
  );
}

interface LinkProps {
  readonly kind?: Kind;
  readonly href: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/** A link that looks like a button: going somewhere is never an act. */
export function ButtonLink({ kind, href, wide, children }: LinkProps): JSX.Element {
  return (
    <a class={classes(kind, wide)} href={href}>
      {children}
    </a>
  );
}

function classes(kind: Kind | undefined, wide: boolean | undefined): string {
  return `button${kind === undefined ? "" : ` button-${kind}`}${wide === true ? " button-wide" : ""}`;
}
