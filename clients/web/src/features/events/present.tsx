/**
 * Presentation of a conference (F22): its documents one at a time in large type, over the whole window, so that no name of another
 * case is in sight. Arrows turn the pages, Escape leaves. What is shown is opened, and the log says so, when its turn comes.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go } from "../../app/router.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/card.tsx";
import { Page } from "../../ui/page.tsx";
import { EntrySheet } from "../thread/sheet.tsx";

interface PresentProps {
  readonly of: string;
  readonly conference: string;
}

export function PresentScreen({ of, conference }: PresentProps): JSX.Element {
  const { messages, client } = useApp();
  const said = messages.meeting;
  const [at, setAt] = useState(0);
  const place = useRef<HTMLDialogElement>(null);
  const found = useLoad(async () => {
    const { desk } = client;
    const meetings = await client.writing.conferences.all(of);
    const listed = new Set(meetings.find(({ hash }) => hash === conference)?.fact.entries);
    const [received, names, marks] = await Promise.all([desk.of(of), desk.names, desk.marks]);
    const shown = received.filter(({ entry }) => listed.has(entry)).sort((a, b) => a.writtenMs - b.writtenMs);
    return { shown, closed: listed.size - shown.length, names, marks };
  }, [client, of, conference]);
  const count = found.state === "ready" ? found.value.shown.length : 0;
  const turn = (by: number): void => {
    setAt((now) => Math.min(Math.max(now + by, 0), Math.max(count - 1, 0)));
  };
  const leave = (): void => {
    go({ name: "meeting", case: of, conference });
  };
  useEffect(() => {
    // The browser's own dialog: what is under it is neither seen nor reached, and Escape closes it.
    place.current?.showModal();
  }, []);
  useEffect(() => {
    place.current?.scrollTo(0, 0);
  }, [at]);
  return (
    <Page title={said.present}>
      <dialog
        class="presentation"
        ref={place}
        aria-label={said.present}
        onClose={leave}
        onKeyDown={({ key }) => {
          if (key === "ArrowRight" || key === "PageDown") turn(1);
          if (key === "ArrowLeft" || key === "PageUp") turn(-1);
        }}
      >
        <div class="row presentation-bar">
          <Button
            onPress={() => {
              turn(-1);
            }}
          >
            {said.before}
          </Button>
          <span role="status">{count > 0 && said.nth(String(at + 1), String(count))}</span>
          <Button
            onPress={() => {
              turn(1);
            }}
          >
            {said.after}
          </Button>
          <Button kind="quiet" onPress={leave}>
            {said.leave}
          </Button>
        </div>
        <Loaded from={found} lines={6}>
          {({ shown, closed, names, marks }) => {
            const one = shown[at];
            return (
              <>
                {one === undefined ? (
                  <Empty title={said.nothingShown} />
                ) : (
                  <EntrySheet key={one.entry} one={one} names={names} marks={marks} />
                )}
                {closed > 0 && <p class="soft">{said.notYours(String(closed))}</p>}
              </>
            );
          }}
        </Loaded>
      </dialog>
    </Page>
  );
}
