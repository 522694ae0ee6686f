/** « Qu'y a-t-il dans mon dossier ? »: each part in plain words, and whether somebody wrote in it. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { GROUPS, groupName, partName } from "../../i18n/codes.ts";
import type { Group } from "../../i18n/codes.ts";
import type { Count } from "../../client/waiting.ts";
import type { SectionState } from "../../protocol/case-state.ts";
import type { Compartment } from "../../protocol/vocabulary.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, List, Row } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { ALL } from "./my-read.tsx";

export function MyParts({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, language, client } = useApp();
  const view = useLoad(async () => {
    const [{ main }, counts] = await Promise.all([client.casebook.view(case_), client.waiting.counts(case_)]);
    await client.save();
    return { sections: main.sections, counts: countsOf(counts) };
  }, [client, case_]);
  return (
    <Page
      title={messages.myParts.title}
      lead={messages.myParts.lead}
      back={{ href: href({ name: "home" }), label: messages.mine.back }}
    >
      <Loaded from={view} lines={8}>
        {({ sections, counts }) => (
          <>
            {counts.size > 0 && (
              <div class="row">
                <ButtonLink kind="main" href={href({ name: "myRead", case: case_, part: ALL })}>
                  {messages.myRead.all}
                </ButtonLink>
              </div>
            )}
            <Card title={messages.myParts.levels}>
              <p>{messages.myParts.essential}</p>
              <p>{messages.myParts.detail}</p>
            </Card>
            {(Object.keys(GROUPS) as Group[]).map((group) => (
              <Card title={groupName(group, language)} key={group}>
                <List label={groupName(group, language)}>
                  {GROUPS[group].map((part) => (
                    <Row
                      key={part}
                      title={partName(part, language)}
                      detail={messages.partMeaning[part]}
                      aside={<Inside part={part} count={counts.get(part) ?? 0} used={isUsed(sections, part)} />}
                      {...(counts.has(part) ? { href: href({ name: "myRead", case: case_, part }) } : {})}
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

/** How many things she may read in each part. */
function countsOf(counts: readonly Count[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { place, readable } of counts) {
    if (readable === 0 || (place.kind !== "section" && place.kind !== "masked")) continue;
    const part = place.name.split("/")[0] ?? "";
    found.set(part, (found.get(part) ?? 0) + readable);
  }
  return found;
}

interface InsideProps {
  readonly part: Compartment;
  readonly count: number;
  readonly used: boolean;
}

function Inside({ part, count, used }: InsideProps): JSX.Element {
  const { messages } = useApp();
  if (count > 0) return <Badge tone="accent">{messages.myParts.read(count)}</Badge>;
  // What concerns a child's protection is not said to be there or not.
  if (part === "child_protection") return <></>;
  return used ? <Badge tone="accent">{messages.myParts.used}</Badge> : <Badge>{messages.myParts.unused}</Badge>;
}

/** Keys of a part exist once somebody wrote in it: nobody makes them before. */
function isUsed(sections: ReadonlyMap<string, SectionState>, part: string): boolean {
  return [...sections].some(([section, { epoch }]) => section.split("/")[0] === part && epoch > 0);
}
