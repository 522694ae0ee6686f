/** « Passer mes dossiers à … » (F14): what is open in each, one act for all that are ticked, and a list to print. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { Recent } from "../../app/recent.tsx";
import { href } from "../../app/router.ts";
import { HandingOver } from "../../client/handing-over.ts";
import type { CaseState } from "../../client/handing-over.ts";
import type { Names } from "../../client/names.ts";
import { functionName, levelName, partName } from "../../i18n/codes.ts";
import { failureText } from "../../i18n/failures.ts";
import { date } from "../../i18n/times.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, Facts } from "../../ui/card.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { caseName } from "../reading/words.tsx";
import { firstOf, PersonPicker } from "./picker.tsx";
import { TEXT_HASHES } from "./texts.ts";

type Told = "oral" | "paper" | "notYet";

function useHandingOver(): HandingOver {
  const { client } = useApp();
  const { author, casebook, rules, desk, writing } = client;
  const { team, members, facts } = writing;
  return new HandingOver({ author, casebook, rules, desk, team, members, facts, texts: TEXT_HASHES });
}

export function HandOverScreen(): JSX.Element {
  const { messages, client } = useApp();
  const handing = useHandingOver();
  const found = useLoad(async () => {
    const [cases, names] = await Promise.all([client.casebook.cases(), client.desk.names]);
    const states: CaseState[] = [];
    for (const one of cases) states.push(await handing.state(one));
    return { states, names };
  }, [client]);
  return (
    <Page
      title={messages.handOver.title}
      lead={messages.handOver.lead}
      back={{ href: href({ name: "cases" }), label: messages.cases.title }}
    >
      <Loaded from={found} lines={10}>
        {({ states, names }) =>
          states.length === 0 ? (
            <Empty title={messages.cases.none} />
          ) : (
            <Recent>
              <Passing states={states} names={names} again={found.again} />
            </Recent>
          )
        }
      </Loaded>
    </Page>
  );
}

interface PassingProps {
  readonly states: readonly CaseState[];
  readonly names: Names;
  readonly again: () => void;
}

function Passing({ states, names, again }: PassingProps): JSX.Element {
  const { messages, language, client, acting, nowMs, tell } = useApp();
  const said = messages.handOver;
  const handing = useHandingOver();
  const people = names.all("contact").filter(({ id }) => id !== client.author.user);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(states.map((one) => one.case)));
  const [to, setTo] = useState(firstOf(people));
  const [leave, setLeave] = useState(false);
  const [told, setTold] = useState<Told>("oral");
  const [failed, setFailed] = useState<ReadonlyMap<string, string>>(new Map());
  const pass = useAct(async () => {
    if (to === undefined) return;
    const refused = new Map<string, string>();
    // One after the other: what one case refuses stops no other.
    for (const { case: of } of states.filter((one) => chosen.has(one.case))) {
      try {
        await handing.pass(of, { to, leave, ...(told === "notYet" ? {} : { informed: { means: told } }) });
      } catch (error) {
        refused.set(of, failureText(error, messages));
      }
    }
    await client.save();
    setFailed(refused);
    tell(refused.size === 0 ? said.passed(chosen.size) : said.notAll(refused.size));
    again();
  });
  return (
    <>
      <div class="stack screen-only">
        <PersonPicker label={said.to} hint={said.toHint} people={people} onPick={setTo} />
        <Choice
          legend={said.told}
          value={told}
          onChange={setTold}
          options={(["oral", "paper", "notYet"] as const).map((one) => ({ value: one, label: said[one] }))}
        />
        <Check label={said.leave} detail={said.leaveDetail} checked={leave} onChange={setLeave} />
        <div class="row">
          {to !== undefined && chosen.size > 0 && (
            <Button kind="main" onPress={() => pass.run()}>
              {said.pass(chosen.size)}
            </Button>
          )}
          <Button
            onPress={() => {
              print();
            }}
          >
            {said.print}
          </Button>
        </div>
        {pass.state !== "idle" && <ActNote act={pass} />}
      </div>
      <div class="paper">
        <div class="paper-body stack">
          {states.map((one) => (
            <Card key={one.case} title={caseName(names, one.case, messages)}>
              <div class="screen-only">
                <Check
                  label={said.take}
                  checked={chosen.has(one.case)}
                  onChange={(checked) => {
                    setChosen((before) => new Set(checked ? [...before, one.case] : [...before].filter((id) => id !== one.case)));
                  }}
                />
              </div>
              {failed.has(one.case) && <Note kind="danger">{failed.get(one.case)}</Note>}
              <State state={one} />
            </Card>
          ))}
        </div>
        <PrintFooter>
          <div class="paper-foot">
            <span>{said.list}</span>
            <span>
              {messages.paper.on(date(nowMs(), language))}
              {acting !== undefined && ` ${messages.paper.by(functionName(acting.capacity, language))}`}
            </span>
            <strong>{messages.shell.confidential}</strong>
          </div>
        </PrintFooter>
      </div>
    </>
  );
}

function State({ state }: { readonly state: CaseState }): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.handOver;
  const sections = state.alone.map((section) => {
    const [part = "", level] = section.split("/");
    return `${partName(part, language)}, ${levelName(Number(level), language)}`;
  });
  return (
    <Facts
      items={[
        [said.reference, referenceOf(state.case)],
        [said.lastContact, state.lastContactMs === undefined ? said.never : date(state.lastContactMs, language)],
        [said.referent, state.referent ? said.yes : said.no],
        [said.actions, String(state.actions)],
        [said.alone, sections.length === 0 ? said.nothing : sections.join(" ; ")],
        [said.consents, state.consents === 0 ? said.nothing : said.again(state.consents)],
      ]}
    />
  );
}
