/** The first screen of each space. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Page } from "../../ui/page.tsx";
import { MyHome } from "../person/my-home.tsx";
import { Device } from "./device.tsx";

export function HomeScreen(): JSX.Element {
  const { messages, space } = useApp();
  if (space === "person") return <MyHome />;
  return (
    <Page title={messages.home.title} lead={messages.home.signedIn}>
      <Device />
    </Page>
  );
}
