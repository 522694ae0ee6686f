/** The outline of every page: the way past the head, the head, whether there is a network, and what was just done. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { useWords } from "../i18n/words.ts";
import type { Space } from "./context.ts";
import { Heard } from "./heard.tsx";
import { href } from "./router.ts";

interface FrameProps {
  /** What stands in the head beside the name of the product. */
  readonly head?: ComponentChildren;
  /** Whose space it is: hers has no small letters. */
  readonly space?: Space;
  readonly children: ComponentChildren;
  /** What was just done, said for a moment. */
  readonly told?: string | undefined;
}

/** The frame without places: for who is not signed in. */
export function Frame({ head, space, children, told }: FrameProps): JSX.Element {
  const { messages } = useWords();
  return (
    <div class={space === undefined ? "shell" : `shell shell-${space}`}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // A fragment is an address here: the focus moves, the address stays.
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {messages.common.skip}
      </a>
      <header class="top">
        {head === undefined ? (
          // Nobody is in: there is nowhere to go, and the keyboard comes to what there is to do first.
          <span class="brand">{messages.common.product}</span>
        ) : (
          <a class="brand" href={href({ name: "home" })}>
            {messages.common.product}
          </a>
        )}
        {head}
      </header>
      <Offline />
      <Heard />
      {children}
      <div class="toasts" role="status">
        {told !== undefined && <p class="toast">{told}</p>}
      </div>
    </div>
  );
}

/** Whether the device has a network at all; the hub may still not answer. */
function Offline(): JSX.Element {
  const { messages } = useWords();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const follow = (): void => {
      setOnline(navigator.onLine);
    };
    addEventListener("online", follow);
    addEventListener("offline", follow);
    return () => {
      removeEventListener("online", follow);
      removeEventListener("offline", follow);
    };
  }, []);
  return <div role="status">{!online && <p class="offline">{messages.shell.offline}</p>}</div>;
}
