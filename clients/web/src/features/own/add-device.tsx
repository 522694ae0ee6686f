/** « Ajouter un appareil »: a code to type on the new one, then the words that both screens show. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Failure } from "../../app/load.tsx";
import { Recent } from "../../app/recent.tsx";
import { href } from "../../app/router.ts";
import { DeviceCode } from "../../client/device-codes.ts";
import type { Newcomer } from "../../client/device-codes.ts";
import { Unreachable } from "../../client/errors.ts";
import { OwnChain } from "../../client/own-chain.ts";
import { hour } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";

const LOOK_AGAIN_MS = 1_000;

type Stage =
  | { readonly kind: "before"; readonly isStopped?: boolean }
  | { readonly kind: "shown"; readonly code: DeviceCode }
  | { readonly kind: "came"; readonly code: DeviceCode; readonly newcomer: Newcomer }
  | { readonly kind: "done" };

export function AddDeviceScreen(): JSX.Element {
  const { messages, client } = useApp();
  const words = messages.addDevice;
  const [stage, setStage] = useState<Stage>({ kind: "before" });
  const show = useAct(async () => {
    setStage({ kind: "shown", code: await DeviceCode.open(new OwnChain(client), client.hub) });
  });
  const title = { before: words.title, shown: words.code, came: words.compare, done: words.done }[stage.kind];
  const back = { href: href({ name: "devices" }), label: messages.devices.title };
  const again = (): void => {
    setStage({ kind: "before" });
  };
  return (
    <Page
      title={title}
      back={back}
      lead={{ before: words.lead, shown: words.how, came: words.compareHelp, done: words.doneBody }[stage.kind]}
    >
      {stage.kind === "before" && (
        <Recent>
          {stage.isStopped === true && <Note kind="good">{words.stopped}</Note>}
          <div class="row">
            <Button kind="main" onPress={() => show.run()}>
              {words.show}
            </Button>
          </div>
          {show.state === "failed" && <ActNote act={show} />}
        </Recent>
      )}
      {stage.kind === "shown" && <Shown code={stage.code} onCame={setStage} onAgain={again} />}
      {stage.kind === "came" && (
        <Came
          stage={stage}
          onEnd={(isAdded) => {
            setStage(isAdded ? { kind: "done" } : { kind: "before", isStopped: true });
          }}
        />
      )}
      {stage.kind === "done" && (
        <div class="row">
          <ButtonLink kind="main" href={back.href}>
            {back.label}
          </ButtonLink>
        </div>
      )}
    </Page>
  );
}

interface ShownProps {
  readonly code: DeviceCode;
  readonly onCame: (stage: Stage) => void;
  readonly onAgain: () => void;
}

function Shown({ code, onCame, onAgain }: ShownProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.addDevice;
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    const look = async (): Promise<void> => {
      try {
        const newcomer = await code.newcomer();
        if (newcomer !== undefined && !isLeft) onCame({ kind: "came", code, newcomer });
      } catch (error) {
        if (!(error instanceof Unreachable)) {
          setFailure(error);
          return;
        }
      }
      if (!isLeft) timer = setTimeout(() => void look(), LOOK_AGAIN_MS);
    };
    void look();
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [code, onCame]);
  return (
    <>
      {failure === undefined ? (
        <>
          <Card>
            <p class="code">{code.spoken}</p>
            <p class="soft">{words.until(hour(code.expiresMs, language))}</p>
          </Card>
          <Note kind="plain">{words.waiting}</Note>
        </>
      ) : (
        <>
          <Failure error={failure} />
          <div class="row">
            <Button onPress={onAgain}>{words.again}</Button>
          </div>
        </>
      )}
    </>
  );
}

interface CameProps {
  readonly stage: Extract<Stage, { readonly kind: "came" }>;
  readonly onEnd: (isAdded: boolean) => void;
}

function Came({ stage: { code, newcomer }, onEnd }: CameProps): JSX.Element {
  const { messages } = useApp();
  const words = messages.addDevice;
  const admit = useAct(async () => {
    await code.admit(newcomer);
    onEnd(true);
  });
  return (
    <>
      <Card>
        <p class="code">{newcomer.phrase}</p>
      </Card>
      <div class="row">
        <Button kind="main" onPress={() => admit.run()}>
          {words.same}
        </Button>
        <Button
          onPress={() => {
            onEnd(false);
          }}
        >
          {words.other}
        </Button>
      </div>
      <ActNote act={admit} />
    </>
  );
}
