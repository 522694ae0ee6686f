/** A report of danger for an authority without account (F21): released for it in one leaf, printed with its slip, and noted in the report. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { Client } from "../../client/client.ts";
import { isFailure, Refused } from "../../client/errors.ts";
import type { Taken } from "../../client/exports.ts";
import { AUTHORITIES, authorityNumbers } from "../../client/platform.ts";
import type { Authority, AuthorityNumbers } from "../../client/platform.ts";
import { instant } from "../../i18n/times.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { listId } from "../../protocol/entry-list.ts";
import { placeText } from "../../protocol/places.ts";
import type { Place } from "../../protocol/places.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Facts, Name } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { writerRole } from "../reading/words.tsx";

/** What founds it, whatever the language: a paper for a French authority. */
const BASIS = "C. pén. 226-14 ; CASF L226-2-1, L226-4 II";
const MEANS = ["hand", "post"] as const;

/** The numbers of the département; undefined where none are set, or none come: the national ones are shown all the same. */
export async function numbersOf(client: Client): Promise<AuthorityNumbers | undefined> {
  try {
    return await authorityNumbers(client.hub.transport);
  } catch (error) {
    if (isFailure(error)) return undefined;
    throw error;
  }
}

/** What was made for an authority, ready to be printed. */
export interface Transmitted {
  readonly taken: Taken;
  readonly to: string;
  readonly means: string;
  readonly sentMs: number;
}

interface TransmitProps {
  readonly of: string;
  readonly place: Place;
  /** The newest text of the report. */
  readonly entry: string;
  readonly numbers: AuthorityNumbers | undefined;
  readonly onSent: (sent: Transmitted) => void;
}

export function Transmit({ of, place, entry, numbers, onSent }: TransmitProps): JSX.Element {
  const { messages, client, nowMs } = useApp();
  const said = messages.danger;
  const [to, setTo] = useState<Authority>();
  const [means, setMeans] = useState<(typeof MEANS)[number]>("hand");
  const [problem, setProblem] = useState<string>();
  const send = useAct(async () => {
    setProblem(to === undefined ? said.noAuthority : undefined);
    if (to === undefined) return;
    let taken: Taken;
    try {
      const outside = { row: "O13", party: to, alert: false, ins: false };
      taken = await client.exports.take(of, place, entry, outside, "authority_alert", said.numberGone);
    } catch (error) {
      if (!(error instanceof Refused) || error.problem !== "denied") throw error;
      setProblem(said.notAllowed);
      return;
    }
    const how = said[means];
    const text = said.sentTo(said[to], how, String(taken.leaf));
    const { id } = await client.writing.reports.answer(of, place, said.sentTitle, text);
    await client.save();
    const listed = (await client.entries.find(of, place, id)).item.n;
    await (await client.desk.marks).read({ list: listId(of, placeText(place)), n: listed, entry: id });
    onSent({ taken, to: said[to], means: how, sentMs: nowMs() });
  });
  return (
    <Card title={said.transmit}>
      <p class="soft">{said.transmitHint}</p>
      <Choice
        legend={said.toWhom}
        value={to}
        onChange={setTo}
        options={AUTHORITIES.map((one) => ({ value: one, label: said[one], detail: numbers?.[one] }))}
      />
      <Choice
        legend={said.means}
        value={means}
        onChange={setMeans}
        options={MEANS.map((one) => ({ value: one, label: said[one] }))}
      />
      {problem !== undefined && <Note kind="danger">{problem}</Note>}
      <div class="row">
        <Button onPress={() => send.run()}>{said.makePapers}</Button>
      </div>
      {(send.state === "sending" || send.state === "failed") && <ActNote act={send} />}
    </Card>
  );
}

interface PapersProps {
  readonly of: string;
  readonly sent: Transmitted;
  readonly onClose: () => void;
}

/** The text for the authority, and the slip that who sends keeps: it holds nothing of the content. */
export function TransmitPapers({ of, sent: { taken, to, means, sentMs }, onClose }: PapersProps): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const said = messages.danger;
  useEffect(() => {
    print();
  }, []);
  const { header, title, text, leaf } = taken;
  // The hub knows nobody's name: who signs writes it.
  const role = writerRole(app, { author: header.preamble.user, capacity: header.capacity });
  return (
    <>
      <div class="row screen-only">
        <Button onPress={print}>{messages.paper.again}</Button>
        <Button kind="quiet" onPress={onClose}>
          {said.backToReport}
        </Button>
      </div>
      <article class="card sheet" aria-label={said.document}>
        <h2>
          <Name>{title.title}</Name>
        </h2>
        <p class="soft">
          {role} · {instant(header.preamble.timeMs, language)}
        </p>
        <p class="words" dir="auto">
          {text}
        </p>
        <p>{said.signHere}</p>
      </article>
      <article class="card sheet new-page" aria-label={said.slip}>
        <h2>{said.slip}</h2>
        <Facts
          items={[
            [said.toWhom, to],
            [said.when, instant(sentMs, language)],
            [said.means, means],
            [said.basis, BASIS],
            [said.inLog, said.leaf(String(leaf))],
          ]}
        />
        <p>{said.slipKept}</p>
      </article>
      <PrintFooter>
        <span>
          {messages.urgent.ofCase(referenceOf(of))} · {instant(sentMs, language)}
        </span>
        <span>{messages.shell.confidential}</span>
      </PrintFooter>
    </>
  );
}
