/** The screens of the course of a case: opened, held back, represented, opposed to, handed over, on paper. */
import type { JSX } from "preact";

import { AwayScreen } from "../../features/course/away.tsx";
import { HandOverScreen } from "../../features/course/hand-over.tsx";
import { InviteScreen } from "../../features/course/invite.tsx";
import { JoinScreen } from "../../features/course/join.tsx";
import { LinksScreen } from "../../features/course/links.tsx";
import { MandatesScreen } from "../../features/course/mandates.tsx";
import { OpenCaseScreen } from "../../features/course/opening.tsx";
import { OppositionsScreen } from "../../features/course/oppositions.tsx";
import { RoundCaseScreen, RoundScreen } from "../../features/course/round.tsx";
import { StepsScreen } from "../../features/course/steps.tsx";
import { WithholdScreen } from "../../features/course/withhold.tsx";
import { PrintEntryScreen, PrintPartScreen } from "../../features/paper/print.tsx";
import type { COURSE } from "../routes.ts";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

const SCREENS: Screens<keyof typeof COURSE> = {
  "print-part": (route) => <PrintPartScreen of={route.case} part={route.part} />,
  withhold: (route) => <WithholdScreen of={route.case} place={route.place} entry={route.entry} />,
  mandates: (route) => <MandatesScreen of={route.case} />,
  oppositions: (route) => <OppositionsScreen of={route.case} />,
  links: (route) => <LinksScreen of={route.case} />,
  join: (route) => <JoinScreen of={route.case} invitation={route.invitation} />,
  "team-invite": (route) => <InviteScreen of={route.case} />,
  away: (route) => <AwayScreen of={route.case} />,
  steps: (route) => <StepsScreen of={route.case} />,
  "open-case": () => <OpenCaseScreen />,
  "hand-over": () => <HandOverScreen />,
  round: () => <RoundScreen />,
  "round-case": (route) => <RoundCaseScreen of={route.case} />,
  "print-entry": (route) => <PrintEntryScreen of={route.case} place={route.place} entry={route.entry} />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
