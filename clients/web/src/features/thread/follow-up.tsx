/** « Pris en charge par », apart from « Lu par » (F10): what others said about an entry, each word of it signed and sealed. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import type { Received } from "../../client/desk.ts";
import type { Said } from "../../client/follow-ups.ts";
import type { Names } from "../../client/names.ts";
import { instant } from "../../i18n/times.ts";
import { Name } from "../../ui/card.tsx";
import { useLookAgain } from "../reading/hooks.ts";
import { writerName } from "../reading/words.tsx";

export function FollowedUp({ one, names }: { readonly one: Received; readonly names: Names }): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(async () => client.followUps.of(one.entry, await client.desk.of(one.case)), [client, one.entry]);
  const { again } = found;
  useLookAgain(again, one.case);
  if (found.state !== "ready") return <></>;
  const { takenBy, readBy } = found.value;
  return (
    <>
      <Line label={messages.follow.takenBy} said={takenBy} names={names} />
      <Line label={messages.follow.readBy} said={readBy} names={names} />
    </>
  );
}

function Line({
  label,
  said,
  names,
}: {
  readonly label: string;
  readonly said: readonly Said[];
  readonly names: Names;
}): JSX.Element {
  const app = useApp();
  if (said.length === 0) return <></>;
  return (
    <p class="follow-up">
      <strong>{label}</strong>{" "}
      {said.map((one, at) => (
        <span key={one.author}>
          {at > 0 && " ; "}
          <Name>{writerName(app, names, one)}</Name>
          {`, ${instant(one.atMs, app.language)}`}
        </span>
      ))}
    </p>
  );
}
