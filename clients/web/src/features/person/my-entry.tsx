/** One thing that was written, opened: what it says, who wrote it, when. Her own words she takes back here. */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { partName } from "../../i18n/codes.ts";
import type { VerifiedEntry } from "../../protocol/entry.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { placeOf } from "../thread/address.ts";
import { EntrySheet } from "../thread/sheet.tsx";

interface EntryProps {
  readonly case_: string;
  readonly place: string;
  readonly entry: string;
}

export function MyEntry({ case_, place, entry }: EntryProps): JSX.Element {
  const { messages, language, client } = useApp();
  const said = messages.myRead;
  const found = useLoad(async () => {
    const { desk } = client;
    const [looked, names, marks] = await Promise.all([client.entries.look(case_, placeOf(place)), desk.names, desk.marks]);
    const items = looked.list.entries.filter((item) => item.entry?.id === entry);
    const [one] = desk.took(looked, await client.entries.titlesOf(looked, items));
    await client.save();
    return { one, item: items[0], names, marks };
  }, [client, case_, place, entry]);
  return (
    <Page title={said.entry} back={{ href: href({ name: "myParts", case: case_ }), label: messages.myParts.title }}>
      <Loaded from={found} lines={8}>
        {({ one, item, names, marks }) =>
          one === undefined ? (
            <p>{item?.takenBack === true ? said.takenBack : said.waiting}</p>
          ) : (
            <>
              <EntrySheet one={one} names={names} marks={marks} />
              {one.author === client.author.user && item?.entry !== undefined && <TakeBack case_={case_} entry={item.entry} />}
              <div class="row">
                <ButtonLink href={href({ name: "myRead", case: case_, part: one.compartment })}>
                  {partName(one.compartment, language)}
                </ButtonLink>
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function TakeBack({ case_, entry }: { readonly case_: string; readonly entry: VerifiedEntry }): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.myWrite;
  const takeBack = useAct(async () => {
    await client.writing.posting.takeBack(entry);
    await client.save();
    tell(said.takenBack);
    go({ name: "myWrite", case: case_ });
  });
  return (
    <Card>
      <p>{said.takeBackHelp}</p>
      <div class="row">
        <Button kind="danger" onPress={() => takeBack.run()}>
          {said.takeBack}
        </Button>
      </div>
      <ActNote act={takeBack} />
    </Card>
  );
}
