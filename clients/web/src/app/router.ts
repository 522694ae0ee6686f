/** Typed addresses: what a fragment means, how a route is written, and the route where the page stands. */
import { useEffect, useState } from "preact/hooks";

import { ROUTES } from "./routes.ts";

type Routes = typeof ROUTES;
export type RouteName = keyof Routes;

/** The names of the parameters of a pattern: `case` and `entry` of "/cases/:case/entries/:entry". */
type Parameter<Pattern extends string> = Pattern extends `${infer Head}/${infer Rest}`
  ? Parameter<Head> | Parameter<Rest>
  : Pattern extends `:${infer Name}`
    ? Name
    : never;

/** A route of one name, with its parameters. */
export type RouteOf<Name extends RouteName> = { readonly name: Name } & Readonly<Record<Parameter<Routes[Name]>, string>>;

/** Any route. */
export type Route = { [Name in RouteName]: RouteOf<Name> }[RouteName];

/** What a parameter may be: ids and codes. Anything else is no address of ours. */
const VALUE = /^[A-Za-z0-9._~-]{1,128}$/;

/** The address of a route, for a link. */
export function href(route: Route): string {
  const given: Readonly<Record<string, string>> = route;
  const parts = ROUTES[route.name].split("/").map((part) => (part.startsWith(":") ? (given[part.slice(1)] ?? "") : part));
  return `#${parts.join("/")}`;
}

/** The route of a fragment, with or without its sign; undefined for one that is no route. */
export function routeOf(fragment: string): Route | undefined {
  const path = fragment.replace(/^#/, "") || "/";
  for (const [name, pattern] of Object.entries(ROUTES)) {
    const found = matched(pattern, path);
    // The pattern is the one of that name, and every parameter of it was found.
    if (found !== undefined) return { name, ...found } as unknown as Route;
  }
  return undefined;
}

function matched(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
    } else if (VALUE.test(value)) {
      found[part.slice(1)] = value;
    } else {
      return undefined;
    }
  }
  return found;
}

/** Go to a route; the place left stays behind the back button. */
export function go(route: Route): void {
  location.hash = href(route);
}

/** Go to a route in place of this one: for a screen that has become pointless to come back to. */
export function replace(route: Route): void {
  history.replaceState(null, "", href(route));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The fragment where the page stands, followed as it changes. */
export function useFragment(): string {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => {
      setFragment(location.hash);
    };
    addEventListener("hashchange", follow);
    return () => {
      removeEventListener("hashchange", follow);
    };
  }, []);
  return fragment;
}
