/** Beginning an exchange: who receives it among those who take part, about what, and the first message. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { go, href } from "../../app/router.ts";
import { placeText } from "../../protocol/places.ts";
import type { Receiver } from "../../client/exchange-opening.ts";
import { date } from "../../i18n/times.ts";
import { COMPARTMENTS } from "../../protocol/vocabulary.ts";
import type { Compartment } from "../../protocol/vocabulary.ts";
import { explain, levelName, partName } from "../../i18n/codes.ts";
import { Button } from "../../ui/button.tsx";
import { Check, Choice } from "../../ui/choice.tsx";
import { Select, TextArea, TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName, writerName, writerPlace } from "../reading/words.tsx";
import { AttachedTo } from "./attachments.tsx";
import { titleOf } from "./composer.tsx";
import { useDraft } from "./draft.ts";

const LONGEST_NAME = 100;
/** What is said between named people is the detail, unless its author says otherwise. */
const USUAL_PART: Compartment = "transmissions";

export function NewExchangeScreen({ of }: { readonly of: string }): JSX.Element {
  const app = useApp();
  const { messages, language, client } = app;
  const [part, setPart] = useState<Compartment>(USUAL_PART);
  const [level, setLevel] = useState(1);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [name, setName] = useState("");
  const draft = useDraft(`${of} new-exchange`, undefined);
  const found = useLoad(async () => {
    const [receivers, names] = await Promise.all([client.writing.opening.receivers(of, part, level), client.desk.names]);
    return { receivers, names };
  }, [client, of, part, level]);
  const words = draft.value.text.trim();
  const users =
    found.state === "ready" ? found.value.receivers.filter(({ user, why }) => chosen.has(user) && why === undefined) : [];
  const called = (user: string): string => {
    if (user === client.author.user) return messages.thread.me;
    const receiver = found.state === "ready" ? found.value.receivers.find((one) => one.user === user) : undefined;
    return receiver === undefined || found.state !== "ready"
      ? messages.thread.someone
      : writerName(app, found.value.names, { author: user, capacity: receiver.capacity });
  };
  // Whoever is away is named with their relay, where the rules let the relay receive it.
  const named = ({ user, away }: Receiver): readonly string[] => {
    const relay = found.state === "ready" ? found.value.receivers.find((one) => one.user === away?.relay) : undefined;
    return relay?.why === undefined && relay !== undefined ? [user, relay.user] : [user];
  };
  const lacks = users.length === 0 ? messages.exchange.nobody : words === "" ? messages.exchange.noWords : undefined;
  const begin = useAct(async () => {
    if (found.state !== "ready" || lacks !== undefined) return;
    await draft.settled();
    const exchange = await client.writing.opening.open(
      of,
      part,
      level,
      users.map(({ user }) => user),
    );
    const place = { kind: "exchange", name: exchange } as const;
    const title = titleOf(name.trim() === "" ? words : name);
    await found.value.names.put("exchange", exchange, title);
    const { files } = draft.value;
    const where = `${of} ${placeText(place)}`;
    await client.outgoing.leave({
      case: of,
      place,
      where,
      title,
      kind: "message",
      fields: { text: words },
      relations: [],
      files,
    });
    await client.drafts.remove(`${of} new-exchange`);
    draft.cleared();
    go({ name: "exchange", case: of, exchange });
  });
  return (
    <Page
      title={messages.exchange.title}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <AttachedTo
        label={messages.exchange.title}
        files={draft.value.files}
        onFiles={(files) => {
          draft.change({ files });
        }}
        onSend={() => void begin.run()}
        foot={
          <>
            <p class="soft">{lacks ?? messages.exchange.readBy(String(new Set(users.flatMap(named)).size))}</p>
            {found.state === "ready" &&
              users.map(({ user, away }) =>
                away === undefined ? null : (
                  <p class="away" key={user}>
                    {messages.away.awayUntil(called(user), date(away.untilMs - 1, language), called(away.relay))}
                  </p>
                ),
              )}
            <div class="row">
              <Button kind="main" onPress={() => begin.run()}>
                {messages.exchange.begin}
              </Button>
            </div>
            {(begin.state === "failed" || begin.state === "sending") && <ActNote act={begin} />}
          </>
        }
      >
        <Select
          label={messages.exchange.about}
          value={part}
          onChange={setPart}
          options={COMPARTMENTS.filter((one) => one !== "child_protection").map((one) => ({
            value: one,
            label: partName(one, language),
          }))}
        />
        <Choice
          legend={messages.compose.level}
          value={String(level)}
          onChange={(value) => {
            setLevel(Number(value));
          }}
          options={[1, 2].map((one) => ({
            value: String(one),
            label: levelName(one, language),
            detail: one === 1 ? messages.compose.essential : messages.compose.detail,
          }))}
        />
        <fieldset class="choice">
          <legend>{messages.exchange.to}</legend>
          <Loaded from={found} lines={3}>
            {({ receivers, names }) =>
              receivers.length === 0 ? (
                <p>{messages.exchange.alone}</p>
              ) : (
                receivers.map(({ user, capacity, why }) => {
                  const wrote = { author: user, capacity };
                  const label = writerName(app, names, wrote);
                  return why === undefined ? (
                    <Check
                      key={user}
                      label={label}
                      detail={writerPlace(app, names, wrote)}
                      checked={chosen.has(user)}
                      onChange={(checked) => {
                        setChosen(new Set(checked ? [...chosen, user] : [...chosen].filter((one) => one !== user)));
                      }}
                    />
                  ) : (
                    <p class="soft" key={user}>
                      {label} : {explain(why, part, level, language)}
                    </p>
                  );
                })
              )
            }
          </Loaded>
        </fieldset>
        <TextField label={messages.exchange.name} value={name} onInput={setName} maxLength={LONGEST_NAME} />
        <TextArea
          label={messages.exchange.first}
          value={draft.value.text}
          onInput={(text) => {
            draft.change({ text });
          }}
        />
      </AttachedTo>
    </Page>
  );
}
