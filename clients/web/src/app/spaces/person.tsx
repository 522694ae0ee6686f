/** The screens of a person, for whom a file is kept. */
import type { JSX } from "preact";

import { MyHome } from "../../features/person/my-home.tsx";
import { MyAccount } from "../../features/person/my-account.tsx";
import { MyChoices } from "../../features/person/my-choices.tsx";
import { MyConsent } from "../../features/person/my-consent.tsx";
import { MyLook } from "../../features/person/my-look.tsx";
import { MyLooks } from "../../features/person/my-looks.tsx";
import { MyParts } from "../../features/person/my-parts.tsx";
import { MyWho } from "../../features/person/my-who.tsx";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

const SCREENS: Screens<"home" | "myLooks" | "myLook" | "myChoices" | "myConsent" | "myWho" | "myParts" | "myAccount"> = {
  home: () => <MyHome />,
  myLooks: (route) => <MyLooks case_={route.case} />,
  myLook: (route) => <MyLook case_={route.case} index={route.index} />,
  myChoices: (route) => <MyChoices case_={route.case} />,
  myConsent: (route) => <MyConsent case_={route.case} participation={route.participation} />,
  myWho: (route) => <MyWho case_={route.case} />,
  myParts: (route) => <MyParts case_={route.case} />,
  myAccount: (route) => <MyAccount case_={route.case} />,
};

/** The screen of a route of this space. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
