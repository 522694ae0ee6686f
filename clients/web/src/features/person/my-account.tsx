/** To whom what went, as a sheet to print and keep (GDPR article 15.1 c). */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { account } from "../../client/accesses.ts";
import type { Access, Account } from "../../client/accesses.ts";
import type { Accesses } from "../../client/own-accesses.ts";
import type { Names } from "../../client/names.ts";
import { date, instant } from "../../i18n/times.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { toHex } from "../../protocol/encodings.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { save } from "../../ui/save.ts";
import { fileName, sheetPage } from "./sheet-page.ts";
import { deedOf, howOf, purposeOf, readerOf, whereOf } from "./words.ts";

export function MyAccount({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const made = useLoad(async () => {
    const found = await client.ownAccesses.accesses(case_);
    const { facts } = (await client.casebook.view(case_, { refresh: false })).main;
    const now = nowMs();
    return { found, facts, names: await client.desk.names, sheet: account(found.acts, 0, now + 1), now };
  }, [client, case_]);
  return (
    <Page
      title={messages.myAccount.title}
      lead={messages.myAccount.lead}
      back={{ href: href({ name: "home" }), label: messages.mine.back }}
    >
      <Loaded from={made} lines={8}>
        {(value) => <Sheet case_={case_} {...value} />}
      </Loaded>
    </Page>
  );
}

interface SheetProps {
  readonly case_: string;
  readonly found: Accesses;
  readonly facts: CaseFacts;
  readonly names: Names;
  readonly sheet: Account;
  readonly now: number;
}

function Sheet({ case_, found, facts, names, sheet, now }: SheetProps): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const said = messages.myAccount;
  const line = (act: Access): string =>
    [
      instant(act.timeMs, language),
      `${readerOf(act, facts, app, names)} ${deedOf(act.view, app)}`,
      whereOf(act.view, app),
      howOf(act.view, app),
      purposeOf(act.view?.purpose, app),
    ]
      .filter((one) => one !== undefined)
      .join(" · ");
  const parts = [
    [said.left, sheet.left.map(line)],
    [said.communicated, sheet.communicated.map(line)],
    [said.emergencies, sheet.emergencies.map(line)],
    [
      said.consulted,
      sheet.consulted.map(({ last, count }) => `${readerOf(last, facts, app, names)} : ${messages.myLooks.times(count)}`),
    ],
  ] as const;
  const page = (): string =>
    sheetPage({
      language,
      title: said.title,
      sections: parts.map(([title, lines]) => ({ title, lines: lines.length === 0 ? [said.nothing] : lines })),
      foot: [
        found.findings.length === 0 ? said.counted : said.notCounted,
        said.proof(String(found.checkpoint.size), toHex(found.checkpoint.root).slice(0, 16)),
        messages.shell.confidential,
        messages.mine.reference(referenceOf(case_)),
        said.made(date(now, language)),
      ],
    });
  return (
    <>
      <div class="row">
        <Button
          kind="main"
          onPress={() => {
            print();
          }}
        >
          {said.print}
        </Button>
        <Button
          onPress={() => {
            save(fileName(said.title, "html"), "text/html", page());
          }}
        >
          {messages.myPaper.keep}
        </Button>
      </div>
      {parts.map(([title, lines]) => (
        <Card title={title} key={title}>
          {lines.length === 0 ? (
            <p class="soft">{said.nothing}</p>
          ) : (
            <ul class="bullets">
              {lines.map((one, at) => (
                <li key={at}>{one}</li>
              ))}
            </ul>
          )}
        </Card>
      ))}
      <Card>
        <p>{found.findings.length === 0 ? said.counted : said.notCounted}</p>
        {sheet.erased > 0 && <p>{said.erased(sheet.erased)}</p>}
        <p class="soft">{said.proof(String(found.checkpoint.size), toHex(found.checkpoint.root).slice(0, 16))}</p>
        <p class="soft">
          {messages.mine.reference(referenceOf(case_))} · {said.made(date(now, language))}
        </p>
      </Card>
      <PrintFooter>
        <span>{messages.shell.confidential}</span>
        <span>{messages.mine.reference(referenceOf(case_))}</span>
        <span>{said.made(date(now, language))}</span>
      </PrintFooter>
    </>
  );
}
