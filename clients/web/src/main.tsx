/** Starts the page: what the browser can do, the bundle that came with it, what this device holds. */
import { render } from "preact";
import type { JSX } from "preact";

import { App } from "./app/app.tsx";
import { Frame } from "./app/frame.tsx";
import { Unreachable } from "./client/errors.ts";
import { Session } from "./client/session.ts";
import { missingFeatures } from "./client/support.ts";
import { HttpTransport } from "./client/transport.ts";
import { Vault } from "./client/vault.ts";
import { failureText } from "./i18n/failures.ts";
import { chosenLanguage, messagesOf } from "./i18n/messages.ts";
import { WordsContext } from "./i18n/words.ts";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/reading.css";
import "./styles/shell.css";
import "./styles/forms.css";
import "./styles/person.css";
import "./styles/audit.css";
import "./styles/print.css";
import { Note } from "./ui/note.tsx";
import { Page } from "./ui/page.tsx";

const language = chosenLanguage(navigator.languages);
const messages = messagesOf(language);
const words = { messages, language };

async function first(): Promise<JSX.Element> {
  const missing = await missingFeatures();
  if (missing.length > 0) {
    return (
      <Frame>
        <Page title={messages.unsupported.title} lead={messages.unsupported.body}>
          <Note kind="plain">{messages.unsupported.missing(missing.join(", "))}</Note>
        </Page>
      </Frame>
    );
  }
  const served = await bundle();
  const vault = await Vault.open();
  const outside = { connect: (origin: string) => new HttpTransport(origin), nowMs: () => Date.now() };
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

/** The file beside the page that says whom to trust; it counts only once pinned, or as the successor of what is. */
async function bundle(): Promise<string> {
  const answer = await fetch("/trust.json", { cache: "no-cache" }).catch(() => undefined);
  if (answer?.ok !== true) throw new Unreachable("trust.json");
  return answer.text();
}

function show(screen: JSX.Element, place: HTMLElement): void {
  render(<WordsContext.Provider value={words}>{screen}</WordsContext.Provider>, place);
}

async function start(place: HTMLElement): Promise<void> {
  document.documentElement.lang = language;
  try {
    show(await first(), place);
  } catch (error) {
    show(
      <Frame>
        <Page title={messages.problem.title}>
          <Note kind="danger">{failureText(error, messages)}</Note>
        </Page>
      </Frame>,
      place,
    );
  }
}

const place = document.getElementById("app");
if (place !== null) void start(place);
