/** The screens of one's own devices, recovery phrase and lock, in a file of their own. */
import type { JSX } from "preact";

import { LockScreen } from "../../features/lock/lock-screen.tsx";
import { AddDeviceScreen } from "../../features/own/add-device.tsx";
import { DevicesScreen, NameDeviceScreen, RevokeDeviceScreen } from "../../features/own/devices.tsx";
import { PhraseScreen } from "../../features/own/phrase.tsx";
import type { OWN } from "../routes.ts";
import { shown } from "../screen-of.ts";
import type { Screens } from "../screen-of.ts";
import type { Route } from "../router.ts";

const SCREENS: Screens<keyof typeof OWN> = {
  devices: () => <DevicesScreen />,
  "device-add": () => <AddDeviceScreen />,
  "device-name": (route) => <NameDeviceScreen id={route.device} />,
  "device-revoke": (route) => <RevokeDeviceScreen id={route.device} />,
  phrase: () => <PhraseScreen />,
  lock: () => <LockScreen />,
};

/** The screen of a route of these. */
export function Space({ route }: { readonly route: Route }): JSX.Element | null {
  return shown(SCREENS, route);
}
