/** « Qu'y a-t-il dans mon dossier ? »: each part in plain words, and whether somebody wrote in it. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { GROUPS, groupName, partName } from "../../i18n/codes.ts";
import type { Group } from "../../i18n/codes.ts";
import type { SectionState } from "../../protocol/case-state.ts";
import { Badge, Card, List, Row } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";

export function MyParts({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, language, client } = useApp();
  const view = useLoad(async () => {
    const { main } = await client.casebook.view(case_);
    await client.save();
    return main;
  }, [client, case_]);
  return (
    <Page
      title={messages.myParts.title}
      lead={messages.myParts.lead}
      back={{ href: href({ name: "home" }), label: messages.mine.back }}
    >
      <Card title={messages.myParts.levels}>
        <p>{messages.myParts.essential}</p>
        <p>{messages.myParts.detail}</p>
      </Card>
      <Loaded from={view} lines={8}>
        {(main) => (
          <>
            {(Object.keys(GROUPS) as Group[]).map((group) => (
              <Card title={groupName(group, language)} key={group}>
                <List label={groupName(group, language)}>
                  {GROUPS[group].map((part) => (
                    <Row
                      key={part}
                      title={partName(part, language)}
                      detail={messages.partMeaning[part]}
                      aside={
                        group === "child" ? undefined : isUsed(main.sections, part) ? (
                          <Badge tone="accent">{messages.myParts.used}</Badge>
                        ) : (
                          <Badge>{messages.myParts.unused}</Badge>
                        )
                      }
                    />
                  ))}
                </List>
              </Card>
            ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Keys of a part exist once somebody wrote in it: nobody makes them before. */
function isUsed(sections: ReadonlyMap<string, SectionState>, part: string): boolean {
  return [...sections].some(([section, { epoch }]) => section.split("/")[0] === part && epoch > 0);
}
