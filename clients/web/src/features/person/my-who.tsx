/** « Qui peut voir quoi ? »: the people around the person, and how far each sees, by the rules that decide every reading. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import type { App } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { answersInForce, inForce, oppositionEnd, withdrawal } from "../../client/facts.ts";
import type { Names } from "../../client/names.ts";
import { partsToAsk, SEEN_PARTS, whoSees } from "../../client/who-sees.ts";
import type { Seer, Sight } from "../../client/who-sees.ts";
import { functionName, partName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import type { Compartment } from "../../protocol/vocabulary.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts, Name } from "../../ui/card.tsx";
import { Segments } from "../../ui/choice.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Grid } from "../../ui/grid.tsx";
import { Page } from "../../ui/page.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { NameIt } from "./name-it.tsx";
import { Oppose } from "./oppose.tsx";
import { ChangeOfMind, Undo } from "./undo.tsx";
import { titleOf } from "./words.ts";

export function MyWho({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const [view, setView] = useState<"person" | "part">("person");
  const seers = useLoad(async () => {
    const [{ main }, table] = await Promise.all([client.casebook.view(case_), client.rules.table()]);
    await client.save();
    return { seers: whoSees(main.facts, table, nowMs()), facts: main.facts, names: await client.desk.names };
  }, [client, case_]);
  return (
    <Page
      title={messages.myWho.title}
      lead={messages.myWho.lead}
      wide={view === "part"}
      back={{ href: href({ name: "home" }), label: messages.mine.back }}
    >
      <Segments
        label={messages.myWho.view}
        options={[
          { value: "person", label: messages.myWho.byPerson },
          { value: "part", label: messages.myWho.byPart },
        ]}
        value={view}
        onChange={setView}
      />
      <Loaded from={seers} lines={5}>
        {({ seers: found, facts, names }) =>
          found.length === 0 ? (
            <Empty title={messages.myWho.nobody} />
          ) : (
            <>
              {view === "person" ? (
                found.map((one) => (
                  <Person case_={case_} seer={one} facts={facts} names={names} again={seers.again} key={one.participation} />
                ))
              ) : (
                <Parts case_={case_} seers={found} />
              )}
              <p class="soft">{messages.myWho.childProtection}</p>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface PersonProps {
  readonly case_: string;
  readonly seer: Seer;
  readonly facts: CaseFacts;
  readonly names: Names;
  readonly again: () => void;
}

function Person({ case_, seer, facts, names, again }: PersonProps): JSX.Element {
  const app = useApp();
  const { messages, language, session } = app;
  const said = messages.myWho;
  const named = names.of("contact", seer.user);
  const parts = (wanted: (sight: Sight) => boolean): string =>
    [...seer.sights]
      .filter(([, sight]) => wanted(sight))
      .map(([part, { level }]) => (level === 1 ? `${partName(part, language)} (${said.essential})` : partName(part, language)))
      .join(", ");
  const lines = [
    [said.sees, parts((one) => one.level > 0 && one.if === "nothing")],
    [said.told, parts((one) => one.if === "notice")],
    [said.agreed, parts((one) => one.if === "consent")],
    [said.never, parts((one) => one.level === 0)],
  ] as const;
  return (
    <Card title={functionName(seer.capacity, language)} aside={seer.referent && <Badge tone="accent">{said.referent}</Badge>}>
      {named !== undefined && (
        <p>
          <strong>
            <Name>{named}</Name>
          </strong>
        </p>
      )}
      <p class="soft">
        {structureLabel(session.bundle.registrars, seer.capacity.structure)} · {said.since(date(seer.startMs, language))}
      </p>
      <Facts items={lines.filter(([, value]) => value !== "")} />
      {partsToAsk(seer).length > 0 && (
        <div class="row">
          <ButtonLink kind="main" href={href({ name: "myConsent", case: case_, participation: seer.participation })}>
            {messages.myChoices.give}
          </ButtonLink>
        </div>
      )}
      <Decided case_={case_} seer={seer} facts={facts} again={again} />
      <NameIt kind="contact" id={seer.user} known={named} onNamed={again} />
      <Disclosure summary={said.why}>
        <p>{seer.team ? said.whyTeam : said.whyNotTeam}</p>
        <Facts items={SEEN_PARTS.map((part) => [partName(part, language), whyOf(seer.sights.get(part), app)] as const)} />
      </Disclosure>
    </Card>
  );
}

/** What she decided about that person, each with its undoing; else the way to object. */
function Decided({ case_, seer, facts, again }: Omit<PersonProps, "names">): JSX.Element {
  const { messages, nowMs } = useApp();
  const said = messages.myChoices;
  const ofThem = ({ users = [] }: { readonly users?: readonly string[] }): boolean => users.includes(seer.user);
  const agreed = answersInForce(facts, "given", nowMs()).filter(({ fact }) => ofThem(fact.recipients));
  const refused = answersInForce(facts, "refused", nowMs()).filter(({ fact }) => ofThem(fact.recipients));
  const objections = inForce(facts, "opposition", nowMs()).filter(({ fact }) => ofThem(fact));
  return (
    <>
      {agreed.map(({ hash }) => (
        <Undo
          case_={case_}
          make={withdrawal(hash, "electronic")}
          label={said.withdraw}
          done={said.withdrawn}
          kind="danger"
          again={again}
          key={hash}
        />
      ))}
      {refused.map((record) => (
        <ChangeOfMind case_={case_} record={record} facts={facts} key={record.hash} />
      ))}
      {objections.map(({ hash }) => (
        <Undo case_={case_} make={oppositionEnd(hash)} label={said.lift} done={said.lifted} again={again} key={hash} />
      ))}
      {objections.length === 0 && <Oppose case_={case_} seer={seer} again={again} />}
    </>
  );
}

function whyOf(sight: Sight | undefined, app: App): string {
  return sight === undefined
    ? ""
    : [seenOf(sight, app), titleOf(sight.rules, app)].filter((one) => one !== undefined).join(" : ");
}

function Parts({ case_, seers }: { readonly case_: string; readonly seers: readonly Seer[] }): JSX.Element {
  const app = useApp();
  const { messages, language, nowMs } = app;
  return (
    <>
      <div class="row">
        <Button
          onPress={() => {
            print();
          }}
        >
          {messages.myAccount.print}
        </Button>
      </div>
      <Grid
        caption={messages.myWho.grid}
        columns={[messages.myWho.part, ...seers.map((one) => functionName(one.capacity, language))]}
        rows={SEEN_PARTS.map((part: Compartment) => ({
          key: part,
          head: partName(part, language),
          cells: seers.map((one) => <Seen sight={one.sights.get(part)} key={one.participation} />),
        }))}
      />
      <PrintFooter>
        <span>{messages.shell.confidential}</span>
        <span>{messages.mine.reference(referenceOf(case_))}</span>
        <span>{messages.myAccount.made(date(nowMs(), language))}</span>
      </PrintFooter>
    </>
  );
}

function Seen({ sight }: { readonly sight: Sight | undefined }): JSX.Element {
  const app = useApp();
  if (sight === undefined) return <></>;
  const tone = sight.level === 0 ? "plain" : sight.if === "nothing" ? "good" : "warn";
  return <Badge tone={tone}>{seenOf(sight, app)}</Badge>;
}

function seenOf({ level, if: needed }: Sight, { messages }: Pick<App, "messages">): string {
  const said = messages.myWho;
  if (level === 0) return said.no;
  if (needed === "consent") return said.ask;
  if (needed === "notice") return said.tell;
  return level === 2 ? said.all : said.essential;
}
