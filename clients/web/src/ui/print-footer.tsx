/** The foot of each printed page; not on the screen. */
import type { ComponentChildren, JSX } from "preact";

export function PrintFooter({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <footer class="print-footer">{children}</footer>;
}
