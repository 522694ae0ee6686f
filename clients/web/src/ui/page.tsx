/** The frame of a screen: one title, one main part that takes the focus when the screen changes. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface PageProps {
  readonly title: string;
  /** One sentence under the title. */
  readonly lead?: ComponentChildren;
  /** Where this screen belongs: a link above the title. */
  readonly back?: { readonly href: string; readonly label: string };
  /** For tables and timelines: the whole width. */
  readonly wide?: boolean;
  readonly children?: ComponentChildren;
}

let shown = false;

export function Page({ title, lead, back, wide, children }: PageProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Never a name or a content: other programs read the titles of windows.
    document.title = `${title} – Volet`;
    // Who listens to the screen hears where they are; the first screen leaves the focus where the browser put it.
    if (shown) heading.current?.focus();
    shown = true;
  }, [title]);
  return (
    <main class={wide === true ? "page page-wide" : "page"} id="main" tabIndex={-1}>
      <header class="page-head">
        {back !== undefined && (
          <a class="back" href={back.href}>
            {back.label}
          </a>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <p class="lead">{lead}</p>}
      </header>
      {children}
    </main>
  );
}
