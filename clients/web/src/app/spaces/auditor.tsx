/** The screens of who watches over the log. */
import type { JSX } from "preact";

import { EmergenciesScreen, EmergencyScreen } from "../../features/audit/emergencies.tsx";
import { EntryScreen as LogEntryScreen } from "../../features/audit/entry.tsx";
import { AuditHome } from "../../features/audit/home.tsx";
import { JournalScreen } from "../../features/audit/journal.tsx";
import { SheetForm, SheetScreen } from "../../features/audit/sheet.tsx";
import { StateScreen } from "../../features/audit/state.tsx";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

const SCREENS: Screens<
  | "home"
  | "audit-log"
  | "audit-case"
  | "audit-entry"
  | "audit-emergencies"
  | "audit-emergency"
  | "audit-state"
  | "audit-sheet"
  | "audit-sheet-of"
> = {
  home: () => <AuditHome />,
  "audit-log": (route) => <JournalScreen since={route.since} until={route.until} />,
  "audit-case": (route) => <JournalScreen case={route.case} reason={route.reason} since={route.since} until={route.until} />,
  "audit-entry": (route) => <LogEntryScreen index={route.index} />,
  "audit-emergencies": () => <EmergenciesScreen />,
  "audit-emergency": (route) => <EmergencyScreen emergency={route.emergency} />,
  "audit-state": () => <StateScreen />,
  "audit-sheet": () => <SheetForm />,
  "audit-sheet-of": (route) => <SheetScreen of={route.case} reason={route.reason} day={route.day} />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
