/** Which screen each route shows. A space's screens come with its own file, when somebody first goes there. */
import type { JSX } from "preact";

import { DeviceScreen } from "../features/entry/device.tsx";
import { useWords } from "../i18n/words.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { useApp } from "./context.ts";
import type { Space } from "./context.ts";
import { lateScreen } from "./late-screen.tsx";
import { PLACES } from "./places.ts";
import { href } from "./router.ts";
import type { Route } from "./router.ts";
import { OWN_NAMES } from "./routes.ts";

type OfRoute = (props: { readonly route: Route }) => JSX.Element | null;

const CapacityScreen = lateScreen(
  "features/entry/capacity.tsx",
  async () => (await import("../features/entry/capacity.tsx")).CapacityScreen,
);

/** What is traced of a professional: also before every other screen, until it was read (inside.tsx). */
export const TracesScreen = lateScreen(
  "features/entry/traces.tsx",
  async () => (await import("../features/entry/traces.tsx")).TracesScreen,
);

const ConsultedScreen = lateScreen(
  "features/entry/consulted.tsx",
  async () => (await import("../features/entry/consulted.tsx")).ConsultedScreen,
);

const Own = lateScreen("app/spaces/own.tsx", async () => (await import("./spaces/own.tsx")).Space);

const SPACES: Readonly<Record<Space, OfRoute>> = {
  person: lateScreen("app/spaces/person.tsx", async () => (await import("./spaces/person.tsx")).Space),
  professional: lateScreen("app/spaces/professional.tsx", async () => (await import("./spaces/professional.tsx")).Space),
  auditor: lateScreen("app/spaces/auditor.tsx", async () => (await import("./spaces/auditor.tsx")).Space),
};

/** The space that a route stands in; `undefined` for what every space has. */
function spaceOf({ name }: Route): Space | undefined {
  if (name.startsWith("my")) return "person";
  if (name.startsWith("audit-")) return "auditor";
  return PLACES.professional.some(({ holds }) => name !== "home" && name !== "device" && holds.includes(name))
    ? "professional"
    : undefined;
}

/** The screen of a route, or that there is no such page. */
export function Screen({ route }: { readonly route: Route | undefined }): JSX.Element {
  const { space } = useApp();
  if (route === undefined) return <Unknown />;
  if (route.name === "device") return <DeviceScreen />;
  if (route.name === "capacity") return <CapacityScreen />;
  if (route.name === "traces") return <TracesScreen />;
  if (route.name === "consulted") return <ConsultedScreen />;
  if (OWN_NAMES.some((name) => name === route.name)) return <Own route={route} />;
  const InSpace = SPACES[spaceOf(route) ?? space];
  return <InSpace route={route} />;
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
