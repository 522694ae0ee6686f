/** Saying whether an emergency was legitimate: by the auditor, and by who follows the case (P5). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import type { Judgement } from "../../client/emergency-reviews.ts";
import { instant } from "../../i18n/times.ts";
import { MAX_WORDS } from "../../protocol/emergency-words.ts";
import { TOLD_MEANS } from "../../protocol/fact-emergencies.ts";
import type { EmergencyReview, Told } from "../../protocol/fact-emergencies.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Select, TextArea } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";

/** What somebody said of it. */
export function Reviewed({ review }: { readonly review: EmergencyReview }): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.auditEmergency;
  const isGood = review.outcome === "legitimate";
  return (
    <Card title={isGood ? words.legitimate : words.notLegitimate} tone={isGood ? "good" : "danger"}>
      <p>{words.reviewed(instant(review.atMs, language))}</p>
      {!isGood && <p>{words.notLegitimateHelp}</p>}
    </Card>
  );
}

interface ReviewProps {
  /** Records the judgement; returns its leaf. */
  readonly judge: (judged: Judgement) => Promise<number>;
  readonly onDone: () => void;
}

export function ReviewForm({ judge, onDone }: ReviewProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.auditEmergency;
  const [outcome, setOutcome] = useState<EmergencyReview["outcome"]>();
  const [text, setText] = useState("");
  const [told, setTold] = useState<Told["means"] | "no">("no");
  const [missing, setMissing] = useState(false);
  const close = useAct(async (judged: EmergencyReview["outcome"]) => {
    const said = text.trim() === "" ? undefined : text.trim();
    const leaf = await judge({ outcome: judged, text: said, told: told === "no" ? undefined : told });
    await client.save();
    tell(words.done(String(leaf)));
    onDone();
  });
  return (
    <Card title={words.review}>
      <Choice
        legend={words.judge}
        options={[
          { value: "legitimate", label: words.legitimate, detail: words.legitimateHelp },
          { value: "not_legitimate", label: words.notLegitimate, detail: words.notLegitimateHelp },
        ]}
        value={outcome}
        onChange={setOutcome}
      />
      <TextArea label={words.text} hint={words.textHint} value={text} onInput={setText} maxLength={MAX_WORDS} />
      <Select
        label={words.told}
        options={[{ value: "no", label: words.toldNo }, ...TOLD_MEANS.map((means) => ({ value: means, label: words[means] }))]}
        value={told}
        onChange={setTold}
      />
      {missing && outcome === undefined && <Note kind="danger">{words.choose}</Note>}
      <div class="row">
        <Button
          kind="main"
          onPress={async () => {
            setMissing(outcome === undefined);
            if (outcome !== undefined) await close.run(outcome);
          }}
        >
          {words.close}
        </Button>
      </div>
      <ActNote act={close} />
    </Card>
  );
}
