/** What is in force of one kind of fact: its sentence, since when, and its end, which is asked for once more. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import type { Act } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import type { Loading } from "../../app/load.tsx";
import type { Make } from "../../client/facts.ts";
import type { Words } from "../../client/facts-annexes.ts";
import type { Names } from "../../client/names.ts";
import { functionName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { CaseFacts, FactRecord } from "../../protocol/case-facts.ts";
import { instantOf } from "../../protocol/case-state.ts";
import type { Fact } from "../../protocol/facts.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, List, Name, Row } from "../../ui/card.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** The facts of a case as they stand now. */
export interface Standing {
  readonly facts: CaseFacts;
  readonly atMs: number;
  readonly names: Names;
}

export function useStanding(of: string): Loading<Standing> {
  const { client, nowMs } = useApp();
  return useLoad(async () => {
    const [view, names] = await Promise.all([client.casebook.view(of), client.desk.names]);
    return { facts: view.main.facts, atMs: instantOf(view.main, nowMs()), names };
  }, [client, of]);
}

export type Recording = Act<[Make, Words?]>;

/** Recording one fact of a case; said whether it was logged, kept for the network, or kept without its words. */
export function useRecording(of: string, done: () => void): Recording {
  const { messages, client, tell } = useApp();
  return useAct(async (make: Make, words: Words = {}) => {
    const recorded = await client.writing.facts.record(of, make, { words });
    await client.save();
    const { kept, untold } = messages.standing;
    tell(recorded.kind === "kept" ? kept : recorded.untold ? untold : messages.act.logged);
    done();
  });
}

/** What this device calls somebody of the case, and what they do in it. */
export function useWho({ facts, names }: Pick<Standing, "facts" | "names">): (user: string) => string {
  const { messages, language, client } = useApp();
  return (user) => {
    const [taking] = facts.participationsOf(user);
    const known = user === client.author.user ? messages.thread.me : names.of("contact", user);
    const does = taking === undefined ? undefined : functionName(taking.fact.capacity, language);
    const itself = facts.personUsers.has(user) ? messages.thread.person : undefined;
    return [known ?? itself, does].filter((one) => one !== undefined).join(", ") || messages.thread.someone;
  };
}

interface InForceProps<F extends Fact> {
  readonly label: string;
  readonly records: readonly FactRecord<F>[];
  readonly none: string;
  readonly sentence: (fact: F) => string;
  /** What the button that ends one says, and what ending does. */
  readonly end: string;
  readonly endBody: (record: FactRecord<F>) => string;
  readonly ending: (record: FactRecord<F>) => Make;
  readonly recording: Recording;
}

export function InForce<F extends Fact>(props: InForceProps<F>): JSX.Element {
  const { messages, language } = useApp();
  const { label, records, none, sentence, end, endBody, ending, recording } = props;
  const [asked, setAsked] = useState<FactRecord<F>>();
  // What has ended is asked about no longer.
  const open = asked !== undefined && records.some(({ hash }) => hash === asked.hash);
  const close = (): void => {
    setAsked(undefined);
  };
  if (records.length === 0) return <Empty title={none} />;
  return (
    <>
      <List label={label}>
        {records.map((record) => (
          <Row
            key={record.hash}
            title={<Name>{sentence(record.fact)}</Name>}
            detail={messages.standing.recorded(date(record.recordedMs, language))}
          >
            <Button
              kind="quiet"
              label={`${end} : ${sentence(record.fact)}`}
              onPress={() => {
                recording.reset();
                setAsked(record);
              }}
            >
              {end}
            </Button>
          </Row>
        ))}
      </List>
      <Dialog title={end} open={open} onClose={close}>
        {asked !== undefined && (
          <>
            <p>
              <strong>
                <Name>{sentence(asked.fact)}</Name>
              </strong>
            </p>
            <p>{endBody(asked)}</p>
            <div class="row">
              <Button
                kind="danger"
                onPress={async () => {
                  await recording.run(ending(asked));
                }}
              >
                {messages.standing.confirm}
              </Button>
            </div>
            {recording.state !== "idle" && <ActNote act={recording} />}
          </>
        )}
      </Dialog>
    </>
  );
}
