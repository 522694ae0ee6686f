/** The page: the way in, then the screens; the one place where a failure on the way in becomes a sentence. */
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { Unreachable } from "../client/errors.ts";
import { lasting } from "../client/installed.ts";
import { invitedBy, keepInvited, keptInvited, linkTo } from "../client/invited.ts";
import type { Invited } from "../client/invited.ts";
import { comparisonCode } from "../client/login.ts";
import { registrarAddresses } from "../client/platform.ts";
import { JOINING } from "../client/session.ts";
import type { Session, Step } from "../client/session.ts";
import { Login, Waiting } from "../features/entry/login.tsx";
import type { Way } from "../features/entry/way-back.tsx";
import { Welcome } from "../features/entry/welcome.tsx";
import { spaceOf } from "./context.ts";
import { Frame } from "./frame.tsx";
import { soon } from "./late.ts";
import { lateScreen } from "./late-screen.tsx";
import { Failure } from "./load.tsx";
import { href } from "./router.ts";

// What reads and writes comes once somebody is signed in: the way in is there at once.
const Inside = lateScreen("app/inside.tsx", async () => (await import("./inside.tsx")).Inside);

const WayBack = lateScreen("app/inside.tsx", async () => (await import("./inside.tsx")).WayBack);

/** Where somebody who has just signed in wanted to go: into the case of an invitation, or first to say in which capacity. */
async function goWhere(session: Session, { acting, back }: Extract<Step, { readonly kind: "signed-in" }>): Promise<void> {
  if (back !== undefined) {
    location.hash = back;
    return;
  }
  const invited = await keptInvited(session.vault);
  if (acting === undefined && (await session.capacities()).length > 0) location.hash = href({ name: "capacity" });
  else if (invited !== undefined) location.hash = linkTo(invited);
}

/** Keep the link that somebody came by, unless it is kept with its code already. */
async function keepLink(session: Session, invited: Invited | undefined): Promise<void> {
  if (invited === undefined) return;
  const kept = await keptInvited(session.vault);
  if (kept?.invitation !== invited.invitation) await keepInvited(session.vault, invited);
}

interface AppProps {
  readonly session: Session;
  readonly first: Step;
  /** The bundle that came with the page. */
  readonly served: string;
  /** Leave the page for another address. */
  readonly onGo: (url: string) => void;
}

export function App({ session, first, served, onGo }: AppProps): JSX.Element {
  const [step, setStep] = useState(first);
  const [failure, setFailure] = useState<unknown>();
  const [way, setWay] = useState<Way>();
  const [told, setTold] = useState<string>();
  // The link stands in the address until the page is left; afterwards it is in the vault.
  const [invited] = useState(() => invitedBy(location.hash));
  const attempt = useCallback(async (act: () => Promise<Step | undefined>): Promise<void> => {
    try {
      const next = await act();
      if (next !== undefined) setStep(next);
      setFailure(undefined);
    } catch (error) {
      setFailure(error);
    }
  }, []);
  const start = useCallback(
    (back?: string) =>
      attempt(async () => {
        await keepLink(session, invited);
        onGo(await session.start(back));
        return undefined;
      }),
    [attempt, session, invited, onGo],
  );
  // What is picked up is handed out once: two looks at a time would each see half of it.
  const looking = useRef(false);
  const look = useCallback(async (): Promise<void> => {
    if (looking.current) return;
    looking.current = true;
    try {
      const next = await session.finish();
      if (next.kind === "signed-in") {
        // What the sign-in is worth here ends with this browser's store: it is asked to keep it.
        void lasting(true);
        await goWhere(session, next);
      }
      setStep(next);
      setFailure(undefined);
      if (next.kind === "waiting" && next.isFurther === true) onGo(next.url);
    } catch (error) {
      setFailure(error);
      // What was refused for good is no longer under way, and what was said of it stays.
      if (!(error instanceof Unreachable)) setStep(await session.step());
    } finally {
      looking.current = false;
    }
  }, [session, onGo]);
  const attest = useCallback(
    (address: string) =>
      attempt(async () => {
        await keepLink(session, invited);
        onGo(await session.startAttesting(address));
        return undefined;
      }),
    [attempt, session, invited, onGo],
  );
  const restart = useCallback(() => attempt(() => session.step()), [attempt, session]);
  const leave = useCallback(() => {
    setWay(undefined);
  }, []);
  useEffect(() => {
    if (step.kind !== "signed-out") return;
    void session.vault.load(JOINING).then((kept) => {
      if (kept !== undefined) setWay("join");
    });
  }, [step.kind, session]);
  const found = useCallback((next: Step, said: string) => {
    setStep(next);
    setWay(undefined);
    setTold(said);
  }, []);
  const failed = failure === undefined ? undefined : <Failure error={failure} />;
  switch (step.kind) {
    case "first-visit":
      return (
        <Frame>
          {failed}
          <Welcome
            offered={step.offered}
            invited={invited}
            onAccept={(withCode) =>
              attempt(async () => {
                if (withCode !== undefined) await keepInvited(session.vault, withCode);
                await session.pin(served);
                const [only, second] = withCode === undefined ? [] : await registrarAddresses(session.hub.transport);
                if (only === undefined || second !== undefined) return session.step();
                // Somebody invited is a professional: where one registrar attests there is nothing to choose.
                onGo(await session.startAttesting(only));
                return undefined;
              })
            }
          />
        </Frame>
      );
    case "signed-out":
      return (
        <Frame>
          {failed}
          {way === undefined ? (
            <Login
              code={comparisonCode(session.identity.user)}
              told={told}
              isInvited={invited !== undefined}
              registrars={() => registrarAddresses(session.hub.transport)}
              onStart={() => start()}
              onAttest={attest}
              onWay={setWay}
            />
          ) : (
            <WayBack way={way} session={session} onStep={found} onCancel={leave} />
          )}
        </Frame>
      );
    case "waiting":
      return (
        <Frame>
          {failed}
          <Waiting
            code={step.code}
            onLook={look}
            onStart={() => (step.registrar === undefined ? start(step.back) : attest(step.registrar))}
            onForget={() => attempt(() => session.forget())}
          />
        </Frame>
      );
    case "signed-in":
      soon(`app/spaces/${spaceOf(step.acting)}.tsx`);
      return (
        <>
          {failed}
          <Inside session={session} step={step} leave={onGo} restart={restart} />
        </>
      );
  }
}
