/** Starts the page: what the browser can do, the bundle that came with it, what this device holds. */
import { render } from "preact";
import type { JSX } from "preact";

import { App } from "./app/app.tsx";
import { Frame } from "./app/frame.tsx";
import { lockWhenIdle } from "./app/idle.ts";
import { later, soon } from "./app/late.ts";
import { lateScreen } from "./app/late-screen.tsx";
import { Unreachable } from "./client/errors.ts";
import { hearOthers, isLocked, readLock } from "./client/lock.ts";
import { Session, SESSION } from "./client/session.ts";
import { missingFeatures } from "./client/support.ts";
import { HttpTransport } from "./client/transport.ts";
import { Vault } from "./client/vault.ts";
import { failureText } from "./i18n/failures.ts";
import { chosenLanguage } from "./i18n/messages.ts";
import type { Messages } from "./i18n/messages.ts";
import { WordsContext } from "./i18n/words.ts";
import type { Words } from "./i18n/words.ts";
import { WORDLESS } from "./i18n/wordless.ts";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/reading.css";
import "./styles/writing.css";
import "./styles/shell.css";
import "./styles/forms.css";
import "./styles/person.css";
import "./styles/audit.css";
import "./styles/print.css";
import { Note } from "./ui/note.tsx";
import { Page } from "./ui/page.tsx";

const language = chosenLanguage(navigator.languages);

const LockedScreen = lateScreen(
  "features/lock/locked.tsx",
  async () => (await import("./features/lock/locked.tsx")).LockedScreen,
);

function anew(): void {
  location.reload();
}

function spoken(): Promise<Messages> {
  if (language === "fr") return later("i18n/french.ts", async () => (await import("./i18n/french.ts")).french);
  return later("i18n/english.ts", async () => (await import("./i18n/english.ts")).english);
}

async function first(words: Promise<Messages>): Promise<JSX.Element> {
  const missing = await missingFeatures();
  if (missing.length > 0) {
    const messages = await words;
    return (
      <Frame>
        <Page title={messages.unsupported.title} lead={messages.unsupported.body}>
          <Note kind="plain">{messages.unsupported.missing(missing.join(", "))}</Note>
        </Page>
      </Frame>
    );
  }
  hearOthers(anew);
  const lock = (await isLocked(Date.now())) ? await readLock() : undefined;
  if (lock !== undefined) return <LockedScreen lock={lock} onOpen={anew} />;
  lockWhenIdle(anew);
  const [served, vault] = await Promise.all([bundle(), opened()]);
  const outside = {
    connect: (origin: string) => new HttpTransport(origin),
    nowMs: () => Date.now(),
    arriving: () => later("app/inside.tsx", async () => (await import("./app/inside.tsx")).arriving),
  };
  const { session, step } = await Session.resume(vault, outside, served);
  return (
    <App
      session={session}
      first={step}
      served={served}
      onGo={(url) => {
        location.assign(url);
      }}
    />
  );
}

/** The vault; whoever signed in here before is on the way to what stands behind the door. */
async function opened(): Promise<Vault> {
  const vault = await Vault.open();
  if ((await vault.names(SESSION)).length > 0) soon("app/inside.tsx");
  return vault;
}

/** The file beside the page that says whom to trust; it counts only once pinned, or as the successor of what is. */
async function bundle(): Promise<string> {
  const answer = await fetch("/trust.json", { cache: "no-cache" }).catch(() => undefined);
  if (answer?.ok !== true) throw new Unreachable("trust.json");
  return answer.text();
}

function show(screen: JSX.Element, words: Words, place: HTMLElement): void {
  render(<WordsContext.Provider value={words}>{screen}</WordsContext.Provider>, place);
}

async function start(place: HTMLElement): Promise<void> {
  document.documentElement.lang = language;
  const coming = spoken();
  // What the page needs first is asked for meanwhile.
  const screen = first(coming).catch((error: unknown) => ({ error }));
  const messages = await coming.catch(() => undefined);
  if (messages === undefined) {
    place.textContent = WORDLESS;
    return;
  }
  const found = await screen;
  if (!("error" in found)) {
    show(found, { messages, language }, place);
    return;
  }
  show(
    <Frame>
      <Page title={messages.problem.title}>
        <Note kind="danger">{failureText(found.error, messages)}</Note>
      </Page>
    </Frame>,
    { messages, language },
    place,
  );
}

const place = document.getElementById("app");
if (place !== null) void start(place);
