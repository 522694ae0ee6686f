/** « Ma phrase de secours »: shown once, three words asked back, the former's consent where there is one; one decision a screen. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { Recent } from "../../app/recent.tsx";
import { go, href } from "../../app/router.ts";
import { OwnChain } from "../../client/own-chain.ts";
import { areAskedWords, begin, finish, putOff, standing, veto } from "../../client/recovery.ts";
import type { Sheet, Standing } from "../../client/recovery.ts";
import { spaced } from "../../protocol/account-hold.ts";
import { recoveryList } from "./recovery-words.ts";
import { date, instant } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { PhraseField } from "./phrase-field.tsx";

const LONGEST = 40;

type Stage =
  | { readonly kind: "before" }
  | { readonly kind: "write" | "try"; readonly sheet: Sheet }
  | { readonly kind: "former"; readonly sheet: Sheet; readonly number: number }
  | { readonly kind: "done"; readonly standing: Standing };

export function PhraseScreen(): JSX.Element {
  const { messages, space } = useApp();
  const [stage, setStage] = useState<Stage>({ kind: "before" });
  // A person keeps no secret on paper: the professional who follows them invites them again, in the room.
  if (space === "person") return <Page title={messages.phrase.title} lead={messages.phrase.persons} />;
  switch (stage.kind) {
    case "before":
      return <Before onStage={setStage} />;
    case "write":
      return <Write sheet={stage.sheet} onStage={setStage} />;
    case "try":
      return <Try sheet={stage.sheet} onStage={setStage} />;
    case "former":
      return <Former sheet={stage.sheet} number={stage.number} onStage={setStage} />;
    case "done":
      return <Done standing={stage.standing} />;
  }
}

interface StageProps {
  readonly onStage: (stage: Stage) => void;
}

interface SheetProps extends StageProps {
  readonly sheet: Sheet;
}

function Before({ onStage }: StageProps): JSX.Element {
  const { messages, language, client, nowMs, tell } = useApp();
  const words = messages.phrase;
  const found = useLoad(() => standing(new OwnChain(client)), [client]);
  const make = useAct(async () => {
    onStage({ kind: "write", sheet: await begin(new OwnChain(client), await recoveryList(language)) });
  });
  const stop = useAct(async () => {
    await veto(new OwnChain(client));
    tell(words.vetoed);
    found.again();
  });
  return (
    <Page title={words.title} lead={words.lead} back={{ href: href({ name: "device" }), label: messages.nav.device }}>
      <Loaded from={found} lines={4}>
        {({ slot, replacedMs, isTried }) => (
          <>
            {isTried ? (
              <Note kind="good">
                <p>{words.inForce(slot.number, date(slot.timeMs, language))}</p>
                <p>{words.elsewhere}</p>
              </Note>
            ) : (
              <Note kind="warn">
                <p>
                  <strong>{words.never}</strong>
                </p>
                <p>{words.neverBody}</p>
              </Note>
            )}
            {replacedMs !== undefined && (
              <Note kind="warn">
                <p>{words.replaced(instant(replacedMs, language))}</p>
                <div class="row">
                  <Button onPress={() => stop.run()}>{words.veto}</Button>
                </div>
              </Note>
            )}
            <Recent>
              <div class="row">
                <Button kind={isTried ? "quiet" : "main"} onPress={() => make.run()}>
                  {isTried ? words.makeAnother : words.make}
                </Button>
              </div>
            </Recent>
            <div class="row">
              {!isTried && (
                <Button
                  onPress={async () => {
                    tell(words.laterTold(date(await putOff(client.vault, nowMs()), language)));
                    go({ name: "home" });
                  }}
                >
                  {words.later}
                </Button>
              )}
            </div>
          </>
        )}
      </Loaded>
      {make.state === "failed" && <ActNote act={make} />}
      {stop.state === "failed" && <ActNote act={stop} />}
    </Page>
  );
}

function Write({ sheet, onStage }: SheetProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.phrase;
  return (
    <Page title={words.writeTitle(sheet.number)} lead={words.writeLead(date(sheet.timeMs, language))}>
      <Card title={words.words}>
        <ol class="phrase-words">
          {sheet.words.map((word, at) => (
            <li key={at}>{word}</li>
          ))}
        </ol>
        <p class="soft">{words.writeHelp}</p>
      </Card>
      <Card title={words.hold}>
        <p class="code">{spaced(sheet.holdNumber)}</p>
        <p>{words.holdHelp}</p>
      </Card>
      <div class="row">
        <Button
          kind="main"
          onPress={() => {
            onStage({ kind: "try", sheet });
          }}
        >
          {words.written}
        </Button>
        <ButtonLink kind="quiet" href={href({ name: "device" })}>
          {messages.common.cancel}
        </ButtonLink>
      </div>
    </Page>
  );
}

function Try({ sheet, onStage }: SheetProps): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.phrase;
  const [typed, setTyped] = useState<readonly string[]>(sheet.places.map(() => ""));
  const [isWrong, setIsWrong] = useState(false);
  const check = useAct(async () => {
    setIsWrong(!areAskedWords(sheet, typed));
    if (!areAskedWords(sheet, typed)) return;
    if (sheet.former === undefined) {
      onStage({ kind: "done", standing: await finish(new OwnChain(client), sheet, undefined) });
    } else {
      onStage({ kind: "former", sheet, number: sheet.former.number });
    }
  });
  return (
    <Page title={words.tryTitle}>
      {isWrong && <Note kind="danger">{words.wrong}</Note>}
      {sheet.places.map((place, at) => (
        <TextField
          key={place}
          label={words.word(place)}
          value={typed[at] ?? ""}
          maxLength={LONGEST}
          onInput={(word) => {
            setTyped(typed.map((one, index) => (index === at ? word : one)));
          }}
        />
      ))}
      <div class="row">
        <Button kind="main" onPress={() => check.run()}>
          {words.try}
        </Button>
        <Button
          kind="quiet"
          onPress={() => {
            onStage({ kind: "write", sheet });
          }}
        >
          {words.again}
        </Button>
      </div>
      {check.state === "failed" && <ActNote act={check} />}
    </Page>
  );
}

function Former({ sheet, number, onStage }: SheetProps & { readonly number: number }): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.phrase;
  const end = async (former: Uint8Array | "lost"): Promise<void> => {
    onStage({ kind: "done", standing: await finish(new OwnChain(client), sheet, former) });
  };
  const lost = useAct(() => end("lost"));
  return (
    <Page title={words.formerTitle(number)} lead={words.formerLead}>
      <PhraseField label={messages.recover.label} action={words.try} onRead={end} />
      <div class="row">
        <Button kind="quiet" onPress={() => lost.run()}>
          {words.formerLost}
        </Button>
      </div>
      {lost.state === "failed" && <ActNote act={lost} />}
    </Page>
  );
}

function Done({ standing: { slot, replacedMs } }: { readonly standing: Standing }): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.phrase;
  const isPending = replacedMs !== undefined;
  return (
    <Page
      title={isPending ? words.pending : words.done(slot.number)}
      lead={isPending ? words.pendingBody(instant(replacedMs, language)) : words.doneBody}
    >
      <div class="row">
        <ButtonLink kind="main" href={href({ name: "home" })}>
          {messages.shell.toStart}
        </ButtonLink>
      </div>
    </Page>
  );
}
