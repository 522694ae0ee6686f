/** One entry of the log: what it says, and its proof, verified here step by step. What does not verify is not shown. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Failure, Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { caseOf, userOf } from "../../client/log-cases.ts";
import type { Logged } from "../../client/log-cases.ts";
import { checkEntry, STEPS } from "../../client/log-proof.ts";
import type { EntryProof, StepName, StepState } from "../../client/log-proof.ts";
import type { BoundSubject } from "../../protocol/binding.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import type { LogReason } from "../../protocol/log-request.ts";
import { levelName, partName } from "../../i18n/codes.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts, List, Name, Row } from "../../ui/card.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { ReasonField } from "./home.tsx";
import { save } from "./save.ts";
import { actLabel, count, labelOf, momentOf, who } from "./words.ts";

export function EntryScreen({ index }: { readonly index: string }): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const words = messages.auditEntry;
  const number = /^[0-9]{1,15}$/.test(index) ? Number(index) : undefined;
  const loading = useLoad(async () => {
    if (number === undefined) return undefined;
    const { record, look } = await client.audit.record(number);
    return record === undefined ? { look } : { look, proof: await checkEntry(record, number, client.hub, nowMs()) };
  }, [client, number]);
  return (
    <Page
      title={messages.audit.entry(index)}
      lead={words.lead}
      back={{ href: href({ name: "home" }), label: messages.audit.toLog }}
    >
      <Loaded from={loading} lines={8}>
        {(found) => (
          <>
            {found?.proof === undefined ? (
              <Empty title={words.notFound} />
            ) : (
              <>
                {found.proof.act !== undefined && <ActCard act={found.proof.act} />}
                <ProofCard proof={found.proof} />
                {found.proof.act !== undefined && <Identify act={found.proof.act} />}
              </>
            )}
            {found !== undefined && <p class="soft">{messages.audit.logged(String(found.look))}</p>}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ActCard({ act }: { readonly act: Logged }): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const words = messages.auditEntry;
  const { view } = act;
  const case_ = caseOf(act);
  const items: (readonly [string, ComponentChildren] | undefined)[] = [
    [words.when, momentOf(act.leaf.tsMs, language)],
    [words.who, who(act, app)],
    case_ === undefined ? undefined : [words.case, referenceOf(case_)],
    view?.compartment === undefined ? undefined : [words.compartment, sectionLabel(view.compartment, view.level)],
    view?.intent === undefined ? undefined : [words.intent, labelOf(messages.auditIntent, view.intent)],
    view?.purpose === undefined ? undefined : [words.purpose, labelOf(messages.auditPurpose, view.purpose)],
    act.identity?.refusal === undefined ? undefined : [words.refusal, labelOf(messages.refused, act.identity.refusal)],
    view === undefined || view.entries.length === 0 ? undefined : [words.entries, count(view.entries.length, language)],
    view === undefined || view.rules.length === 0 ? undefined : [words.rules, view.rules.join(", ")],
    view?.policy === undefined ? undefined : [words.policy, <Hash key="policy" hash={view.policy} />],
  ];
  function sectionLabel(compartment: string, level: number | undefined): string {
    const part = partName(compartment, language);
    return level === undefined ? part : `${part}, ${levelName(level, language)}`;
  }
  return (
    <Card
      title={actLabel(act, messages)}
      aside={view?.emergency === true ? <Badge tone="warn">{messages.audit.emergency}</Badge> : undefined}
    >
      {view === undefined && <p>{words.erasedContent}</p>}
      <Facts items={items.filter((item) => item !== undefined)} />
    </Card>
  );
}

function ProofCard({ proof }: { readonly proof: EntryProof }): JSX.Element {
  const { messages, language, tell } = useApp();
  const words = messages.auditEntry;
  const { text } = proof;
  const leaves = (size: number | undefined): string => words.inscriptions(count(size ?? 0, language));
  return (
    <Card
      title={words.proofTitle}
      tone={proof.accepted ? "good" : "danger"}
      aside={<Badge tone={proof.accepted ? "good" : "danger"}>{proof.accepted ? words.verified : words.refusedStep}</Badge>}
    >
      <p>{proof.accepted ? words.accepted : words.refused}</p>
      {proof.failure !== undefined && <Failure error={proof.failure} />}
      <Disclosure summary={words.steps}>
        <ol class="steps">
          {STEPS.map((step) => (
            <Step name={step} proof={proof} key={step} />
          ))}
        </ol>
        <Facts
          items={[
            [words.held, proof.held === undefined ? words.firstVisit : leaves(proof.held)],
            [words.size, leaves(proof.size)],
            [words.leaf, <Hash key="leaf" hash={proof.leaf ?? ""} />],
            [words.path, <Path key="path" hashes={proof.path ?? []} />],
            [words.root, <Hash key="root" hash={proof.root ?? ""} />],
          ]}
        />
      </Disclosure>
      {text !== undefined && (
        <div class="row">
          <Button
            onPress={() => {
              save(`inscription-${proof.index}.tlog-proof`, "text/plain", text);
              tell(words.saved);
            }}
          >
            {words.save}
          </Button>
        </div>
      )}
    </Card>
  );
}

const TONES = { verified: "good", refused: "danger", absent: "warn", "not-reached": "plain" } as const;

function Step({ name, proof }: { readonly name: StepName; readonly proof: EntryProof }): JSX.Element {
  const { messages } = useApp();
  const words = messages.auditEntry;
  const state = proof.steps[name];
  const states: Readonly<Record<StepState, string>> = {
    verified: words.verified,
    refused: words.refusedStep,
    absent: words.absent,
    "not-reached": words.notReached,
  };
  const quorum = proof.witnesses?.quorum;
  return (
    <li class="step">
      <span>{words[name]}</span>
      <Badge tone={TONES[state]}>{states[state]}</Badge>
      {name === "content" && state === "absent" && <span class="soft step-more">{words.erasedContent}</span>}
      {name === "witnesses" && state === "absent" && (
        <span class="soft step-more">{quorum === undefined ? words.noWitness : words.notYetWitnessed}</span>
      )}
    </li>
  );
}

function Hash({ hash }: { readonly hash: string }): JSX.Element {
  return <code class="hash">{hash}</code>;
}

function Path({ hashes }: { readonly hashes: readonly string[] }): JSX.Element {
  return (
    <ol class="stack">
      {hashes.map((hash, at) => (
        <li key={at}>
          <Hash hash={hash} />
        </li>
      ))}
    </ol>
  );
}

/** Lifting a pseudonym: only of an account that acted in a case, with a reason, told to the data protection officer. */
function Identify({ act }: { readonly act: Logged }): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.auditEntry;
  const [reason, setReason] = useState<LogReason>("inspection");
  const [found, setFound] = useState<readonly BoundSubject[]>();
  const [user, case_] = [userOf(act), caseOf(act)];
  const lift = useAct(async () => {
    if (user !== undefined && case_ !== undefined) setFound(await client.audit.identify(case_, user, reason));
  });
  if (user === undefined || case_ === undefined) return <></>;
  return (
    <Card title={words.identify}>
      <Note kind="warn">{words.identifyHelp}</Note>
      <ReasonField value={reason} onChange={setReason} />
      <div class="row">
        <Button onPress={() => lift.run()}>{words.lift}</Button>
      </div>
      <ActNote act={lift} />
      {found?.length === 0 && <p>{words.noneLifted}</p>}
      {found !== undefined && found.length > 0 && (
        <List label={words.lifted}>
          {found.map((one) => (
            <Row key={`${one.iss} ${one.sub}`} title={<Name>{one.sub}</Name>} detail={<Name>{one.iss}</Name>} />
          ))}
        </List>
      )}
    </Card>
  );
}
