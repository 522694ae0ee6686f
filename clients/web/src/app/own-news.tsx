/** What other devices of one's own, or the recovery phrase, did to the account: told once, above every screen. */
import type { JSX } from "preact";

import { newsRead, readNews } from "../client/own-news.ts";
import type { OwnNews } from "../client/own-news.ts";
import type { Names } from "../client/names.ts";
import type { Messages } from "../i18n/messages.ts";
import { instant } from "../i18n/times.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import { useApp } from "./context.ts";
import { useLoad } from "./load.tsx";
import { href } from "./router.ts";

const MARK = 4;

/** Nothing on most days. */
export function OwnNewsNote(): JSX.Element | null {
  const { messages, language, client } = useApp();
  const words = messages.devices;
  const found = useLoad(async () => {
    // Looked at once a session: what is new since then is told by the next one.
    await client.author.checkOwnChain().catch(() => undefined);
    return { news: await readNews(client.vault), names: await client.desk.names };
  }, [client]);
  if (found.state !== "ready" || found.value.news.length === 0) return null;
  const { news, names } = found.value;
  return (
    <div class="alarms">
      <Note kind="warn">
        <p>
          <strong>{words.news}</strong>
        </p>
        <p>{words.newsLead}</p>
        <ul>
          {news.map((one) => (
            <li key={`${one.by} ${one.atMs}`}>
              {`${what(one, names, messages)} (${words.newsBy(who(one, names, messages), instant(one.atMs, language))})`}
            </li>
          ))}
        </ul>
        <p>{words.newsIf}</p>
        <div class="row">
          <ButtonLink href={href({ name: "devices" })}>{words.title}</ButtonLink>
          <Button
            onPress={async () => {
              await newsRead(client.vault);
              found.again();
            }}
          >
            {words.newsSeen}
          </Button>
        </div>
      </Note>
    </div>
  );
}

function what({ act, device = "" }: OwnNews, names: Names, { devices }: Messages): string {
  const name = names.of("device", device) ?? device.slice(0, MARK);
  switch (act) {
    case "added":
      return devices.added(name);
    case "revoked":
      return devices.removed(name);
    case "recovered":
      return devices.recovered;
    case "phrase":
      return devices.phrase;
    case "other":
      return devices.changed;
  }
}

function who({ act, by }: OwnNews, names: Names, { devices }: Messages): string {
  return act === "recovered" ? devices.byPhrase : (names.of("device", by) ?? by.slice(0, MARK));
}
