/**
 * Writing in a compartment or answering an entry: level chosen well by default (F7), the draft kept encrypted, sending honest about
 * where it stands. Who will read it is said before it leaves.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { placeText } from "../../protocol/places.ts";
import type { Place } from "../../protocol/places.ts";
import type { Relation } from "../../protocol/kinds.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { TextArea } from "../../ui/field.tsx";
import { levelName } from "../../i18n/codes.ts";
import { Readers } from "./readers.tsx";

const LONGEST_TITLE = 120;
const KEEP_AFTER_MS = 400;

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
  const { messages, language, client, tell } = useApp();
  const compartment = places[0]?.kind === "section" ? (places[0].name.split("/")[0] ?? "") : undefined;
  const where = replies ?? `${of} ${compartment ?? placeText(places[0] ?? { kind: "exchange", name: "" })}`;
  const [text, setText] = useState("");
  const [level, setLevel] = useState<number>();
  const [kept, setKept] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    let left = false;
    void Promise.all([client.drafts.load(where), compartment === undefined ? 2 : client.drafts.level(compartment)]).then(
      ([draft, usual]) => {
        if (left) return;
        if (draft !== undefined) setText((typed) => (typed === "" ? draft.text : typed));
        setLevel(draft?.level ?? usual);
      },
    );
    return () => {
      left = true;
      clearTimeout(timer.current);
    };
  }, [client, where, compartment]);
  const levels = places.flatMap((one) => (one.kind === "section" ? [Number(one.name.split("/")[1])] : []));
  const chosen = level !== undefined && levels.includes(level) ? level : levels[0];
  const place = places.find((one) => one.kind !== "section" || one.name.endsWith(`/${chosen ?? 0}`));
  const keep = (next: string, nextLevel: number | undefined): void => {
    clearTimeout(timer.current);
    setKept(false);
    timer.current = setTimeout(() => {
      void client.drafts.save(where, { text: next, level: nextLevel ?? 2, asksCharge: false }).then(() => {
        setKept(true);
      });
    }, KEEP_AFTER_MS);
  };
  const send = useAct(async () => {
    const words = text.trim();
    if (place === undefined || words === "") return;
    clearTimeout(timer.current);
    await client.drafts.save(where, { text, level: chosen ?? 2, asksCharge: false });
    const relations: readonly Relation[] = replies === undefined ? [] : [{ relation: "replies_to", entry: replies }];
    await client.writing.posting.post(of, place, { title: titleOf(words), kind, fields: { text: words }, relations });
    await client.drafts.remove(where);
    if (compartment !== undefined && chosen !== undefined) await client.drafts.chose(compartment, chosen);
    setText("");
    tell(messages.act.logged);
    await onSent();
  });
  const busy = send.state === "sending" || send.state === "sent";
  return (
    <form
      class="composer stack"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send.run();
      }}
    >
      {levels.length > 1 && (
        <Choice
          legend={messages.compose.level}
          value={String(chosen)}
          onChange={(value) => {
            setLevel(Number(value));
            keep(text, Number(value));
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
          setText(next);
          keep(next, chosen);
        }}
      />
      {place !== undefined && text.trim() !== "" && <Readers of={of} place={place} />}
      <div class="row">
        <Button kind="main" onPress={() => send.run()}>
          {messages.compose.send}
        </Button>
        <span class="soft">{kept && text.trim() !== "" ? messages.compose.draft : messages.compose.kept}</span>
      </div>
      {(busy || send.state === "failed") && <ActNote act={send} />}
    </form>
  );
}
