/** How an entry is held back, chosen at writing or after (F27): what this user may choose in this case, and the sentences apart. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { HELD_MASKS, PASSAGE } from "../../client/drafts.ts";
import type { Held } from "../../client/drafts.ts";
import { sentencesOf } from "../../client/passages.ts";
import { instantOf } from "../../protocol/case-state.ts";
import { checkMaskSetBy } from "../../protocol/masks.ts";
import { Name } from "../../ui/card.tsx";
import { Check } from "../../ui/choice.tsx";
import { Select } from "../../ui/field.tsx";

/** What may be chosen: an announcement by a health professional, a minor's secret by one, both secrets in a minor's case alone. */
export function useHolds(of: string): readonly Held[] {
  const { client, acting, nowMs } = useApp();
  const found = useLoad(async () => {
    const { main } = await client.casebook.view(of, { refresh: false });
    return main.facts.isMinor(instantOf(main, nowMs()));
  }, [client, of]);
  const minor = found.state === "ready" && found.value;
  const may = (mask: Held): boolean => {
    // The judge may have a child's place of reception kept secret (R54).
    if (mask === "address_secret") return minor;
    try {
      checkMaskSetBy(mask, acting?.capacity.category, minor);
      return true;
    } catch {
      return false;
    }
  };
  return ([PASSAGE, ...HELD_MASKS] as const).filter(may);
}

interface HoldBackProps {
  readonly of: string;
  readonly text: string;
  readonly held: Held | undefined;
  readonly passages: readonly string[];
  readonly onChange: (change: { readonly held?: Held | undefined; readonly passages?: readonly string[] }) => void;
}

/** « Réserver », at writing: from whom, in words, before it leaves. */
export function HoldBack({ of, text, held, passages, onChange }: HoldBackProps): JSX.Element {
  const said = useApp().messages.withhold;
  const holds = useHolds(of);
  return (
    <>
      <Select
        label={said.from}
        hint={held === undefined ? said.fromHint : said[`${held}_detail`]}
        options={[{ value: "", label: said.nobodyBack }, ...holds.map((one) => ({ value: one, label: said[one] }))]}
        value={held ?? ""}
        onChange={(value) => {
          onChange({ held: value === "" ? undefined : value, passages: [] });
        }}
      />
      {held === PASSAGE && (
        <Sentences
          text={text}
          chosen={passages}
          onChange={(next) => {
            onChange({ passages: next });
          }}
        />
      )}
    </>
  );
}

interface SentencesProps {
  readonly text: string;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** The sentences of a text, to tick those about somebody else; one that was changed since is not ticked any more. */
export function Sentences({ text, chosen, onChange }: SentencesProps): JSX.Element {
  const { messages } = useApp();
  const sentences = sentencesOf(text);
  const kept = sentences.filter((one) => chosen.includes(one));
  return (
    <fieldset class="choice">
      <legend>{messages.withhold.whichPassage}</legend>
      {sentences.map((one) => (
        <Check
          key={one}
          label={<Name>{one}</Name>}
          checked={kept.includes(one)}
          onChange={(checked) => {
            onChange(checked ? [...kept, one] : kept.filter((other) => other !== one));
          }}
        />
      ))}
      {!areTold(text, chosen) && <p>{messages.withhold.noPassageYet}</p>}
    </fieldset>
  );
}

/** Whether at least one sentence is ticked, and each that was is still in the text word for word: else it would stay readable. */
export function areTold(text: string, chosen: readonly string[]): boolean {
  const sentences = sentencesOf(text);
  return chosen.length > 0 && chosen.every((one) => sentences.includes(one));
}
