/** The link of an invitation, once signed in: with the code that was given on the way in at once, else the code is asked for (F11). */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { Failure, useLoad } from "../../app/load.tsx";
import { href, replace } from "../../app/router.ts";
import { Misuse } from "../../client/errors.ts";
import { forgetInvited, keptInvited } from "../../client/invited.ts";
import { ProtocolError } from "../../protocol/errors.ts";
import { InvitationCode, readSpoken } from "../../protocol/invitation-codes.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";

const LONGEST_CODE = 60;
/** What no other try of the code changes. */
const OVER: ReadonlySet<string> = new Set<Misuse["kind"]>(["invited-nobody", "invited-expired", "invited-used"]);

function isOver(error: unknown): boolean {
  return error instanceof Misuse && OVER.has(error.kind);
}

interface JoinProps {
  readonly of: string;
  readonly invitation: string;
}

export function JoinScreen({ of, invitation }: JoinProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const words = messages.invited;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const kept = useLoad(() => keptInvited(client.vault), [client, invitation]);
  const joined = async (code: InvitationCode): Promise<readonly string[]> => {
    try {
      return await client.invites.join({ case: of, invitation }, code);
    } catch (error) {
      // Nothing is left to try: the next sign-in leads elsewhere.
      if (isOver(error)) await forgetInvited(client.vault);
      throw error;
    }
  };
  const join = useAct(async (code: InvitationCode) => {
    const left = await joined(code);
    await forgetInvited(client.vault);
    await client.save();
    if (left.length > 0) tell(words.left);
    replace({ name: "home" });
  });
  const given = kept.state === "ready" && kept.value?.invitation === invitation ? kept.value.code : undefined;
  const { run } = join;
  useEffect(() => {
    if (given !== undefined) void run(new InvitationCode(given));
  }, [given, run]);
  const asks = join.state === "failed" || (kept.state !== "loading" && given === undefined && join.state === "idle");
  // What comes next is what they came for: the same screen, which fills.
  if (!asks) {
    return (
      <Page title={messages.inbox.title}>
        <Note kind="plain">{words.joining}</Note>
      </Page>
    );
  }
  if (isOver(join.error)) {
    return (
      <Page title={words.over}>
        <Failure error={join.error} />
        <div class="row">
          <ButtonLink kind="main" href={href({ name: "home" })}>
            {messages.inbox.title}
          </ButtonLink>
        </div>
      </Page>
    );
  }
  const again = async (): Promise<void> => {
    let code;
    try {
      code = readSpoken(typed);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      setWrong(words.wrong);
      return;
    }
    setWrong(undefined);
    await run(code);
  };
  const isOtherCapacity = join.error instanceof Misuse && join.error.kind === "invited-capacity";
  return (
    <Page title={words.title} lead={words.lead}>
      {join.state === "failed" && <Failure error={join.error} />}
      {isOtherCapacity && (
        <div class="row">
          <ButtonLink href={href({ name: "capacity" })}>{messages.capacity.title}</ButtonLink>
        </div>
      )}
      <TextField
        label={words.code}
        hint={words.codeHint}
        error={wrong}
        value={typed}
        onInput={setTyped}
        maxLength={LONGEST_CODE}
      />
      <div class="row">
        <Button kind="main" onPress={again}>
          {words.join}
        </Button>
      </div>
    </Page>
  );
}
