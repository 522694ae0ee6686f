/** « Rapprocher » (F24): two cases of one person, of which one continues the other, which closes to writing; and taking it back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import type { Client } from "../../client/client.ts";
import { Refused } from "../../client/errors.ts";
import type { LinkShown } from "../../client/linked-cases.ts";
import type { Names } from "../../client/names.ts";
import { isHash } from "../../protocol/encodings.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { LINK_MEANS } from "../../protocol/fact-meetings.ts";
import type { CaseLink } from "../../protocol/fact-meetings.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, List, Name, Row } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName, caseName } from "../reading/words.tsx";

interface Known {
  readonly links: readonly LinkShown[];
  readonly others: readonly string[];
  readonly names: Names;
}

export function LinksScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages, client } = useApp();
  const said = messages.links;
  const found = useLoad(async (): Promise<Known> => {
    const [links, cases, names] = await Promise.all([client.writing.links.links(of), client.casebook.cases(), client.desk.names]);
    const linked = new Set([of, ...links.map(({ other }) => other)]);
    return { links, others: cases.filter((one) => !linked.has(one)), names };
  }, [client, of]);
  return (
    <Page
      title={said.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={8}>
        {(known) => (
          <>
            <p>{said.lead}</p>
            <Links of={of} known={known} again={found.again} />
            {known.links.every(({ role }) => role !== "closed") && (
              <Form key={known.links.length} of={of} known={known} again={found.again} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface PartProps {
  readonly of: string;
  readonly known: Known;
  readonly again: () => void;
}

function Links({ of, known: { links, names }, again }: PartProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.links;
  const [asked, setAsked] = useState<LinkShown>();
  const end = useAct(async (link: string) => {
    await client.writing.links.end(of, link);
    await client.save();
    setAsked(undefined);
    tell(said.ended);
    again();
  });
  const sentence = ({ role, other }: LinkShown): string => said[role](caseName(names, other, messages));
  if (links.length === 0) return <Empty title={said.none} />;
  return (
    <Card title={said.now}>
      <List label={said.now}>
        {links.map((one) => (
          <Row
            key={one.link}
            title={<Name>{sentence(one)}</Name>}
            detail={one.effective === true ? said.stays : <Code of={of} code={one.link} />}
            {...(one.seen ? { href: href({ name: "case", case: one.other }) } : {})}
          >
            <Button
              kind="quiet"
              label={`${said.mistake} : ${sentence(one)}`}
              onPress={() => {
                end.reset();
                setAsked(one);
              }}
            >
              {said.mistake}
            </Button>
          </Row>
        ))}
      </List>
      <Dialog
        title={said.mistake}
        open={asked !== undefined}
        onClose={() => {
          setAsked(undefined);
        }}
      >
        {asked !== undefined && (
          <>
            <p>
              <strong>
                <Name>{sentence(asked)}</Name>
              </strong>
            </p>
            <p>{said.mistakeBody}</p>
            <div class="row">
              <Button kind="danger" onPress={() => end.run(asked.link)}>
                {messages.standing.confirm}
              </Button>
            </div>
            {end.state !== "idle" && <ActNote act={end} />}
          </>
        )}
      </Dialog>
    </Card>
  );
}

/** What the other side needs, to be copied or dictated. */
function Code({ of, code }: { readonly of: string; readonly code: string }): JSX.Element {
  const { messages } = useApp();
  return (
    <>
      {messages.links.waits} <span class="code">{`${referenceOf(of)} ${code}`}</span>
    </>
  );
}

/** The case of a reference; undefined for one that was copied wrongly, or that is no case here. */
async function caseOf(client: Client, typed: string): Promise<string | undefined> {
  try {
    return await client.audit.caseOfReference(typed);
  } catch (error) {
    const isWrong = error instanceof ProtocolError || (error instanceof Refused && error.problem === "not-found");
    if (isWrong) return undefined;
    throw error;
  }
}

/** No case of one's own: its reference is typed. */
const ELSEWHERE = "";

function Form({ of, known: { others, names }, again }: PartProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.links;
  const [goesOn, setGoesOn] = useState<"this" | "other">();
  const [other, setOther] = useState(others[0] ?? ELSEWHERE);
  const [reference, setReference] = useState("");
  const [code, setCode] = useState("");
  const [means, setMeans] = useState<CaseLink["means"]>("oral");
  const [problem, setProblem] = useState<string>();
  const isElsewhere = other === ELSEWHERE;
  const needsCode = isElsewhere && goesOn === "other";
  // As the other side's screen shows it: its reference, a blank, its code.
  const [typed = "", after = ""] = reference.trim().split(/\s+/);
  const given = (code.trim() === "" ? after : code.trim()).toLowerCase();
  const isReady = goesOn !== undefined && (!isElsewhere || typed !== "") && (!needsCode || isHash(given));
  const sign = useAct(async () => {
    setProblem(isReady ? undefined : said.missing);
    if (goesOn === undefined || !isReady) return;
    const { links } = client.writing;
    const it = isElsewhere ? await caseOf(client, typed) : other;
    if (it === undefined) {
      setProblem(messages.urgent.badReference);
      return;
    }
    if (isElsewhere && goesOn === "this") await links.goOn(of, it, means);
    else if (isElsewhere) await links.close(of, it, means, given);
    else await links.bringTogether(goesOn === "this" ? of : it, goesOn === "this" ? it : of, means);
    await client.save();
    tell(isElsewhere && goesOn === "this" ? said.half : said.done);
    again();
  });
  return (
    <Card title={said.link}>
      <Choice
        legend={said.which}
        value={goesOn}
        onChange={setGoesOn}
        options={[
          { value: "this", label: said.this, detail: said.thisDetail },
          { value: "other", label: said.other, detail: said.otherDetail },
        ]}
      />
      <Select
        label={said.with}
        value={other}
        onChange={setOther}
        options={[
          ...others.map((one) => ({ value: one, label: caseName(names, one, messages) })),
          { value: ELSEWHERE, label: said.elsewhere },
        ]}
      />
      {isElsewhere && (
        <TextField label={said.reference} hint={said.referenceHint} value={reference} onInput={setReference} maxLength={120} />
      )}
      {needsCode && <TextField label={said.code} hint={said.codeHint} value={code} onInput={setCode} maxLength={64} />}
      <h3>{said.tell}</h3>
      <p>{said.sentence}</p>
      <Choice
        legend={messages.meeting.means}
        value={means}
        onChange={setMeans}
        options={LINK_MEANS.map((one) => ({ value: one, label: messages.meeting[`by_${one}`] }))}
      />
      {problem !== undefined && !(isReady && problem === said.missing) && <Note kind="danger">{problem}</Note>}
      <div class="row">
        <Button kind="main" onPress={() => sign.run()}>
          {said.sign}
        </Button>
      </div>
      {(sign.state === "sending" || sign.state === "failed") && <ActNote act={sign} />}
    </Card>
  );
}
