/** Around every screen: the way past the head, who acts in which capacity, and where to go. On a phone the places are at the foot. */
import type { ComponentChildren, JSX } from "preact";

import { functionName } from "../i18n/codes.ts";
import { Icon } from "../ui/icon.tsx";
import { useApp } from "./context.ts";
import { Frame } from "./frame.tsx";
import { href } from "./router.ts";
import type { Route } from "./router.ts";
import { PLACES } from "./places.ts";

interface ShellProps {
  readonly route: Route | undefined;
  readonly told: string | undefined;
  readonly children: ComponentChildren;
}

/** The frame of somebody signed in. */
export function Shell({ route, told, children }: ShellProps): JSX.Element {
  const { messages, space } = useApp();
  const places = PLACES[space];
  return (
    <Frame
      told={told}
      space={space}
      head={
        <>
          <nav class="places" aria-label={messages.shell.navigation}>
            <ul>
              {places.map((place) => (
                <li key={place.route.name}>
                  <a href={href(place.route)} aria-current={place.holds.includes(route?.name ?? "home") ? "page" : undefined}>
                    <Icon name={place.icon} />
                    <span>{messages.nav[place.label]}</span>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <Who />
        </>
      }
    >
      {children}
    </Frame>
  );
}

/** Who acts, in which capacity: rights follow it, so that it is always in sight. */
function Who(): JSX.Element {
  const { messages, language, acting, session } = useApp();
  if (acting === undefined) {
    return (
      <a class="who" href={href({ name: "device" })}>
        {messages.shell.person}
      </a>
    );
  }
  const { structure } = acting.capacity;
  return (
    <a class="who" href={href({ name: "capacity" })}>
      <span>{functionName(acting.capacity, language)}</span>
      <span class="soft">{structureLabel(session.bundle.registrars, structure)}</span>
    </a>
  );
}

/** The name of a structure, as a registrar of the pinned bundle lists it. */
export function structureLabel(
  registrars: readonly { readonly structures: readonly { readonly id: string; readonly label: string }[] }[],
  id: string,
): string {
  return registrars.flatMap((one) => one.structures).find((one) => one.id === id)?.label ?? id;
}
