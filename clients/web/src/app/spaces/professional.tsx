/** The screens of a professional. */
import type { JSX } from "preact";

import { CaseScreen } from "../../features/cases/case.tsx";
import { CasesScreen } from "../../features/cases/cases.tsx";
import { NewExchangeScreen } from "../../features/compose/new-exchange.tsx";
import { OutgoingBar, OutgoingScreen } from "../../features/compose/outgoing.tsx";
import { ActionsScreen } from "../../features/inbox/actions.tsx";
import { InboxScreen } from "../../features/inbox/inbox.tsx";
import { SearchScreen } from "../../features/search/search.tsx";
import { EntryScreen } from "../../features/thread/entry.tsx";
import { ExchangeScreen, ThreadScreen } from "../../features/thread/thread.tsx";
import { COURSE_NAMES, EVENT_NAMES } from "../routes.ts";
import { lateScreen } from "../late-screen.tsx";
import { TEAM_SCREENS } from "./team.tsx";
import type { TeamRoute } from "./team.tsx";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

type Reading = "home" | "cases" | "case" | "thread" | "exchange" | "entry" | "search" | "demands" | "demand";
type Writing = "outgoing" | "actions" | "newExchange";

/** Events around a case, in a file of their own. */
const Events = lateScreen("app/spaces/events.tsx", async () => (await import("./events.tsx")).Space);

/** What is seldom done about a case, in a file of its own. */
const Course = lateScreen("app/spaces/course.tsx", async () => (await import("./course.tsx")).Space);

const SCREENS: Screens<Reading | Writing | TeamRoute> = {
  home: () => <InboxScreen />,
  cases: () => <CasesScreen />,
  case: (route) => <CaseScreen of={route.case} />,
  thread: (route) => <ThreadScreen of={route.case} part={route.part} />,
  exchange: (route) => <ExchangeScreen of={route.case} exchange={route.exchange} />,
  entry: (route) => <EntryScreen of={route.case} place={route.place} entry={route.entry} />,
  search: () => <SearchScreen />,
  demands: (route) => <Events route={route} />,
  demand: (route) => <Events route={route} />,
  ...TEAM_SCREENS,
  outgoing: () => <OutgoingScreen />,
  actions: () => <ActionsScreen />,
  newExchange: (route) => <NewExchangeScreen of={route.case} />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return (
    <>
      {screenOf(route)}
      <OutgoingBar route={route} />
    </>
  );
}

function screenOf(route: Route): JSX.Element | null {
  if (EVENT_NAMES.some((name) => name === route.name)) return <Events route={route} />;
  return COURSE_NAMES.some((name) => name === route.name) ? <Course route={route} /> : shown(SCREENS, route);
}
