/** The screens of team and consent: there from the start, because consent is collected where there is no network to fetch a file from. */
import { AddScreen } from "../../features/team/add.tsx";
import { AroundScreen } from "../../features/team/around.tsx";
import { ConsentAskScreen } from "../../features/team/consent-ask.tsx";
import { ConsentsScreen } from "../../features/team/consents.tsx";
import { TeamScreen } from "../../features/team/team.tsx";
import { WithdrawScreen } from "../../features/team/withdraw.tsx";
import type { Screens } from "../screen-of.ts";

export type TeamRoute = "team" | "team-add" | "around" | "consents" | "consent-ask" | "withdraw";

export const TEAM_SCREENS: Screens<TeamRoute> = {
  team: (route) => <TeamScreen of={route.case} />,
  "team-add": (route) => <AddScreen of={route.case} />,
  around: (route) => <AroundScreen of={route.case} />,
  consents: (route) => <ConsentsScreen of={route.case} />,
  "consent-ask": (route) => <ConsentAskScreen of={route.case} participation={route.participation} />,
  withdraw: (route) => <WithdrawScreen of={route.case} />,
};
