/** A question over the screen: the browser's own dialog, which keeps the focus inside and gives it back. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { useWords } from "../i18n/words.ts";

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, open, onClose, children }: DialogProps): JSX.Element {
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { messages } = useWords();
  useEffect(() => {
    const dialog = place.current;
    if (dialog === null || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [open]);
  return (
    <dialog class="dialog" ref={place} aria-labelledby={id} onClose={onClose}>
      {open && (
        <div class="stack">
          <div class="card-head">
            <h2 id={id}>{title}</h2>
            <button type="button" class="button button-quiet" onClick={onClose}>
              {messages.shell.close}
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
