/** An entry as a sheet: opening it is one release, written in the log; it then counts as read on this device. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import type { Received } from "../../client/desk.ts";
import type { InboxMarks } from "../../client/inbox.ts";
import type { Names } from "../../client/names.ts";
import { date, instant } from "../../i18n/times.ts";
import { unknownText } from "../../protocol/kinds.ts";
import type { Body, Title } from "../../protocol/kinds.ts";
import { Badge, Name } from "../../ui/card.tsx";
import { kindName, placeName, writerName, writerPlace } from "../reading/words.tsx";
import { FollowedUp } from "./follow-up.tsx";
import { Attachment } from "./attachment.tsx";

interface SheetProps {
  readonly one: Received;
  readonly names: Names;
  readonly marks: InboxMarks;
  /** Opened in the list of what there is to read, it is read when its reader says so. */
  readonly undecided?: boolean;
}

export function EntrySheet({ one, names, marks, undecided }: SheetProps): JSX.Element {
  const app = useApp();
  const { messages, language, client } = app;
  const place = writerPlace(app, names, one);
  const found = useLoad(async () => {
    // The bytes of a file are asked for when somebody wants to see them.
    if (one.title.file !== undefined) return undefined;
    const read = await client.entries.read(one.case, one.placed, one.entry, { intent: "open" });
    client.desk.opened(read.body, one);
    if (undecided !== true) await marks.read(one);
    return read.body;
  }, [client, one.entry]);
  return (
    <article class="card sheet" aria-label={kindName(one.kind, messages)}>
      <header class="stack">
        <h2>
          <Name>{one.title.title}</Name>
        </h2>
        <p class="soft">
          <strong>
            <Name>{writerName(app, names, one)}</Name>
          </strong>
          {place !== "" && <span>{` · ${place}`}</span>}
        </p>
        <p class="soft">
          <Badge>{placeName(one.compartment, one.level, language)}</Badge> {kindName(one.kind, messages)} ·{" "}
          {instant(one.writtenMs, language)}
        </p>
      </header>
      {one.title.file === undefined ? (
        <Loaded from={found} lines={3}>
          {(body) => body !== undefined && <Words title={one.title} body={body} names={names} />}
        </Loaded>
      ) : (
        <Attachment one={one} file={one.title.file} marks={marks} undecided={undecided === true} />
      )}
      <FollowedUp one={one} names={names} />
    </article>
  );
}

interface WordsProps {
  readonly title: Title;
  readonly body: Body;
  readonly names?: Names;
}

/** What an entry says, by its kind; an unknown kind as text, never lost. */
export function Words({ title, body, names }: WordsProps): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  if (body.type === "unknown") {
    return (
      <>
        <p class="soft">{messages.thread.unknownKind}</p>
        <p class="words">
          <Name>{unknownText(body.raw)}</Name>
        </p>
      </>
    );
  }
  if (body.type === "document") return <></>;
  const { fields, filed } = body;
  const text = fields["text"];
  const due = fields["due_ms"];
  const said = typeof text === "string" ? text : undefined;
  return (
    <>
      {filed !== undefined && (
        <p class="soft">
          <Name>
            {messages.thread.filed(
              writerName(app, names, filed),
              instant(filed.atMs, language),
              writerName(app, names, filed.by),
            )}
          </Name>
        </p>
      )}
      {fields["source"] !== undefined && (
        <p>
          <Badge>{fields["source"] === "person" ? messages.thread.reported : messages.thread.reportedHelper}</Badge>
        </p>
      )}
      {said !== undefined && said !== title.title && (
        <p class="words" dir="auto">
          {said}
        </p>
      )}
      {typeof fields["who"] === "string" && (
        <p>
          <Name>{fields["who"]}</Name>
          {typeof due === "number" && `, ${messages.inbox.due(date(due, language))}`}
        </p>
      )}
      {typeof fields["contact"] === "string" && (
        <p class="words" dir="auto">
          {fields["contact"]}
        </p>
      )}
      {fields["asks_charge"] !== undefined && (
        <p>
          <Badge tone="warn">{messages.thread.asksCharge}</Badge>
        </p>
      )}
    </>
  );
}
