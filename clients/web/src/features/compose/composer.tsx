/**
 * Writing in a compartment or answering an entry: level chosen well by default (F7), the draft and its files kept encrypted. Who will
 * read it is said before it leaves; it then leaves by itself, and can be held back for 20 seconds (`outgoing.tsx`).
 */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { PASSAGE } from "../../client/drafts.ts";
import { placeText } from "../../protocol/places.ts";
import type { Place } from "../../protocol/places.ts";
import type { Relation } from "../../protocol/kinds.ts";
import { Button } from "../../ui/button.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { TextArea } from "../../ui/field.tsx";
import { levelName } from "../../i18n/codes.ts";
import { AttachedTo } from "./attachments.tsx";
import { useDraft } from "./draft.ts";
import { areTold, HoldBack } from "./held.tsx";
import { Readers } from "./readers.tsx";

const LONGEST_TITLE = 120;
/** After which nobody took it over. */
const ASKED_HOURS = 24;

interface ComposerProps {
  readonly of: string;
  /** The sections one may write in, of one compartment; or one exchange. */
  readonly places: readonly Place[];
  readonly label: string;
  readonly kind: "message" | "transmission";
  readonly replies?: string;
  readonly onSent: () => void | Promise<void>;
}

/** The first line, as a title: what a list shows before anybody opens it. */
export function titleOf(text: string): string {
  const [first = ""] = text.trim().split("\n");
  const line = first.trim();
  if (line.length <= LONGEST_TITLE) return line;
  // Never half a character of two.
  return `${line.slice(0, LONGEST_TITLE - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

export function Composer({ of, places, label, kind, replies, onSent }: ComposerProps): JSX.Element {
  const { messages, language, client } = useApp();
  const compartment = places[0]?.kind === "section" ? (places[0].name.split("/")[0] ?? "") : undefined;
  const where = replies ?? `${of} ${compartment ?? placeText(places[0] ?? { kind: "exchange", name: "" })}`;
  const draft = useDraft(where, compartment);
  const { text, files, asksCharge, held, passages = [] } = draft.value;
  const levels = places.flatMap((one) => (one.kind === "section" ? [Number(one.name.split("/")[1])] : []));
  const chosen = draft.level !== undefined && levels.includes(draft.level) ? draft.level : levels[0];
  const place = places.find((one) => one.kind !== "section" || one.name.endsWith(`/${chosen ?? 0}`));
  const isUntold = held === PASSAGE && !areTold(text, passages);
  const isEmpty = text.trim() === "" && files.length === 0;
  const send = useAct(async () => {
    const words = text.trim();
    if (place === undefined || isEmpty || isUntold) return;
    await draft.settled();
    const relations: readonly Relation[] = replies === undefined ? [] : [{ relation: "replies_to", entry: replies }];
    const asked = asksCharge && words !== "";
    const fields = words === "" ? {} : { text: words, ...(asked ? { asks_charge: ASKED_HOURS } : {}) };
    const title = titleOf(words === "" ? (files[0]?.name ?? "") : words);
    const message = { case: of, place, where, title, kind: asked ? "transmission" : kind, fields, relations, files };
    await client.outgoing.leave({ ...message, ...(held === PASSAGE ? { passages } : { held }) });
    await client.drafts.remove(where);
    draft.cleared();
    if (compartment !== undefined && chosen !== undefined) await client.drafts.chose(compartment, chosen);
    await onSent();
  });
  return (
    <AttachedTo
      label={label}
      files={files}
      onFiles={(next) => {
        draft.change({ files: next });
      }}
      onSend={() => void send.run()}
      foot={
        <>
          <div class="row">
            <Button kind="main" onPress={() => send.run()}>
              {messages.compose.send}
            </Button>
            <span class="soft">{draft.kept && !isEmpty ? messages.compose.draft : messages.compose.kept}</span>
          </div>
          {send.state === "failed" && <ActNote act={send} />}
        </>
      }
    >
      {levels.length > 1 && (
        <Choice
          legend={messages.compose.level}
          value={String(chosen)}
          onChange={(value) => {
            draft.change({ level: Number(value) });
          }}
          options={levels.map((one) => ({
            value: String(one),
            label: levelName(one, language),
            detail: one === 1 ? messages.compose.essential : messages.compose.detail,
          }))}
        />
      )}
      <TextArea
        label={label}
        value={text}
        onInput={(next) => {
          draft.change({ text: next });
        }}
      />
      {place !== undefined && !isEmpty && <Readers of={of} place={place} held={held} />}
      {text.trim() !== "" && compartment !== undefined && (
        <HoldBack of={of} text={text} held={held} passages={passages} onChange={draft.change} />
      )}
      {text.trim() !== "" && (
        <Check
          label={messages.sending.asks}
          detail={messages.sending.asksDetail(String(ASKED_HOURS))}
          checked={asksCharge}
          onChange={(checked) => {
            draft.change({ asksCharge: checked });
          }}
        />
      )}
    </AttachedTo>
  );
}
