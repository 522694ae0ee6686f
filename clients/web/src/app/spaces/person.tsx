/** The screens of a person, for whom a file is kept; and of who represents her, which every one of them says. */
import type { JSX } from "preact";

import { Acting } from "../../features/person/acting.tsx";
import { MyFile, MyHome } from "../../features/person/my-home.tsx";
import { MyAccount } from "../../features/person/my-account.tsx";
import { MyChoices } from "../../features/person/my-choices.tsx";
import { MyConsent } from "../../features/person/my-consent.tsx";
import { MyEntry } from "../../features/person/my-entry.tsx";
import { MyLook } from "../../features/person/my-look.tsx";
import { MyLooks } from "../../features/person/my-looks.tsx";
import { MyParts } from "../../features/person/my-parts.tsx";
import { MyRead } from "../../features/person/my-read.tsx";
import { MyWho } from "../../features/person/my-who.tsx";
import { MyWrite } from "../../features/person/my-write.tsx";
import { lateScreen } from "../late-screen.tsx";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

// What few people ask for, and seldom.
const Papers = lateScreen("features/person/papers.tsx", async () => (await import("../../features/person/papers.tsx")).Papers);

const SCREENS: Screens<
  | "home"
  | "myFile"
  | "myLooks"
  | "myLook"
  | "myChoices"
  | "myConsent"
  | "myWho"
  | "myParts"
  | "myRead"
  | "myEntry"
  | "myWrite"
  | "myCopy"
  | "myRequests"
  | "myPaper"
  | "myAccount"
> = {
  home: () => <MyHome />,
  myFile: (route) => <MyFile case_={route.case} />,
  myLooks: (route) => <MyLooks case_={route.case} />,
  myLook: (route) => <MyLook case_={route.case} index={route.index} />,
  myChoices: (route) => <MyChoices case_={route.case} />,
  myConsent: (route) => <MyConsent case_={route.case} participation={route.participation} />,
  myWho: (route) => <MyWho case_={route.case} />,
  myParts: (route) => <MyParts case_={route.case} />,
  myRead: (route) => <MyRead case_={route.case} part={route.part} />,
  myEntry: (route) => <MyEntry case_={route.case} place={route.place} entry={route.entry} />,
  myWrite: (route) => <MyWrite case_={route.case} />,
  myCopy: (route) => <Papers route={route} />,
  myRequests: (route) => <Papers route={route} />,
  myPaper: (route) => <Papers route={route} />,
  myAccount: (route) => <MyAccount case_={route.case} />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return (
    <>
      {"case" in route && route.name !== "myFile" && <Acting case_={route.case} />}
      {shown(SCREENS, route)}
    </>
  );
}
