/**
 * What is no longer open to this user, or is not: it leaves the screen by itself, and the reason stands in its place. The hub counts
 * what may be read now; a device that kept the key shows nothing more all the same.
 */
import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { explain, levelName } from "../../i18n/codes.ts";
import { placeText } from "../../protocol/places.ts";
import { isPermitted } from "../../protocol/questions.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Note } from "../../ui/note.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { placeOf } from "./address.ts";

/** Whether a place of a case is still open; until the first answer it is taken to be, because nothing is shown before one. */
export function useStillOpen(of: string, place: string): boolean {
  const { client } = useApp();
  const [closed, setClosed] = useState<string>();
  const look = useCallback(() => {
    const asked = placeText(placeOf(place));
    client.waiting.counts(of).then(
      (counts) => {
        const open = counts.some((count) => placeText(count.place) === asked && count.readable > 0);
        setClosed(open ? undefined : place);
      },
      // Without an answer nothing changes: the next look decides.
      () => undefined,
    );
  }, [client, of, place]);
  useLookAgain(look, of);
  return closed !== place;
}

/** In place of an entry: that it is no longer open, why, and the way back to the thread. */
export function Closed({ of, place }: { readonly of: string; readonly place: string }): JSX.Element {
  const { messages } = useApp();
  const at = placeOf(place);
  const part = at.kind === "exchange" || at.kind === "report" ? "all" : (at.name.split("/")[0] ?? "all");
  return (
    <div class="stack">
      <Note kind="warn">
        <strong>{messages.thread.noLonger}</strong>
        <span>{messages.thread.noLongerBody}</span>
      </Note>
      <WhyClosed of={of} part={part} />
      <div class="row">
        <ButtonLink href={href({ name: "thread", case: of, part })}>{messages.thread.backToThread}</ButtonLink>
      </div>
    </div>
  );
}

/** Which levels of a compartment are closed to this user, why, and what to do next; nothing where all is open. */
export function WhyClosed({ of, part }: { readonly of: string; readonly part: string }): JSX.Element {
  const { messages, language, client } = useApp();
  const found = useLoad(async () => {
    const sections = await client.cases.sections(await client.casebook.view(of, { everyClass: true }));
    return sections.filter(({ question, read }) => question.compartment === part && !isPermitted(read));
  }, [client, of, part]);
  return (
    <Loaded from={found} lines={2}>
      {(closed) =>
        closed.length > 0 && (
          <Note kind="plain">
            <strong>{messages.cases.closed}</strong>
            {closed.map(({ section, question, read }) => (
              <span
                key={section}
              >{`${levelName(question.level, language)} : ${explain(read, part, question.level, language)}`}</span>
            ))}
          </Note>
        )
      }
    </Loaded>
  );
}
