/** What arrived and does not verify: that it is not shown, and why, where it would have stood. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { failureText } from "../../i18n/failures.ts";
import type { ProtocolError } from "../../protocol/errors.ts";
import { Note } from "../../ui/note.tsx";

export function Mistrusted({ errors }: { readonly errors: readonly ProtocolError[] }): JSX.Element {
  const { messages } = useApp();
  const [first] = errors;
  if (first === undefined) return <></>;
  const count = messages.mistrust.hidden(String(errors.length));
  return (
    <Note kind="danger">
      <strong>{count}</strong>
      <span>{failureText(first, messages)}</span>
    </Note>
  );
}
