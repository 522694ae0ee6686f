/** « Verrouillage »: what opens this browser, after how long it locks, and locking now. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { lockNow, readLock, setIdle } from "../../client/lock.ts";
import type { Lock, Slot } from "../../client/lock.ts";
import { addSlot, removeSlot, setLock } from "../../client/lock-slots.ts";
import type { Opener } from "../../client/lock-slots.ts";
import { date, duration } from "../../i18n/times.ts";
import type { Bytes } from "../../protocol/bytes.ts";
import { Button } from "../../ui/button.tsx";
import { Card, List, Row } from "../../ui/card.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { NewSlot } from "./new-slot.tsx";
import { Unlock } from "./unlock.tsx";

const MINUTE_MS = 60_000;
/** In minutes; the second is preset. */
const IDLE = ["5", "15", "60", "720"] as const;
type Idle = (typeof IDLE)[number];
const PRESET: Idle = "15";

export function LockScreen(): JSX.Element {
  const { messages } = useApp();
  const found = useLoad(() => readLock(), []);
  return (
    <Page
      title={messages.lock.title}
      lead={messages.lock.lead}
      back={{ href: href({ name: "device" }), label: messages.nav.device }}
    >
      <Loaded from={found} lines={6}>
        {(lock) => (lock === undefined ? <Without /> : <With lock={lock} again={found.again} />)}
      </Loaded>
    </Page>
  );
}

/** No lock yet: what the first slot is. */
function Without(): JSX.Element {
  const { messages } = useApp();
  const words = messages.lock;
  const [idle, choose] = useState<Idle>(PRESET);
  return (
    <>
      <Card title={words.none} tone="warn">
        <p>{words.noneBody}</p>
      </Card>
      <AfterIdle value={idle} onChange={choose} />
      <NewSlot
        kinds={["passkey", "phrase"]}
        onMade={async (opener) => {
          await setLock(opener, Number(idle) * MINUTE_MS, Date.now());
          // What this page holds in memory is of the key from before.
          location.reload();
        }}
      />
    </>
  );
}

/** What waits for the lock to be opened once more before it changes. */
type Change = (seal: Bytes) => Promise<void>;

function With({ lock, again }: { readonly lock: Lock; readonly again: () => void }): JSX.Element {
  const { messages, language, tell } = useApp();
  const words = messages.lock;
  const [waiting, setWaiting] = useState<Change>();
  const ask = (change: Change): void => {
    setWaiting(() => change);
  };
  const done = (said: string): void => {
    setWaiting(undefined);
    tell(said);
    again();
  };
  const hasPhrase = lock.slots.some((one) => one.kind === "phrase");
  const nameOf = (slot: Slot): string => (slot.kind === "passkey" ? words.passkey : words.phrase);
  const idle = IDLE.find((one) => Number(one) * MINUTE_MS === lock.idleMs) ?? PRESET;
  return (
    <>
      <div class="row">
        <Button
          kind="main"
          onPress={async () => {
            await lockNow();
            location.reload();
          }}
        >
          {words.now}
        </Button>
      </div>
      <Card title={words.ways}>
        <List label={words.ways}>
          {lock.slots.map((slot) => (
            <Row key={slot.addedMs} title={nameOf(slot)} detail={words.since(date(slot.addedMs, language))}>
              <Button
                label={words.removeOf(nameOf(slot))}
                onPress={() => {
                  ask(async () => {
                    await removeSlot(slot);
                    done(words.removed);
                  });
                }}
              >
                {words.remove}
              </Button>
            </Row>
          ))}
        </List>
      </Card>
      <AfterIdle
        value={idle}
        onChange={(next) => {
          void setIdle(Number(next) * MINUTE_MS).then(again);
        }}
      />
      <NewSlot
        kinds={hasPhrase ? ["passkey"] : ["passkey", "phrase"]}
        onMade={(opener: Opener) => {
          ask(async (seal) => {
            await addSlot(seal, opener, Date.now());
            done(words.added);
          });
          return Promise.resolve();
        }}
      />
      <Dialog
        title={words.first}
        open={waiting !== undefined}
        onClose={() => {
          setWaiting(undefined);
        }}
      >
        <p>{words.firstBody}</p>
        {waiting !== undefined && <Unlock lock={lock} onOpen={waiting} />}
      </Dialog>
    </>
  );
}

interface AfterIdleProps {
  readonly value: Idle;
  readonly onChange: (value: Idle) => void;
}

function AfterIdle({ value, onChange }: AfterIdleProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.lock;
  const options = IDLE.map((one) => ({ value: one, label: duration(Number(one) * MINUTE_MS, language) }));
  return <Select label={words.idle} hint={words.idleHint} options={options} value={value} onChange={onChange} />;
}
