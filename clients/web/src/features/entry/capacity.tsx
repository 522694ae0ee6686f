/** « J'exerce comme … »: have one's capacities attested, and choose the one to act in. Another one is another session. */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { structureLabel } from "../../app/shell.tsx";
import { registrarAddresses } from "../../client/platform.ts";
import { functionName } from "../../i18n/codes.ts";
import { date } from "../../i18n/times.ts";
import type { Attestation } from "../../protocol/capacities.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, Empty, Facts } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";

export function CapacityScreen(): JSX.Element {
  const { messages, session, leave } = useApp();
  const held = useLoad(async () => {
    const [capacities, addresses] = await Promise.all([session.capacities(), registrarAddresses(session.hub.transport)]);
    return { capacities, addresses };
  }, [session]);
  const ask = useAct(async (address: string) => {
    leave(await session.startAttesting(address));
  });
  return (
    <Page title={messages.capacity.title} lead={messages.capacity.body}>
      <Loaded from={held} lines={6}>
        {({ capacities, addresses }) => (
          <>
            {capacities.length === 0 && <Empty title={messages.capacity.none} />}
            {capacities.map((one) => (
              <Capacity attestation={one} key={one.id} />
            ))}
            {addresses.length === 0 && <p class="soft">{messages.capacity.noRegistrar}</p>}
            <div class="row">
              {addresses.map((address) => (
                <Button onPress={() => ask.run(address)} key={address}>
                  {messages.capacity.ask}
                </Button>
              ))}
            </div>
            {ask.state === "failed" && <ActNote act={ask} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Capacity({ attestation }: { readonly attestation: Attestation }): JSX.Element {
  const { messages, language, session, acting, leave } = useApp();
  const take = useAct(async () => {
    await session.actAs(attestation.id);
    leave(await session.start());
  });
  const { structure } = attestation.capacity;
  const label = functionName(attestation.capacity, language);
  const current = acting?.id === attestation.id;
  return (
    <Card title={label} aside={current && <Badge tone="good">{messages.capacity.current}</Badge>}>
      <Facts
        items={[
          [messages.capacity.where, structureLabel(session.bundle.registrars, structure)],
          [messages.capacity.until, date(attestation.untilMs, language)],
        ]}
      />
      {!current && (
        <div class="row">
          <Button kind="main" onPress={() => take.run()} label={messages.capacity.act(label)}>
            {messages.capacity.choose}
          </Button>
        </div>
      )}
      {take.state === "failed" && <ActNote act={take} />}
    </Card>
  );
}
