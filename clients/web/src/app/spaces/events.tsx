/** The screens around events: emergency access, what waits for an answer, conferences, reports of danger. */
import type { JSX } from "preact";

import { DangerOneScreen, DangerScreen } from "../../features/events/danger.tsx";
import { DemandScreen } from "../../features/events/demand.tsx";
import { DemandsScreen } from "../../features/events/demands.tsx";
import { MeetingFormScreen } from "../../features/events/meeting-form.tsx";
import { MeetingScreen, MeetingsScreen } from "../../features/events/meeting.tsx";
import { PresentScreen } from "../../features/events/present.tsx";
import { UrgentReviewScreen } from "../../features/events/urgent-review.tsx";
import { UrgentCaseScreen, UrgentFindScreen } from "../../features/events/urgent.tsx";
import type { EVENT_NAMES } from "../routes.ts";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

const SCREENS: Screens<"demands" | "demand" | (typeof EVENT_NAMES)[number]> = {
  demands: () => <DemandsScreen />,
  demand: (route) => <DemandScreen of={route.case} request={route.request} />,
  urgent: () => <UrgentFindScreen />,
  meetings: (route) => <MeetingsScreen of={route.case} />,
  "meeting-new": (route) => <MeetingFormScreen of={route.case} />,
  meeting: (route) => <MeetingScreen of={route.case} conference={route.conference} />,
  "meeting-show": (route) => <PresentScreen of={route.case} conference={route.conference} />,
  danger: (route) => <DangerScreen of={route.case} />,
  "danger-one": (route) => <DangerOneScreen of={route.case} report={route.report} />,
  "urgent-case": (route) => <UrgentCaseScreen of={route.case} />,
  "urgent-review": (route) => <UrgentReviewScreen of={route.case} emergency={route.emergency} />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
