/** « Mes appareils »: listed, named, revoked, one decision a screen. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import type { Loading } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { nameDevice, ownDevices, revokeDevice } from "../../client/devices.ts";
import type { OwnDevice } from "../../client/devices.ts";
import { OwnChain } from "../../client/own-chain.ts";
import type { Messages } from "../../i18n/messages.ts";
import { date } from "../../i18n/times.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Badge, Card, List, Name, Row } from "../../ui/card.tsx";
import { TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";

/** Enough of a device's id to tell two of them apart. */
const MARK = 4;
const LONGEST = 60;

/** How a device is called here. */
export function deviceName(id: string, name: string | undefined, { devices }: Messages): string {
  return name ?? devices.unnamed(id.slice(0, MARK));
}

function useDevices(): Loading<readonly OwnDevice[]> {
  const { client } = useApp();
  return useLoad(async () => ownDevices(new OwnChain(client), await client.desk.names), [client]);
}

export function DevicesScreen(): JSX.Element {
  const { messages } = useApp();
  const words = messages.devices;
  const found = useDevices();
  return (
    <Page title={words.title} lead={words.lead} back={{ href: href({ name: "device" }), label: messages.nav.device }}>
      <div class="row">
        <ButtonLink kind="main" href={href({ name: "device-add" })}>
          {words.add}
        </ButtonLink>
      </div>
      <Loaded from={found} lines={4}>
        {(devices) => (
          <Card title={words.list}>
            <List label={words.list}>
              {devices.map((one) => (
                <Device one={one} key={one.id} />
              ))}
            </List>
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

function Device({ one }: { readonly one: OwnDevice }): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.devices;
  const name = deviceName(one.id, one.name, messages);
  const isGone = one.revokedMs !== undefined;
  return (
    <Row
      title={<Name>{name}</Name>}
      detail={isGone ? words.revoked(date(one.revokedMs, language)) : words.since(date(one.addedMs, language))}
      aside={!isGone && <Badge tone={one.isHere ? "accent" : "good"}>{one.isHere ? words.here : words.inUse}</Badge>}
    >
      {!isGone && (
        <>
          <Goes to="device-name" id={one.id} label={words.nameOf(name)}>
            {words.name}
          </Goes>
          {!one.isHere && (
            <Goes to="device-revoke" id={one.id} label={words.revokeOf(name)}>
              {words.revoke}
            </Goes>
          )}
        </>
      )}
    </Row>
  );
}

interface GoesProps {
  readonly to: "device-name" | "device-revoke";
  readonly id: string;
  readonly label: string;
  readonly children: string;
}

function Goes({ to, id, label, children }: GoesProps): JSX.Element {
  return (
    <a class="button" href={href({ name: to, device: id })} aria-label={label}>
      {children}
    </a>
  );
}

/** One device of ours, by its id. */
interface OfDevice {
  readonly id: string;
}

export function NameDeviceScreen({ id }: OfDevice): JSX.Element {
  const { messages } = useApp();
  const found = useDevices();
  const words = messages.devices;
  return (
    <Page title={words.nameLabel} back={{ href: href({ name: "devices" }), label: words.title }}>
      <Loaded from={found}>
        {(devices) => devices.filter((one) => one.id === id).map((one) => <NameForm one={one} key={one.id} />)}
      </Loaded>
    </Page>
  );
}

function NameForm({ one }: { readonly one: OwnDevice }): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.devices;
  const [name, setName] = useState(one.name ?? "");
  const keep = useAct(async () => {
    await nameDevice(await client.desk.names, one.id, name);
    tell(words.named);
    go({ name: "devices" });
  });
  return (
    <>
      <TextField label={words.nameLabel} hint={words.nameHint} value={name} onInput={setName} maxLength={LONGEST} />
      <div class="row">
        <Button kind="main" onPress={() => keep.run()}>
          {words.keep}
        </Button>
      </div>
      {keep.state === "failed" && <ActNote act={keep} />}
    </>
  );
}

export function RevokeDeviceScreen({ id }: OfDevice): JSX.Element {
  const { messages } = useApp();
  const found = useDevices();
  const words = messages.devices;
  const one = found.state === "ready" ? found.value.find((device) => device.id === id) : undefined;
  return (
    <Page
      title={words.revokeTitle(deviceName(id, one?.name, messages))}
      lead={words.revokeLead}
      back={{ href: href({ name: "devices" }), label: words.title }}
    >
      <Loaded from={found}>{() => <Revoke id={id} />}</Loaded>
    </Page>
  );
}

function Revoke({ id }: OfDevice): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.devices;
  const revoke = useAct(async () => {
    await revokeDevice(new OwnChain(client), id);
    // The device is out. What its keys opened is closed from here on in every case that is within reach.
    try {
      const cases = await client.casebook.cases();
      for (const case_ of cases) await client.writing.syncing.sync(case_);
      tell(words.revokeDone(cases.length));
    } catch {
      tell(words.revokeOwed);
    }
    go({ name: "devices" });
  });
  return (
    <>
      <Card>
        {words.revokeWhat.split("\n").map((line) => (
          <p key={line}>{line}</p>
        ))}
      </Card>
      <div class="row">
        <Button kind="danger" onPress={() => revoke.run()}>
          {words.revokeDo}
        </Button>
        <ButtonLink href={href({ name: "devices" })}>{messages.common.cancel}</ButtonLink>
      </div>
      <ActNote act={revoke} />
    </>
  );
}
