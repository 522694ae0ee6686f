/** One press that takes a decision back, where the decision stands: an agreement withdrawn, an objection lifted, less than before. */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { href } from "../../app/router.ts";
import type { Make } from "../../client/facts.ts";
import { FOREVER } from "../../protocol/case-facts.ts";
import type { CaseFacts, FactRecord } from "../../protocol/case-facts.ts";
import type { Consent } from "../../protocol/fact-notices.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";

interface UndoProps {
  readonly case_: string;
  readonly make: Make;
  readonly label: string;
  /** What is said once it is recorded. */
  readonly done: string;
  readonly kind?: "danger" | "quiet";
  readonly again: () => void;
}

export function Undo({ case_, make, label, done, kind, again }: UndoProps): JSX.Element {
  const { client, tell } = useApp();
  const undo = useAct(async () => {
    await client.writing.facts.record(case_, make);
    await client.save();
    tell(done);
    again();
  });
  return (
    <>
      <div class="row">
        <Button {...(kind === undefined ? {} : { kind })} onPress={() => undo.run()}>
          {label}
        </Button>
      </div>
      {undo.state !== "idle" && <ActNote act={undo} />}
    </>
  );
}

interface MindProps {
  readonly case_: string;
  readonly record: FactRecord<Consent>;
  readonly facts: CaseFacts;
}

/** A refusal is undone by an agreement: on its own screen, with its text. */
export function ChangeOfMind({ case_, record, facts }: MindProps): JSX.Element | null {
  const { messages } = useApp();
  const users = record.fact.recipients.users ?? [];
  const taking = facts
    .of("participation")
    .findLast(({ hash, fact }) => users.includes(fact.user) && facts.endedAt(hash) === FOREVER);
  if (taking === undefined) return null;
  return (
    <div class="row">
      <ButtonLink href={href({ name: "myConsent", case: case_, participation: taking.hash })}>
        {messages.myChoices.changeMind}
      </ButtonLink>
    </div>
  );
}
