/** Whether the log can be believed: it extends what this browser saw, witnesses signed it, and the whole tree can be rebuilt. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import type { Rebuilt } from "../../client/log-leaves.ts";
import { askWitnesses } from "../../client/log-witnesses.ts";
import type { WitnessState } from "../../client/log-witnesses.ts";
import { toHex } from "../../protocol/encodings.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Facts, List, Name, Row } from "../../ui/card.tsx";
import { Grid } from "../../ui/grid.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { Progress } from "../../ui/progress.tsx";
import { count, momentOf } from "./words.ts";

export function StateScreen(): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const words = messages.auditState;
  const inscriptions = (size: number): string => messages.auditEntry.inscriptions(count(size, language));
  const loading = useLoad(async () => {
    const before = client.hub.trust.newest()?.size;
    const newest = await client.leaves.newest();
    return { before, newest, witnesses: await askWitnesses(client.hub, nowMs()) };
  }, [client]);
  return (
    <Page title={words.title} lead={words.lead}>
      {client.hub.trust.stopped && <Note kind="danger">{words.stopped}</Note>}
      <Loaded from={loading} lines={8}>
        {({ before, newest, witnesses }) => (
          <>
            <Card title={words.growth} tone="good" aside={<Badge tone="good">{messages.auditEntry.verified}</Badge>}>
              <p>{words.grown}</p>
              <Facts
                items={[
                  [words.now, inscriptions(newest.size)],
                  [words.before, before === undefined ? messages.auditEntry.firstVisit : inscriptions(before)],
                  [words.origin, newest.origin],
                  [
                    words.root,
                    <code class="hash" key="root">
                      {toHex(newest.root)}
                    </code>,
                  ],
                ]}
              />
            </Card>
            <Witnesses state={witnesses} newest={newest.size} />
          </>
        )}
      </Loaded>
      <Rebuild />
    </Page>
  );
}

interface WitnessesProps {
  readonly state: WitnessState;
  /** How many inscriptions the log has now. */
  readonly newest: number;
}

function Witnesses({ state, newest }: WitnessesProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.auditState;
  const { quorum, met, size, witnesses, unknown } = state;
  // Of a log that grew since, they vouch for the beginning only: what a silent witness leaves open is counted.
  const behind = quorum === undefined ? 0 : Math.max(0, newest - (size ?? 0));
  const tone = quorum !== undefined && !met ? "danger" : behind > 0 || quorum === undefined ? "warn" : "good";
  return (
    <Card title={words.witnesses} tone={tone}>
      {quorum === undefined ? (
        <p>{words.noQuorum}</p>
      ) : (
        <p>{`${words.needed(String(quorum.needed), String(quorum.of))} ${met ? words.met : words.notMet}`}</p>
      )}
      {quorum !== undefined && size !== undefined && <p>{words.cosignedSize(count(size, language))}</p>}
      {behind > 0 && <p>{words.behind(behind, count(behind, language))}</p>}
      {witnesses.length > 0 && (
        <List label={words.witnesses}>
          {witnesses.map(({ name, signedMs }) => (
            <Row
              key={name}
              title={<Name>{name}</Name>}
              detail={signedMs === undefined ? words.notSigned : words.signed(momentOf(signedMs, language))}
            />
          ))}
        </List>
      )}
      {unknown > 0 && <p class="soft">{words.unknown(count(unknown, language))}</p>}
    </Card>
  );
}

function Rebuild(): JSX.Element {
  const { messages, language, client } = useApp();
  const words = messages.auditState;
  const [read, setRead] = useState<{ readonly now: number; readonly all: number }>();
  const [rebuilt, setRebuilt] = useState<Rebuilt>();
  const rebuild = useAct(async () => {
    setRebuilt(undefined);
    const newest = await client.leaves.newest();
    setRebuilt(
      await client.leaves.rebuild(newest, (now) => {
        setRead({ now, all: newest.size });
      }),
    );
  });
  return (
    <Card title={words.rebuild}>
      <p class="soft">{words.rebuildHelp}</p>
      <div class="row">
        <Button onPress={() => rebuild.run()}>{words.rebuild}</Button>
      </div>
      {rebuild.state === "sending" && read !== undefined && <Progress label={words.rebuilding} value={read.now} max={read.all} />}
      {rebuild.state === "failed" && <ActNote act={rebuild} />}
      {rebuilt !== undefined && (
        <>
          <Note kind="good">{words.rebuilt(count(rebuilt.checkpoint.size, language))}</Note>
          <Grid
            caption={words.types}
            columns={[words.sort, messages.auditCount.count]}
            rows={[...rebuilt.types].map(([type, number]) => ({
              key: type,
              head: words[type],
              cells: [count(number, language)],
            }))}
          />
        </>
      )}
    </Card>
  );
}
