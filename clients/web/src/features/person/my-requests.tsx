/** « Mes demandes »: one register of what she asked, until when it is answered, and the answer with whose signature it bears (F16). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { CaseView } from "../../client/casebook.ts";
import { request } from "../../client/facts.ts";
import { registerOf } from "../../client/requests.ts";
import type { Registered } from "../../client/requests.ts";
import { date } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, Empty } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { Answer } from "./answer.tsx";
import { holderOf } from "./words.ts";

const ASKED = ["access", "copy", "correction", "opposition"] as const;
type Asked = (typeof ASKED)[number];

export function MyRequests({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const said = messages.myRequests;
  const found = useLoad(async () => {
    const view = await client.casebook.view(case_);
    await client.save();
    return { view, register: registerOf(view.main.facts, nowMs()) };
  }, [client, case_]);
  return (
    <Page title={said.title} lead={said.lead} back={{ href: href({ name: "home" }), label: messages.mine.back }}>
      <Loaded from={found} lines={6}>
        {({ view, register }) => (
          <>
            <Ask case_={case_} view={view} onSent={found.again} />
            {register.length === 0 ? (
              <Empty title={said.none} />
            ) : (
              register.map((one) => <One case_={case_} view={view} one={one} key={one.request.hash} />)
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface AskProps {
  readonly case_: string;
  readonly view: CaseView;
  readonly onSent: () => void;
}

function Ask({ case_, view, onSent }: AskProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.myRequests;
  const [kind, setKind] = useState<Asked>();
  const [text, setText] = useState("");
  const ask = useAct(async () => {
    if (kind === undefined) return;
    const holder = holderOf(view.main.facts, client.author.user);
    const words = text.trim() === "" ? {} : { text: text.trim() };
    const make = request(kind, "electronic", holder === undefined ? {} : { holder });
    const made = await client.writing.facts.record(case_, make, { words });
    await client.save();
    setKind(undefined);
    setText("");
    tell(made.kind === "recorded" && made.untold ? said.untold : said.sent);
    onSent();
    // Who answers is handed the key of her words: nobody else may hold it yet.
    await client.writing.syncing.sync(case_);
    await client.save();
  });
  return (
    <Card title={said.ask}>
      <Choice
        legend={said.what}
        options={ASKED.map((one) => ({ value: one, label: messages.requestKind[one], detail: messages.requestHelp[one] }))}
        value={kind}
        onChange={setKind}
      />
      {kind !== undefined && (
        <>
          <TextArea label={said.more} hint={said.moreHint} value={text} onInput={setText} />
          <div class="row">
            <Button kind="main" onPress={() => ask.run()}>
              {said.send}
            </Button>
          </div>
        </>
      )}
      <ActNote act={ask} />
      <p>{said.contest}</p>
      <div class="row">
        <ButtonLink href={href({ name: "myLooks", case: case_ })}>{messages.myLooks.title}</ButtonLink>
      </div>
    </Card>
  );
}

interface OneProps {
  readonly case_: string;
  readonly view: CaseView;
  readonly one: Registered;
}

function One({ case_, view, one: { request: asked, answers, termMs, state } }: OneProps): JSX.Element {
  const { messages, language } = useApp();
  const said = messages.myRequests;
  const { fact } = asked;
  return (
    <Card
      isAlike
      title={messages.requestKind[fact.kind]}
      tone={state === "answered" || state === "answered-late" ? "good" : state === "overdue" ? "warn" : "accent"}
      aside={<Badge tone={state === "overdue" ? "warn" : "plain"}>{said[state]}</Badge>}
    >
      <p class="soft">{said.on(date(fact.receivedMs, language))}</p>
      {state === "waiting" && <p>{said.until(date(termMs, language))}</p>}
      {state === "overdue" && <p>{said.tooLate(date(termMs, language))}</p>}
      {answers.map((answer) => (
        <Answer view={view} answer={answer} key={answer.hash} />
      ))}
      {fact.leaf !== undefined && (
        <p>
          <a href={href({ name: "myLook", case: case_, index: String(fact.leaf) })}>{said.line}</a>
        </p>
      )}
    </Card>
  );
}
