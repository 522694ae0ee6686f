/** What the person asks for seldom, in a file of its own: a copy of her file, her requests, the paper of a decision. */
import type { JSX } from "preact";

import { shown } from "../../app/screen-of.ts";
import type { Screens } from "../../app/screen-of.ts";
import type { Route } from "../../app/router.ts";
import { MyCopy } from "./my-copy.tsx";
import { MyPaper } from "./my-paper.tsx";
import { MyRequests } from "./my-requests.tsx";

const SCREENS: Screens<"myCopy" | "myRequests" | "myPaper"> = {
  myCopy: (route) => <MyCopy case_={route.case} />,
  myRequests: (route) => <MyRequests case_={route.case} />,
  myPaper: (route) => <MyPaper case_={route.case} fact={route.fact} />,
};

export function Papers({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
