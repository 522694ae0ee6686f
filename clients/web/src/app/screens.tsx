/** Which screen each route shows. */
import type { JSX } from "preact";

import { CapacityScreen } from "../features/entry/capacity.tsx";
import { DeviceScreen } from "../features/entry/device.tsx";
import { HomeScreen } from "../features/entry/home.tsx";
import { MyAccount } from "../features/person/my-account.tsx";
import { MyLook } from "../features/person/my-look.tsx";
import { MyLooks } from "../features/person/my-looks.tsx";
import { MyParts } from "../features/person/my-parts.tsx";
import { MyWho } from "../features/person/my-who.tsx";
import { useWords } from "../i18n/words.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { href } from "./router.ts";
import type { Route, RouteName, RouteOf } from "./router.ts";

/** A screen for each route of these names. */
export type Screens<Names extends RouteName> = { readonly [Name in Names]: (route: RouteOf<Name>) => JSX.Element };

const SCREENS: Screens<RouteName> = {
  home: () => <HomeScreen />,
  device: () => <DeviceScreen />,
  capacity: () => <CapacityScreen />,
  myLooks: (route) => <MyLooks case_={route.case} />,
  myLook: (route) => <MyLook case_={route.case} index={route.index} />,
  myWho: (route) => <MyWho case_={route.case} />,
  myParts: (route) => <MyParts case_={route.case} />,
  myAccount: (route) => <MyAccount case_={route.case} />,
};

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
