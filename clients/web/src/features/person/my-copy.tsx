/** « Garder une copie de mon dossier »: made on this device, one sheet a part, with authors and dates; the documents beside. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { Recent } from "../../app/recent.tsx";
import { href } from "../../app/router.ts";
import type { Copied, Copy } from "../../client/own-copy.ts";
import type { Names } from "../../client/names.ts";
import { partName } from "../../i18n/codes.ts";
import { date, instant } from "../../i18n/times.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { unknownText } from "../../protocol/kinds.ts";
import type { Body } from "../../protocol/kinds.ts";
import { COMPARTMENTS } from "../../protocol/vocabulary.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, Name } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { save } from "../../ui/save.ts";
import { kindName, writerLine } from "../reading/words.tsx";
import { fileName, sheetPage } from "./sheet-page.ts";

interface Made {
  readonly copy: Copy;
  readonly names: Names;
}

export function MyCopy({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client } = useApp();
  const said = messages.myCopy;
  const [made, setMade] = useState<Made>();
  const make = useAct(async () => {
    const [copy, names] = await Promise.all([client.ownCopy.take(case_), client.desk.names]);
    await client.save();
    setMade({ copy, names });
  });
  return (
    <Page title={said.title} lead={said.lead} back={{ href: href({ name: "home" }), label: messages.mine.back }}>
      {made === undefined ? (
        <Recent>
          <Card>
            <p>{said.what}</p>
            <p>{said.logged}</p>
            <p>{said.careful}</p>
            <div class="row">
              <Button kind="main" onPress={() => make.run()}>
                {said.make}
              </Button>
            </div>
            {make.state !== "idle" && <ActNote act={make} />}
          </Card>
        </Recent>
      ) : (
        <Sheets case_={case_} {...made} />
      )}
    </Page>
  );
}

function Sheets({ case_, copy, names }: Made & { readonly case_: string }): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const said = messages.myCopy;
  const parts = COMPARTMENTS.map((part) => [part, copy.copied.filter(({ one }) => one.compartment === part)] as const);
  const filled = parts.filter(([, found]) => found.length > 0);
  if (filled.length === 0) return <Empty title={messages.myRead.empty} />;
  return (
    <>
      <Note kind="good">{said.ready}</Note>
      {copy.missing > 0 && <Note kind="warn">{said.missing(copy.missing)}</Note>}
      {filled.map(([part, found]) => (
        <Card title={partName(part, language)} key={part}>
          <div class="row">
            <Button
              kind="main"
              onPress={() => {
                const name = fileName(`${said.file} ${partName(part, language)}`, "html");
                save(name, "text/html", partPage(app, case_, part, found, names));
              }}
            >
              {said.keepPart(partName(part, language))}
            </Button>
          </div>
          {found.map((copied) => (
            <Document copied={copied} key={copied.one.entry} />
          ))}
        </Card>
      ))}
    </>
  );
}

function Document({ copied: { one, body } }: { readonly copied: Copied }): JSX.Element {
  const { messages } = useApp();
  if (body.type !== "document") return <></>;
  const name = one.title.file?.name ?? one.title.title;
  return (
    <p class="row">
      <Button
        onPress={() => {
          // Of no type that a browser would open by itself.
          save(name, "application/octet-stream", Uint8Array.from(body.bytes));
        }}
      >
        {messages.myCopy.keepDocument} <Name>{name}</Name>
      </Button>
    </p>
  );
}

/** One part as a page: each element with its title, who wrote it, when, and what it says. */
function partPage(app: App, case_: string, part: string, found: readonly Copied[], names: Names): string {
  const { messages, language, nowMs } = app;
  return sheetPage({
    language,
    title: partName(part, language),
    sections: found.map(({ one, body }) => {
      const about = `${writerLine(app, names, one)} · ${kindName(one.kind, messages)} · ${instant(one.writtenMs, language)}`;
      return { title: one.title.title, lines: [about, ...linesOf(body, one.title.file?.name, app)] };
    }),
    foot: [
      messages.shell.confidential,
      messages.mine.reference(referenceOf(case_)),
      messages.myAccount.made(date(nowMs(), language)),
      messages.myCopy.hidden,
    ],
  });
}

function linesOf(body: Body, file: string | undefined, { messages, language }: App): readonly string[] {
  if (body.type === "document") return [messages.myCopy.document(file ?? "")];
  if (body.type === "unknown") return [unknownText(body.raw)];
  return Object.entries(body.fields).flatMap(([name, value]) => {
    if (name.endsWith("_ms") && typeof value === "number") return [date(value, language)];
    return typeof value === "string" && (name === "text" || value.includes(" ")) ? [value] : [];
  });
}
