/** « Imprimer » an entry, or what a compartment says since a date that one chooses. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { partName } from "../../i18n/codes.ts";
import { COMPARTMENTS } from "../../protocol/vocabulary.ts";
import { Empty } from "../../ui/card.tsx";
import { Select } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { placeOf } from "../thread/address.ts";
import { collected, liaison, printable } from "./collecting.ts";
import { LiaisonHead } from "./liaison-head.tsx";
import { Paper } from "./paper.tsx";

const DAY_MS = 24 * 3_600_000;
const SINCE = { fortnight: 15 * DAY_MS, quarter: 92 * DAY_MS, whole: Infinity } as const;
type Since = keyof typeof SINCE;
/** Not a compartment: what a colleague elsewhere needs of several, and who does what. */
const LIAISON = "liaison";

interface EntryProps {
  readonly of: string;
  readonly place: string;
  readonly entry: string;
}

export function PrintEntryScreen({ of, place, entry }: EntryProps): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(async () => {
    const { desk } = client;
    const [looked, names] = await Promise.all([client.entries.lookAt(of, placeOf(place), entry), desk.names]);
    if (looked === undefined) return { names, received: [] };
    return { names, received: desk.took(looked, await client.entries.titlesOf(looked, [looked.item])) };
  }, [client, of, place, entry]);
  return (
    <Page
      title={messages.paper.title}
      back={{ href: href({ name: "entry", case: of, place, entry }), label: messages.thread.title }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={5}>
        {({ names, received }) =>
          received.length === 0 ? (
            <p>{messages.thread.noKey}</p>
          ) : (
            <Paper of={of} names={names} collect={() => collected(client, received)} />
          )
        }
      </Loaded>
    </Page>
  );
}

export function PrintPartScreen({ of, part }: { readonly of: string; readonly part: string }): JSX.Element {
  const { messages, language, client, nowMs } = useApp();
  const [since, setSince] = useState<Since>("fortnight");
  const [chosen, setChosen] = useState<string>();
  const found = useLoad(async () => {
    const { desk, writing } = client;
    const [received, names, facts] = await Promise.all([desk.of(of), desk.names, writing.facts.facts(of)]);
    return { received, names, facts };
  }, [client, of]);
  return (
    <Page
      title={messages.paper.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={8}>
        {({ received, names, facts }) => {
          const parts: readonly string[] = COMPARTMENTS.filter((one) => printable(received, one, 0).length > 0);
          const [first] = parts;
          if (first === undefined) return <Empty title={messages.paper.none} />;
          const wanted = chosen ?? (part === LIAISON || parts.includes(part) ? part : first);
          const sheets = wanted === LIAISON ? liaison(received) : printable(received, wanted, nowMs() - SINCE[since]);
          return (
            <>
              <div class="stack screen-only">
                <Select
                  label={messages.thread.filter}
                  value={wanted}
                  onChange={setChosen}
                  options={[
                    { value: LIAISON, label: messages.paper.liaison },
                    ...parts.map((one) => ({ value: one, label: partName(one, language) })),
                  ]}
                />
                {wanted === LIAISON ? (
                  <p class="soft">{messages.paper.liaisonHelp}</p>
                ) : (
                  <Select
                    label={messages.paper.since}
                    value={since}
                    onChange={setSince}
                    options={(Object.keys(SINCE) as Since[]).map((one) => ({ value: one, label: messages.paper[one] }))}
                  />
                )}
                <p class="soft">{messages.paper.apart}</p>
              </div>
              {sheets.length === 0 ? (
                <Empty title={messages.paper.none} />
              ) : (
                // Another choice is another sheet: what was asked for stays on none.
                <Paper
                  key={`${wanted} ${since}`}
                  of={of}
                  names={names}
                  head={wanted === LIAISON && <LiaisonHead of={of} names={names} facts={facts} />}
                  collect={() => collected(client, sheets)}
                >
                  <p>{messages.paper.count(sheets.length)}</p>
                </Paper>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
