/** Parts of « Ajouter quelqu'un »: in which capacity they come, and what has to be said to the person or asked of her first. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import type { Joining, Proposed } from "../../client/team.ts";
import { partName } from "../../i18n/codes.ts";
import type { Attestation } from "../../protocol/capacities.ts";
import type { Information } from "../../protocol/fact-notices.ts";
import { fingerprintPhrase } from "../../protocol/fingerprint.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import type { Told } from "./informed.ts";
import type { Sayings } from "./words.ts";

interface CapacitiesProps {
  readonly held: readonly Attestation[];
  readonly value: string | undefined;
  readonly onChange: (capacity: string) => void;
  readonly sayings: Sayings;
}

/** What they are, attested; a choice only where they are several things. */
export function Capacities({ held, value, onChange, sayings }: CapacitiesProps): JSX.Element {
  const { messages, nowMs } = useApp();
  const now = held.filter(({ fromMs, untilMs }) => fromMs <= nowMs() && nowMs() < untilMs);
  const [only] = now;
  if (only === undefined) return <Note kind="warn">{messages.team.noCapacity}</Note>;
  if (now.length === 1) return <p role="status">{sayings.role(only.capacity)}</p>;
  return (
    <Choice
      legend={messages.team.capacity}
      value={value}
      onChange={onChange}
      options={now.map(({ id, capacity }) => ({ value: id, label: sayings.role(capacity) }))}
    />
  );
}

interface CardReadProps {
  readonly user: string;
  readonly onOther: () => void;
}

/** A card that was read takes the place of its text, which nobody can read: the phrase to compare is what says whose it is. */
export function CardRead({ user, onOther }: CardReadProps): JSX.Element {
  const { messages } = useApp();
  const said = useRef<HTMLDivElement>(null);
  // The text that had the focus is gone: whoever goes by keyboard or by voice stands here now.
  useEffect(() => {
    said.current?.focus();
  }, [user]);
  return (
    <div class="stack" ref={said} tabIndex={-1}>
      <Note kind="good">
        {messages.team.cardRead} <p class="code">{fingerprintPhrase(user)}</p>
      </Note>
      <div class="row">
        <Button onPress={onOther}>{messages.team.otherCard}</Button>
      </div>
    </div>
  );
}

interface FollowsProps {
  /** Asked anew when one of these changes, or title or horizon. */
  readonly on: readonly unknown[];
  /** What goes with it, before anything is signed. */
  readonly propose: (joining: Joining) => Promise<Proposed>;
  readonly joining: Joining;
  readonly sayings: Sayings;
  readonly told: Told;
  readonly onTold: (told: Told) => void;
  readonly agreed: ReadonlySet<string> | undefined;
  readonly onAgreed: (agreed: ReadonlySet<string>) => void;
  /** What signs, given what her agreement could open. */
  readonly children: (toAsk: readonly Information[]) => ComponentChildren;
}

/** What has to be told, with the sentence to say, and what only her agreement opens. */
export function WhatFollows(props: FollowsProps): JSX.Element {
  const { on, propose, joining, sayings, told, onTold, agreed, onAgreed, children } = props;
  const { messages, language } = useApp();
  const said = messages.team;
  const { title, horizon } = joining;
  const found = useLoad(() => propose(joining), [...on, title, horizon]);
  return (
    <Loaded from={found} lines={6}>
      {({ lines, toAsk }) => {
        const asks = title === "outside" && toAsk.length > 0;
        const chosen = agreed ?? new Set(toAsk.map(({ compartment }) => compartment));
        return (
          <>
            {lines.length === 0 && !asks ? (
              <Note kind="good">{said.nothingToTell}</Note>
            ) : (
              <Card title={said.toTell}>
                {lines.map((line) => (
                  <p key={sayings.sentence(line)}>« {sayings.sentence(line)} »</p>
                ))}
                {asks && <p>« {said.askSentence} »</p>}
                <Choice
                  legend={said.informed}
                  value={told}
                  onChange={onTold}
                  options={(["oral", "paper", "falc", "no"] as const).map((one) => ({
                    value: one,
                    label: messages.teamTold[one],
                    ...(one === "no" ? { detail: said.notTold } : {}),
                    ...(one === "oral" && asks ? { detail: said.oralOnly } : {}),
                  }))}
                />
              </Card>
            )}
            {asks && told !== "no" && (
              <fieldset class="choice">
                <legend>{said.agrees}</legend>
                {toAsk.map(({ compartment }) => (
                  <Check
                    key={compartment}
                    label={partName(compartment, language)}
                    checked={chosen.has(compartment)}
                    onChange={(checked) => {
                      onAgreed(new Set(checked ? [...chosen, compartment] : [...chosen].filter((one) => one !== compartment)));
                    }}
                  />
                ))}
              </fieldset>
            )}
            {children(toAsk)}
          </>
        );
      }}
    </Loaded>
  );
}
