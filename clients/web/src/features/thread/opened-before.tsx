/** Who had opened what I took back (F19): told by the platform from its log, to its author, on the device that took it back. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { structureLabel } from "../../app/shell.tsx";
import type { ListedEntry } from "../../client/lists.ts";
import { functionName } from "../../i18n/codes.ts";
import { instant } from "../../i18n/times.ts";
import { Card, List, Name, Row } from "../../ui/card.tsx";

export function OpenedBefore({ of, item }: { readonly of: string; readonly item: ListedEntry }): JSX.Element {
  const { messages, language, client, session } = useApp();
  const { entry, takeBack } = item;
  const words = messages.takeBack;
  const isHere = takeBack?.preamble.device === client.author.identity.device;
  const found = useLoad(async () => {
    if (entry === undefined || takeBack === undefined || !isHere) return [];
    const [opened, { main }, names] = await Promise.all([
      client.writing.posting.takeBack(entry, takeBack),
      client.casebook.view(of, { refresh: false }),
      client.desk.names,
    ]);
    return opened.map(({ user, nearest, timeMs }) => {
      const capacity = main.facts.participationsOf(user)[0]?.fact.capacity;
      const role =
        capacity === undefined
          ? messages.thread[main.facts.personUsers.has(user) ? "person" : "someone"]
          : `${functionName(capacity, language)}, ${structureLabel(session.bundle.registrars, capacity.structure)}`;
      return { user, nearest, timeMs, name: names.of("contact", user) ?? role };
    });
  }, [client, of, entry, isHere, language]);
  return (
    <Card title={words.openedTitle}>
      {isHere ? (
        <Loaded from={found} lines={2}>
          {(opened) =>
            opened.length === 0 ? (
              <p>{words.nobody}</p>
            ) : (
              <>
                <List label={words.openedTitle}>
                  {opened.map(({ user, nearest, timeMs, name }) => (
                    <Row title={<Name>{name}</Name>} detail={words[nearest]} aside={instant(timeMs, language)} key={user} />
                  ))}
                </List>
                <p>{words.next}</p>
              </>
            )
          }
        </Loaded>
      ) : (
        <p>{words.elsewhere}</p>
      )}
    </Card>
  );
}
