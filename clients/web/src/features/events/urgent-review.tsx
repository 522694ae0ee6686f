/** Judging an emergency of one's own case: who declared it, why, what was opened, then whether it was legitimate (P5). */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { Loaded, useLoad } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import { rowName } from "../../i18n/codes.ts";
import { instant } from "../../i18n/times.ts";
import { Card, Empty, Facts, Name } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { ReviewForm, Reviewed } from "../reading/emergency-review.tsx";
import { CaseName } from "../reading/words.tsx";

export function UrgentReviewScreen({ of, emergency }: { readonly of: string; readonly emergency: string }): JSX.Element {
  const { messages, language, client, session } = useApp();
  const [words, audit] = [messages.urgent, messages.auditEmergency];
  const found = useLoad(async () => {
    const [view, names] = await Promise.all([client.casebook.view(of), client.desk.names]);
    const all = await client.writing.emergencies.shown(view);
    return { names, shown: all.find(({ course }) => course.record.hash === emergency) };
  }, [client, of, emergency]);
  const back = { href: href({ name: "demands" }), label: messages.demands.back };
  const lead = found.state === "ready" && <CaseName names={found.value.names} of={of} />;
  return (
    <Page title={words.judged} back={back} lead={lead}>
      <Loaded from={found} lines={8}>
        {({ shown }) => {
          if (shown === undefined) return <Empty title={messages.misuse["no-such-emergency"]} />;
          const { record, reason, overMs, reviews } = shown.course;
          const { row, structure, openedMs } = record.fact;
          const judged = reviews.at(-1)?.fact;
          const caller = `${rowName(row, language)}, ${structureLabel(session.bundle.registrars, structure)}`;
          return (
            <>
              <Card title={reason === undefined ? audit.noReason : audit[reason.fact.reason]}>
                <Facts
                  items={[
                    [messages.auditEntry.who, caller],
                    [audit.declared, instant(openedMs, language)],
                    [audit.ends, instant(overMs, language)],
                    [audit.words, shown.text === undefined ? audit.noWords : <Name key="words">{shown.text}</Name>],
                    [words.judgedSet, String(shown.entries)],
                  ]}
                />
              </Card>
              {judged !== undefined && <Reviewed review={judged} />}
              {shown.lasts && <Note kind="plain">{words.judgedAfter}</Note>}
              {shown.awaitsReview && !shown.mayReview && <Note kind="plain">{words.judgedByOthers}</Note>}
              {shown.awaitsReview && shown.mayReview && (
                <ReviewForm
                  judge={(judgement) => client.emergencyReviews.review({ case: of, emergency, reason: reason?.fact }, judgement)}
                  onDone={found.again}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
