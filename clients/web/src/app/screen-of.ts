/** Tables of screens: which one each route shows. */
import type { JSX } from "preact";

import type { Route, RouteName, RouteOf } from "./router.ts";

/** A screen for each route of these names. */
export type Screens<Names extends RouteName> = { readonly [Name in Names]: (route: RouteOf<Name>) => JSX.Element };

/** The screen that a table has for a route, null when it has none. */
export function shown<Names extends RouteName>(screens: Screens<Names>, route: Route): JSX.Element | null {
  if (!Object.hasOwn(screens, route.name)) return null;
  // Each entry of a table takes the route of its own name.
  const screen = screens[route.name as Names] as (route: Route) => JSX.Element;
  return screen(route);
}
