/** Collecting an agreement or a refusal for one professional: on paper with its photo, or aloud; without network too (F20). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { consent } from "../../client/facts.ts";
import { redrawn, UnreadableImage } from "../../client/images.ts";
import { textHash } from "../../client/notice-hashes.ts";
import type { PaperPhoto } from "../../client/outbox.ts";
import { annexPlace } from "../../client/facts-annexes.ts";
import { asking, isHeard, partsToAsk, whoSees } from "../../client/who-sees.ts";
import type { Seer } from "../../client/who-sees.ts";
import { partName } from "../../i18n/codes.ts";
import { sizeInWords } from "../../i18n/sizes.ts";
import type { Information } from "../../protocol/fact-notices.ts";
import { Button } from "../../ui/button.tsx";
import { Card, Empty, Name } from "../../ui/card.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { Field } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { consentText } from "../person/notice-text.ts";
import { useKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { useSayings } from "./words.ts";

interface AskProps {
  readonly of: string;
  readonly participation: string;
}

export function ConsentAskScreen({ of, participation }: AskProps): JSX.Element {
  const { messages } = useApp();
  const found = useKnown(of);
  return (
    <Page title={messages.team.askTitle} back={{ href: href({ name: "consents", case: of }), label: messages.team.consents }}>
      <Loaded from={found} lines={10}>
        {(known) => {
          const seer = whoSees(known.facts, known.table, known.nowMs).find((one) => one.participation === participation);
          if (seer === undefined) return <Empty title={messages.team.nothingToAsk} />;
          const { refusal } = asking(seer, known.facts, known.nowMs);
          const taken = refusal !== undefined && isHeard(refusal) ? refusal : undefined;
          const toAsk = partsToAsk(seer);
          const isAsked = (part: string): boolean => toAsk.some(({ compartment }) => compartment === part);
          const refused = taken?.fact.information.filter(({ compartment }) => !isAsked(compartment)) ?? [];
          if (toAsk.length + refused.length === 0) return <Empty title={messages.team.nothingToAsk} />;
          return <Ask of={of} known={known} seer={seer} toAsk={toAsk} refused={refused} refusal={taken?.hash} />;
        }}
      </Loaded>
    </Page>
  );
}

/** The photo anew, without place, hour or camera (F32). */
async function paperOf(file: Blob): Promise<PaperPhoto> {
  const image = await redrawn(file);
  const name = image.type === "image/png" ? "feuille.png" : "feuille.jpg";
  return { name, mediaType: image.type, data: new Uint8Array(await image.arrayBuffer()) };
}

type Means = "paper" | "falc" | "oral";

interface AskedProps {
  readonly of: string;
  readonly known: Known;
  readonly seer: Seer;
  readonly toAsk: readonly Information[];
  /** What she refused, in `refusal`: an agreement to any of it takes the place of the whole. */
  readonly refused: readonly Information[];
  readonly refusal: string | undefined;
}

function Ask({ of, known, seer, toAsk, refused, refusal }: AskedProps): JSX.Element {
  const { messages, language, client, acting, tell } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const { facts, table, nowMs } = known;
  const keepsPapers = annexPlace(table, facts, { user: client.author.user, capacity: acting?.capacity }, nowMs) !== undefined;
  const askable = [...toAsk, ...refused];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    // What she refused is proposed by itself alone, never along with what is asked for the first time.
    new Set((toAsk.length > 0 ? toAsk : refused).map(({ compartment: part }) => part)),
  );
  const [means, setMeans] = useState<Means>("paper");
  const [photo, setPhoto] = useState<PaperPhoto>();
  const [unreadable, setUnreadable] = useState(false);
  const information = askable.filter(({ compartment }) => chosen.has(compartment));
  const isBack = refused.some(({ compartment }) => chosen.has(compartment));
  const record = useAct(async (decision: "given" | "refused") => {
    const terms = {
      information,
      recipients: { users: [seer.user] },
      text: textHash("consent", means === "falc"),
      // Only said: the reason why nothing was left with her is stated, or the agreement would not hold (D1110-3-2).
      support: means === "oral" ? "impossible" : means,
      means: means === "oral" ? "oral" : "written",
      decision,
      // A new signed fact: the refusal stays where it was written, and no longer counts.
      ...(refusal === undefined || !isBack ? {} : { supersedes: refusal }),
    } as const;
    const paper = photo !== undefined && means !== "oral" ? { words: { paper: photo } } : {};
    const result = await client.writing.facts.record(of, consent(terms), paper);
    if (result.kind === "recorded") await client.writing.syncing.sync(of);
    await client.save();
    tell(result.kind === "kept" ? said.keptHere : decision === "given" ? said.consentRecorded : said.refusalRecorded);
    go({ name: "consents", case: of });
  });
  const take = async (file: File | undefined): Promise<void> => {
    setUnreadable(false);
    try {
      setPhoto(file === undefined ? undefined : await paperOf(file));
    } catch (error) {
      if (!(error instanceof UnreadableImage)) throw error;
      setUnreadable(true);
    }
  };
  const who = `${sayings.who(seer.user, seer.capacity)}, ${sayings.where(seer.user, seer.capacity)}`;
  const blanks = new Map([
    ["information", sayings.information(information)],
    ["recipients", who],
    ["person", ""],
    ["until", messages.myConsent.episode],
    ["controller", sayings.structure(facts.structure)],
    ["structure", sayings.structure(facts.structure)],
  ]);
  return (
    <>
      {isBack && <Note kind="plain">{said.refusedBefore}</Note>}
      <Card title={said.forWhom}>
        <p>
          <Name>{who}</Name>
        </p>
        <fieldset class="choice">
          <legend>{said.agrees}</legend>
          {askable.map(({ compartment: part }) => (
            <Check
              key={part}
              label={partName(part, language)}
              checked={chosen.has(part)}
              onChange={(checked) => {
                setChosen(new Set(checked ? [...chosen, part] : [...chosen].filter((one) => one !== part)));
              }}
            />
          ))}
        </fieldset>
      </Card>
      <Disclosure summary={said.readText}>
        {consentText("fr", blanks).map(({ title, lines }) => (
          <section class="paragraph" lang="fr" key={title}>
            <h3>{title}</h3>
            {lines.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </section>
        ))}
      </Disclosure>
      <Choice
        legend={said.how}
        value={means}
        onChange={setMeans}
        options={(["paper", "falc", "oral"] as const).map((one) => ({ value: one, label: messages.teamAnswered[one] }))}
      />
      {means !== "oral" && !keepsPapers && <Note kind="plain">{said.photoRefused}</Note>}
      {means !== "oral" && keepsPapers && (
        <Field
          label={said.takePhoto}
          hint={photo === undefined ? said.photoHelp : said.photoTaken(sizeInWords(photo.data.length, language))}
          error={unreadable ? said.photoUnreadable : undefined}
        >
          {(tied) => (
            <input
              {...tied}
              type="file"
              accept="image/*"
              capture="environment"
              onChange={(event) => {
                void take(event.currentTarget.files?.[0]);
              }}
            />
          )}
        </Field>
      )}
      {information.length === 0 ? (
        <Note kind="plain">{messages.myConsent.chooseOne}</Note>
      ) : (
        <div class="row">
          <Button kind="main" onPress={() => record.run("given")}>
            {said.sheAgrees}
          </Button>
          <Button onPress={() => record.run("refused")}>{said.sheRefuses}</Button>
        </div>
      )}
      {record.state !== "idle" && <ActNote act={record} />}
    </>
  );
}
