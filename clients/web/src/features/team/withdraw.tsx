/** The person takes an agreement back: whoever hears it records it, reception included; no second sign-in (F15). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { consentsInForce, withdrawal } from "../../client/facts.ts";
import { instant } from "../../i18n/times.ts";
import type { FactRecord } from "../../protocol/case-facts.ts";
import type { Consent, ConsentWithdrawal } from "../../protocol/fact-notices.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, List, Name, Row } from "../../ui/card.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Page } from "../../ui/page.tsx";
import { CaseName } from "../reading/words.tsx";
import { useKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { Waiting } from "./waiting.tsx";
import { useSayings } from "./words.ts";

const MEANS = ["phone", "oral", "written"] as const;

export function WithdrawScreen({ of }: { readonly of: string }): JSX.Element {
  const { messages } = useApp();
  const found = useKnown(of);
  return (
    <Page
      title={messages.team.withdraws}
      back={{ href: href({ name: "case", case: of }), label: messages.thread.back }}
      lead={found.state === "ready" && <CaseName names={found.value.names} of={of} />}
    >
      <Loaded from={found} lines={6}>
        {(known) => (
          <>
            <Consents of={of} known={known} again={found.again} />
            <Waiting known={known} again={found.again} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface ConsentsProps {
  readonly of: string;
  readonly known: Known;
  readonly again: () => void;
}

function Consents({ of, known, again }: ConsentsProps): JSX.Element {
  const { messages, language, client, tell } = useApp();
  const said = messages.team;
  const sayings = useSayings(known.names);
  const [taking, setTaking] = useState<FactRecord<Consent>>();
  const { facts, nowMs, waiting } = known;
  const left = new Set(waiting.map(({ body, state }) => (state === "waiting" ? body["consent"] : undefined)));
  const consents = consentsInForce(facts, nowMs).filter(({ hash }) => !left.has(hash));
  const record = useAct(async (hash: string, means: ConsentWithdrawal["means"]) => {
    const result = await client.writing.facts.record(of, withdrawal(hash, means));
    if (result.kind === "recorded") await client.writing.syncing.sync(of);
    await client.save();
    setTaking(undefined);
    tell(result.kind === "kept" ? said.keptHere : said.withdrawn);
    again();
  });
  if (consents.length === 0) return <Empty title={said.noAgreement} />;
  return (
    <>
      <List label={said.agreements}>
        {consents.map((one) => (
          <Row
            key={one.hash}
            title={<Name>{sayings.recipients(one.fact, facts)}</Name>}
            detail={
              <>
                {sayings.information(one.fact.information)}
                <br />
                {said.collected(instant(one.fact.givenMs, language), instant(one.recordedMs, language))}
              </>
            }
          >
            <Button
              label={`${said.takesBack} : ${sayings.recipients(one.fact, facts)}`}
              onPress={() => {
                record.reset();
                setTaking(one);
              }}
            >
              {said.takesBack}
            </Button>
          </Row>
        ))}
      </List>
      <Dialog
        title={said.toldHow}
        open={taking !== undefined}
        onClose={() => {
          setTaking(undefined);
        }}
      >
        {taking !== undefined && (
          <>
            <p>
              <Name>{sayings.recipients(taking.fact, facts)}</Name>
            </p>
            <p>{said.takesBackBody}</p>
            <div class="row">
              {MEANS.map((means) => (
                <Button key={means} kind="danger" onPress={() => record.run(taking.hash, means)}>
                  {messages.teamConsentMeans[means]}
                </Button>
              ))}
            </div>
            {record.state !== "idle" && <ActNote act={record} />}
          </>
        )}
      </Dialog>
    </>
  );
}
