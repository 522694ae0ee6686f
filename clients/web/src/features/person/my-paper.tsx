/** « Attestation remise »: what she decided, for whom, until when, how to take it back, and the number that proves it. To print. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { CaseView } from "../../client/casebook.ts";
import { functionName, levelName, partName, rowName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import type { Consent } from "../../protocol/fact-notices.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { save } from "../../ui/save.ts";
import { consentTextHash, filledText } from "./notice-text.ts";
import type { Paragraph } from "./notice-text.ts";
import texts from "./paper-texts.json" with { type: "json" };
import { fileName, sheetPage } from "./sheet-page.ts";

const NUMBER = 32;
const GROUP = /.{4}/g;

interface Paper {
  readonly paragraphs: readonly Paragraph[];
  readonly reference: string;
}

export function MyPaper({ case_, fact }: { readonly case_: string; readonly fact: string }): JSX.Element {
  const app = useApp();
  const { messages, client, language, nowMs } = app;
  const said = messages.myPaper;
  const found = useLoad(async () => {
    const view = await client.casebook.view(case_);
    await client.save();
    return paperOf(app, view, fact);
  }, [client, case_, fact]);
  return (
    <Page
      title={said.title}
      lead={said.lead}
      back={{ href: href({ name: "myChoices", case: case_ }), label: messages.myChoices.title }}
    >
      <Loaded from={found} lines={8}>
        {(paper) =>
          paper === undefined ? (
            <Empty title={said.none} />
          ) : (
            <>
              <div class="row">
                <Button
                  kind="main"
                  onPress={() => {
                    print();
                  }}
                >
                  {messages.myAccount.print}
                </Button>
                <Button
                  onPress={() => {
                    save(fileName(said.title, "html"), "text/html", pageOf(app, paper));
                  }}
                >
                  {said.keep}
                </Button>
              </div>
              <Card>
                {paper.paragraphs.map(({ title, lines }) => (
                  <section class="paragraph" key={title}>
                    <h2>{title}</h2>
                    {lines.map((line) => (
                      <p key={line}>{line}</p>
                    ))}
                  </section>
                ))}
              </Card>
              <PrintFooter>
                <span>{messages.shell.confidential}</span>
                <span>{messages.mine.reference(paper.reference)}</span>
                <span>{messages.myAccount.made(date(nowMs(), language))}</span>
              </PrintFooter>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function pageOf({ messages, nowMs, language }: App, { paragraphs, reference }: Paper): string {
  return sheetPage({
    language,
    title: messages.myPaper.title,
    sections: paragraphs,
    foot: [messages.shell.confidential, messages.mine.reference(reference), messages.myAccount.made(date(nowMs(), language))],
  });
}

/** The paper of a consent, a refusal or a withdrawal, by the hash of its fact; undefined for any other. */
function paperOf(app: App, view: CaseView, hash: string): Paper | undefined {
  const { messages, language, session } = app;
  const { facts } = view.main;
  const ended = facts.of("consent-withdrawal").find((one) => one.hash === hash);
  const record = facts.of("consent").find((one) => one.hash === (ended?.fact.consent ?? hash));
  if (record === undefined) return undefined;
  const consent = record.fact;
  const kind = ended !== undefined ? "withdrawal" : consent.decision === "given" ? "receipt" : "refusal";
  const { position } = ended ?? record;
  const link = view.classes.get("main")?.hashes.get(position) ?? "";
  const number = (link.slice(0, NUMBER).match(GROUP) ?? []).join(" ");
  const structure = structureLabel(session.bundle.registrars, facts.structure);
  const blanks = new Map([
    ["person", ""],
    ["given_on", date(ended?.fact.atMs ?? consent.givenMs, language)],
    ["means", messages.paperMeans[ended?.fact.means ?? consent.means]],
    ["support", ""],
    ["information", partsOf(consent, app)],
    ["recipients", whomOf(consent, view, app)],
    ["until", consent.untilMs === undefined ? messages.myPaper.untilCare : date(consent.untilMs, language)],
    ["code", messages.myPaper.number(number, String(position))],
    ["text", textOf(consent, app)],
    ["structure", structure],
    ["contact", messages.myPaper.contact],
    ["dpo", messages.myPaper.dpo],
    ["controller", structure],
  ]);
  return { paragraphs: filledText(texts[language][kind], blanks), reference: referenceOf(view.case) };
}

function textOf({ notice }: Consent, { messages }: App): string {
  const { text, english, otherText } = messages.myPaper;
  if (notice?.hash === consentTextHash("fr")) return text;
  return notice?.hash === consentTextHash("en") ? english : otherText;
}

function partsOf({ information }: Consent, { language }: App): string {
  return information.map((one) => `${partName(one.compartment, language)} (${levelName(one.level, language)})`).join(", ");
}

function whomOf({ recipients }: Consent, view: CaseView, { language, session }: App): string {
  const { facts } = view.main;
  const users = (recipients.users ?? []).flatMap((user) => {
    const found = facts.of("participation").findLast(({ fact }) => fact.user === user)?.fact.capacity;
    if (found === undefined) return [];
    return [`${functionName(found, language)} · ${structureLabel(session.bundle.registrars, found.structure)}`];
  });
  const rows = (recipients.rows ?? []).map((row) => rowName(row, language));
  const professions = (recipients.professions ?? []).map((profession) => functionName({ row: "", profession }, language));
  return [...users, ...rows, ...professions].join(", ");
}
