/** The screens of a professional. */
import type { JSX } from "preact";

import { CaseScreen } from "../../features/cases/case.tsx";
import { CasesScreen } from "../../features/cases/cases.tsx";
import { InboxScreen } from "../../features/inbox/inbox.tsx";
import { SearchScreen } from "../../features/search/search.tsx";
import { EntryScreen } from "../../features/thread/entry.tsx";
import { ExchangeScreen, ThreadScreen } from "../../features/thread/thread.tsx";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

const SCREENS: Screens<"home" | "cases" | "case" | "thread" | "exchange" | "entry" | "search"> = {
  home: () => <InboxScreen />,
  cases: () => <CasesScreen />,
  case: (route) => <CaseScreen of={route.case} />,
  thread: (route) => <ThreadScreen of={route.case} part={route.part} />,
  exchange: (route) => <ExchangeScreen of={route.case} exchange={route.exchange} />,
  entry: (route) => <EntryScreen of={route.case} place={route.place} entry={route.entry} />,
  search: () => <SearchScreen />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
