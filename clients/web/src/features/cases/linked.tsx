/** On both of two cases brought together (F24): which one goes on, which one is closed to writing, and the way to the other. */
import type { JSX } from "preact";

import { href } from "../../app/router.ts";
import type { Route } from "../../app/router.ts";
import type { LinkShown } from "../../client/linked-cases.ts";
import { useWords } from "../../i18n/words.ts";
import { Name } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";

interface LinkedProps {
  readonly links: readonly LinkShown[];
  readonly sentence: (link: LinkShown) => string;
  readonly route: (other: string) => Route;
}

/** Nothing of a link that only one side has signed: it changes nothing yet. */
export function Linked({ links, sentence, route }: LinkedProps): JSX.Element {
  const { messages } = useWords();
  return (
    <>
      {links
        .filter(({ effective }) => effective !== false)
        .map((one) => (
          <Note key={one.link} kind={one.role === "closed" ? "warn" : "plain"}>
            <strong>
              <Name>{sentence(one)}</Name>
            </strong>
            {one.role === "closed" && <span>{messages.links.stays}</span>}
            {one.seen && <a href={href(route(one.other))}>{messages.links.open}</a>}
          </Note>
        ))}
    </>
  );
}
