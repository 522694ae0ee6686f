/** Which screen each route shows. */
import type { JSX } from "preact";

import { EmergenciesScreen, EmergencyScreen } from "../features/audit/emergencies.tsx";
import { EntryScreen as LogEntryScreen } from "../features/audit/entry.tsx";
import { AuditHome } from "../features/audit/home.tsx";
import { JournalScreen } from "../features/audit/journal.tsx";
import { SheetForm, SheetScreen } from "../features/audit/sheet.tsx";
import { StateScreen } from "../features/audit/state.tsx";
import { CaseScreen } from "../features/cases/case.tsx";
import { CasesScreen } from "../features/cases/cases.tsx";
import { CapacityScreen } from "../features/entry/capacity.tsx";
import { DeviceScreen } from "../features/entry/device.tsx";
import { HomeScreen } from "../features/entry/home.tsx";
import { MyAccount } from "../features/person/my-account.tsx";
import { MyChoices } from "../features/person/my-choices.tsx";
import { MyConsent } from "../features/person/my-consent.tsx";
import { MyLook } from "../features/person/my-look.tsx";
import { MyLooks } from "../features/person/my-looks.tsx";
import { MyParts } from "../features/person/my-parts.tsx";
import { MyWho } from "../features/person/my-who.tsx";
import { InboxScreen } from "../features/inbox/inbox.tsx";
import { SearchScreen } from "../features/search/search.tsx";
import { EntryScreen } from "../features/thread/entry.tsx";
import { ExchangeScreen, ThreadScreen } from "../features/thread/thread.tsx";
import { useWords } from "../i18n/words.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { useApp } from "./context.ts";
import { href } from "./router.ts";
import type { Route, RouteName, RouteOf } from "./router.ts";

/** A screen for each route of these names. */
export type Screens<Names extends RouteName> = { readonly [Name in Names]: (route: RouteOf<Name>) => JSX.Element };

const SCREENS: Screens<RouteName> = {
  home: () => <Start />,
  device: () => <DeviceScreen />,
  capacity: () => <CapacityScreen />,
  myLooks: (route) => <MyLooks case_={route.case} />,
  myLook: (route) => <MyLook case_={route.case} index={route.index} />,
  myChoices: (route) => <MyChoices case_={route.case} />,
  myConsent: (route) => <MyConsent case_={route.case} participation={route.participation} />,
  myWho: (route) => <MyWho case_={route.case} />,
  myParts: (route) => <MyParts case_={route.case} />,
  myAccount: (route) => <MyAccount case_={route.case} />,
  "audit-log": (route) => <JournalScreen since={route.since} until={route.until} />,
  "audit-case": (route) => <JournalScreen case={route.case} reason={route.reason} since={route.since} until={route.until} />,
  "audit-entry": (route) => <LogEntryScreen index={route.index} />,
  "audit-emergencies": () => <EmergenciesScreen />,
  "audit-emergency": (route) => <EmergencyScreen emergency={route.emergency} />,
  "audit-state": () => <StateScreen />,
  "audit-sheet": () => <SheetForm />,
  "audit-sheet-of": (route) => <SheetScreen of={route.case} reason={route.reason} day={route.day} />,
  cases: () => <CasesScreen />,
  case: (route) => <CaseScreen of={route.case} />,
  thread: (route) => <ThreadScreen of={route.case} part={route.part} />,
  exchange: (route) => <ExchangeScreen of={route.case} exchange={route.exchange} />,
  entry: (route) => <EntryScreen of={route.case} place={route.place} entry={route.entry} />,
  search: () => <SearchScreen />,
};

/** Where somebody arrives: a professional on what there is to read, who watches over the log at the log. */
function Start(): JSX.Element {
  switch (useApp().space) {
    case "professional":
      return <InboxScreen />;
    case "auditor":
      return <AuditHome />;
    case "person":
      return <HomeScreen />;
  }
}

/** The screen of a route, or that there is no such page. */
export function Screen({ route }: { readonly route: Route | undefined }): JSX.Element {
  if (route === undefined) return <Unknown />;
  // The table is total and each entry takes the route of its own name.
  const screen = SCREENS[route.name] as (route: Route) => JSX.Element;
  return screen(route);
}

function Unknown(): JSX.Element {
  const { messages } = useWords();
  return (
    <Page title={messages.shell.unknownTitle} lead={messages.shell.unknownBody}>
      <div class="row">
        <ButtonLink href={href({ name: "home" })}>{messages.shell.toStart}</ButtonLink>
      </div>
    </Page>
  );
}
