/** The person's first screen: her file, what happens in it, what she decides. */
import type { ComponentChildren, JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Route } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { CaseView } from "../../client/casebook.ts";
import type { LinkShown } from "../../client/linked-cases.ts";
import type { Names } from "../../client/names.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Card, Empty, Name } from "../../ui/card.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { Page } from "../../ui/page.tsx";
import { Device } from "../entry/device.tsx";
import { Acting } from "./acting.tsx";
import { Linked } from "../cases/linked.tsx";
import { NameIt } from "./name-it.tsx";

export function MyHome(): JSX.Element {
  const { messages, client } = useApp();
  const cases = useLoad(async () => {
    const [ids, names] = await Promise.all([client.casebook.cases(), client.desk.names]);
    const views = await Promise.all(ids.map((id) => client.casebook.view(id)));
    const [only, second] = views;
    const links = only === undefined || second !== undefined ? [] : await client.writing.links.links(only.case);
    await client.save();
    return { views, links, names };
  }, [client]);
  // Nobody who acts for another is told that the file is theirs.
  const own = cases.state !== "ready" || cases.value.views.every(({ main }) => main.facts.personUsers.has(client.author.user));
  const several = cases.state === "ready" && cases.value.views.length > 1;
  return (
    <Page
      title={several ? messages.mine.several : messages.home.title}
      lead={several ? messages.mine.severalLead : own ? messages.mine.lead : undefined}
    >
      <Loaded from={cases} lines={5}>
        {({ views, links, names }) => {
          const [only, second] = views;
          if (only === undefined) return <NoCase />;
          return (
            <>
              {second === undefined ? (
                <MyCase view={only} links={links} names={names} again={cases.again} />
              ) : (
                <Files views={views} names={names} />
              )}
              <p class="soft">{messages.mine.doNotLend}</p>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** One file of several, on its own screen. */
export function MyFile({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(async () => {
    const view = await client.casebook.view(case_);
    const [links, names] = await Promise.all([client.writing.links.links(case_), client.desk.names]);
    await client.save();
    return { view, links, names };
  }, [client, case_]);
  return (
    <Page title={messages.mine.title} back={{ href: href({ name: "home" }), label: messages.mine.several }}>
      <Loaded from={found} lines={5}>
        {({ view, links, names }) => <MyCase view={view} links={links} names={names} again={found.again} />}
      </Loaded>
    </Page>
  );
}

interface FilesProps {
  readonly views: readonly CaseView[];
  readonly names: Names;
}

/** All her files, and those of people she represents: one account shows them all (F24). */
function Files({ views, names }: FilesProps): JSX.Element {
  const { messages, session, client } = useApp();
  return (
    <nav class="doors" aria-label={messages.mine.several}>
      {views.map(({ case: case_, main }) => {
        const own = main.facts.personUsers.has(client.author.user);
        const name = names.of("case", case_);
        return (
          <Door route={{ name: "myFile", case: case_ }} icon={own ? "file" : "people"} key={case_}>
            <span class="door-title">
              {name === undefined ? messages.mine.reference(referenceOf(case_)) : <Name>{name}</Name>}
            </span>
            <span class="soft">
              {own ? messages.mine.keptBy(structureLabel(session.bundle.registrars, main.facts.structure)) : messages.mine.acting}
            </span>
          </Door>
        );
      })}
    </nav>
  );
}

interface DoorProps {
  readonly route: Route;
  readonly icon: IconName;
  readonly children: ComponentChildren;
}

function Door({ route, icon, children }: DoorProps): JSX.Element {
  return (
    <a class="door" href={href(route)}>
      <Icon name={icon} />
      <span class="door-text">{children}</span>
    </a>
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

interface CaseProps {
  readonly view: CaseView;
  readonly links: readonly LinkShown[];
  readonly names: Names;
  readonly again: () => void;
}

function MyCase({ view, links, names, again }: CaseProps): JSX.Element {
  const { messages, session } = useApp();
  const { facts } = view.main;
  const case_ = view.case;
  const said = messages.mine;
  const doors: readonly (readonly [Route, IconName, string, string])[] = [
    [{ name: "myParts", case: case_ }, "file", said.parts, said.partsHelp],
    [{ name: "myLooks", case: case_ }, "eye", said.looks, said.looksHelp],
    [{ name: "myWho", case: case_ }, "people", said.who, said.whoHelp],
    [{ name: "myChoices", case: case_ }, "check", said.choices, said.choicesHelp],
    [{ name: "myWrite", case: case_ }, "pen", messages.myWrite.door, messages.myWrite.doorHelp],
    [{ name: "myRequests", case: case_ }, "inbox", messages.myRequests.title, messages.myRequests.doorHelp],
    [{ name: "myCopy", case: case_ }, "device", messages.myCopy.door, messages.myCopy.doorHelp],
    [{ name: "myAccount", case: case_ }, "out", said.account, said.accountHelp],
  ];
  const name = names.of("case", case_);
  return (
    <>
      <Acting case_={case_} key={name} />
      <Linked links={links} sentence={({ role }) => said[role]} route={(other) => ({ name: "myFile", case: other })} />
      <Card title={said.title}>
        <nav class="doors" aria-label={said.title}>
          {doors.map(([route, icon, title, help]) => (
            <Door route={route} icon={icon} key={route.name}>
              <span class="door-title">{title}</span>
              <span class="soft">{help}</span>
            </Door>
          ))}
        </nav>
        <p class="soft">
          {said.keptBy(structureLabel(session.bundle.registrars, facts.structure))}
          <br />
          {said.reference(referenceOf(case_))}
        </p>
        <NameIt kind="case" id={case_} known={name} onNamed={again} />
      </Card>
    </>
  );
}
