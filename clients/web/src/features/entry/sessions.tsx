/** Where somebody is signed in, with the hour and the device, and a button to end what they do not recognise. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Failure, Loaded, useLoad } from "../../app/load.tsx";
import { endSession, ownSessions } from "../../client/sessions.ts";
import { ago } from "../../i18n/times.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card, List, Row } from "../../ui/card.tsx";

/** Enough of a device's id to tell two of them apart. */
const MARK = 4;

export function Sessions(): JSX.Element {
  const { messages, session, language, nowMs, tell } = useApp();
  const words = messages.home;
  const { transport } = session.hub;
  const found = useLoad(() => ownSessions(transport), [transport]);
  const [failure, setFailure] = useState<unknown>();
  const end = async (id: string): Promise<void> => {
    setFailure(undefined);
    try {
      await endSession(transport, id);
      tell(words.sessionEnded);
    } catch (error) {
      setFailure(error);
    }
    found.again();
  };
  return (
    <Card title={words.sessions}>
      <p class="soft">{words.sessionsHelp}</p>
      {failure !== undefined && <Failure error={failure} />}
      <Loaded from={found} lines={3}>
        {(sessions) => (
          <List label={words.sessions}>
            {sessions.map((one) => {
              const device =
                one.device === session.identity.device ? words.thisDevice : words.otherDevice(one.device.slice(0, MARK));
              const opened = ago(one.createdMs, nowMs(), language);
              return (
                <Row
                  key={one.session}
                  title={device}
                  detail={words.openedAt(opened, ago(one.seenMs, nowMs(), language))}
                  aside={one.current && <Badge tone="accent">{words.thisSession}</Badge>}
                >
                  {!one.current && (
                    <Button label={words.endSessionOf(device, opened)} onPress={() => end(one.session)}>
                      {words.endSession}
                    </Button>
                  )}
                </Row>
              );
            })}
          </List>
        )}
      </Loaded>
    </Card>
  );
}
