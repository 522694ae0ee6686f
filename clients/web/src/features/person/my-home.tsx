/** The person's first screen: her file, what happens in it, what she decides. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Route } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { CaseView } from "../../client/casebook.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Card, Empty } from "../../ui/card.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { Device } from "../entry/device.tsx";

export function MyHome(): JSX.Element {
  const { messages, client } = useApp();
  const cases = useLoad(async () => {
    const ids = await client.casebook.cases();
    const views = await Promise.all(ids.map((id) => client.casebook.view(id)));
    await client.save();
    return views;
  }, [client]);
  return (
    <Page title={messages.home.title} lead={messages.mine.lead}>
      <Loaded from={cases} lines={5}>
        {(views) => (
          <>
            {views.length === 0 && <NoCase />}
            {views.map((view) => (
              <MyCase view={view} key={view.case} />
            ))}
            {views.length > 0 && <p class="soft">{messages.mine.doNotLend}</p>}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function NoCase(): JSX.Element {
  const { messages } = useApp();
  return (
    <>
      <Empty title={messages.mine.none}>
        <p>{messages.mine.noneHelp}</p>
      </Empty>
      <Device />
      <div class="row">
        <ButtonLink kind="quiet" href={href({ name: "capacity" })}>
          {messages.welcome.professional}
        </ButtonLink>
      </div>
    </>
  );
}

function MyCase({ view }: { readonly view: CaseView }): JSX.Element {
  const { messages, session, client } = useApp();
  const { facts } = view.main;
  const own = facts.personUsers.has(client.author.user);
  const case_ = view.case;
  const doors: readonly (readonly [Route, IconName, string, string])[] = [
    [{ name: "myLooks", case: case_ }, "eye", messages.mine.looks, messages.mine.looksHelp],
    [{ name: "myWho", case: case_ }, "people", messages.mine.who, messages.mine.whoHelp],
    [{ name: "myChoices", case: case_ }, "pen", messages.mine.choices, messages.mine.choicesHelp],
    [{ name: "myParts", case: case_ }, "file", messages.mine.parts, messages.mine.partsHelp],
    [{ name: "myAccount", case: case_ }, "check", messages.mine.account, messages.mine.accountHelp],
  ];
  return (
    <Card title={messages.mine.title}>
      {!own && (
        <Note kind="warn">
          <strong>{messages.mine.acting}</strong>
          <span>{messages.mine.actingHelp}</span>
        </Note>
      )}
      <nav class="doors" aria-label={messages.mine.title}>
        {doors.map(([route, icon, title, help]) => (
          <a class="door" href={href(route)} key={route.name}>
            <Icon name={icon} />
            <span class="door-text">
              <span class="door-title">{title}</span>
              <span class="soft">{help}</span>
            </span>
          </a>
        ))}
      </nav>
      <p class="soft">
        {messages.mine.keptBy(structureLabel(session.bundle.registrars, facts.structure))}
        <br />
        {messages.mine.reference(referenceOf(case_))}
      </p>
    </Card>
  );
}
