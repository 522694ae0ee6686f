/** The frame of every screen: a link past the head, one title, one main part that takes the focus when the screen changes. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface PageProps {
  readonly title: string;
  readonly skip: string;
  readonly children: ComponentChildren;
}

let shown = false;

export function Page({ title, skip, children }: PageProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Volet`;
    // Who listens to the screen hears where they are; the first screen leaves the focus where the browser put it.
    if (shown) heading.current?.focus();
    shown = true;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main">
        {skip}
      </a>
      <main class="page" id="main">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
    </>
  );
}
