/** An invitation that was made: the code to say, the link to send; those of the case, and withdrawing one. */
import type { JSX } from "preact";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Qr } from "../../app/qr.tsx";
import { href } from "../../app/router.ts";
import { structureLabel } from "../../app/shell.tsx";
import type { InvitationMade, InvitationShown } from "../../client/invitations.ts";
import type { Names } from "../../client/names.ts";
import { functionName, levelName, partName } from "../../i18n/codes.ts";
import { instant } from "../../i18n/times.ts";
import { sectionParts } from "../../protocol/case-links.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, List, Name, Row } from "../../ui/card.tsx";
import { Note } from "../../ui/note.tsx";
import { useSayings } from "../team/words.ts";

interface MadeProps {
  readonly of: string;
  readonly made: Pick<InvitationMade, "left" | "untold"> & { readonly shown: InvitationShown };
}

/** What is left to do once it is signed: say the code, send the link. */
export function Made({ of, made: { shown, left, untold } }: MadeProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.invite;
  const parts = left.map((section) => {
    const [compartment, level] = sectionParts(section);
    return `${partName(compartment, language)} (${levelName(level, language)})`;
  });
  return (
    <Card title={words.made} tone="good">
      <p role="status">{messages.act.logged}</p>
      <Code shown={shown} />
      {untold.length > 0 && <Note kind="warn">{messages.team.untold}</Note>}
      {parts.length > 0 && <Note kind="plain">{words.left(parts.join(", "))}</Note>}
      <div class="row">
        <ButtonLink href={href({ name: "team", case: of })}>{messages.team.title}</ButtonLink>
      </div>
    </Card>
  );
}

function Code({ shown: { kept, link, record } }: { readonly shown: InvitationShown }): JSX.Element {
  const { messages, language, tell } = useApp();
  const words = messages.invite;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      tell(words.copied);
    } catch {
      tell(messages.home.notCopied);
    }
  };
  return (
    <>
      <p>{words.code}</p>
      {kept === undefined ? <p class="soft">{words.elsewhere}</p> : <p class="code">{kept.code.spoken()}</p>}
      <p class="soft">{words.codeHelp(instant(record.fact.expiresMs, language))}</p>
      <p>{words.link}</p>
      <p class="card-text">{link}</p>
      <Qr text={link} label={words.qr} />
      <p class="soft">{words.qrHelp}</p>
      <p class="soft">{words.linkHelp}</p>
      <div class="row">
        <Button onPress={copy}>{words.copy}</Button>
      </div>
    </>
  );
}

interface SentProps {
  readonly of: string;
  readonly names: Names;
  readonly found: readonly InvitationShown[];
  readonly again: () => void;
}

/** The invitations of the case: whom, until when, what became of them. */
export function Sent({ of, names, found, again }: SentProps): JSX.Element {
  const { messages, language, session, client, tell } = useApp();
  const words = messages.invite;
  const sayings = useSayings(names);
  const withdraw = useAct(async (invitation: string) => {
    await client.writing.invitations.withdraw(of, invitation);
    // What was boxed to the code owes other keys from now on.
    await client.writing.syncing.sync(of);
    await client.save();
    tell(words.withdrawn);
    again();
  });
  return (
    <Card title={words.list}>
      <List label={words.list}>
        {found.map(({ record, closed, answeredBy, kept }) => {
          const { capacity, expiresMs } = record.fact;
          const role = functionName(capacity, language);
          const invited = kept === undefined || kept.name === "" ? role : kept.name;
          // Whoever answered is one of the team, and called as the team calls them.
          const who = answeredBy === undefined ? invited : sayings.who(answeredBy, capacity);
          const ends = closed === "already" ? words.answered : closed === "closed" ? words.taken : words.over;
          const state =
            closed === undefined ? words.open(instant(expiresMs, language)) : closed === "not-entitled" ? words.void : ends;
          return (
            <Row
              key={record.hash}
              title={<Name>{who}</Name>}
              detail={
                <>
                  {`${role} · ${structureLabel(session.bundle.registrars, capacity.structure)}`}
                  <br />
                  {state}
                  {closed === undefined && kept !== undefined && (
                    <>
                      <br />
                      <span class="code">{kept.code.spoken()}</span>
                    </>
                  )}
                </>
              }
            >
              {closed === undefined && (
                <Button kind="quiet" label={words.withdrawOf(who)} onPress={() => withdraw.run(record.hash)}>
                  {words.withdraw}
                </Button>
              )}
            </Row>
          );
        })}
      </List>
      {withdraw.state === "failed" && <ActNote act={withdraw} />}
    </Card>
  );
}
