/** The acts of a period: searched, counted, looked over, taken away. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import { Loaded } from "../../app/load.tsx";
import { href } from "../../app/router.ts";
import { FORMS } from "../../client/log-acts.ts";
import type { Form } from "../../client/log-acts.ts";
import type { Logged } from "../../client/log-cases.ts";
import { fits } from "../../client/log-search.ts";
import type { Wanted } from "../../client/log-search.ts";
import type { Held } from "../../client/log-window.ts";
import { dayStarts } from "../../client/paris.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { LOG_REASONS } from "../../protocol/log-request.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Empty, List, Row } from "../../ui/card.tsx";
import { Segments } from "../../ui/choice.tsx";
import { Note } from "../../ui/note.tsx";
import { Page } from "../../ui/page.tsx";
import { CountsView } from "./counts.tsx";
import { Filters } from "./filters.tsx";
import { useHeld } from "./held.ts";
import { save } from "./save.ts";
import { UnusualView } from "./unusual.tsx";
import { about, actLabel, briefly, count, dayOf, who } from "./words.ts";

const PAGE = 50;

interface JournalProps {
  readonly since: string;
  readonly until: string;
  readonly case?: string;
  readonly reason?: string;
}

export function JournalScreen({ since, until, case: case_, reason }: JournalProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.audit;
  const why = LOG_REASONS.find((one) => one === reason);
  const { loading, held, next } = useHeld({
    sinceMs: dayStarts(since),
    untilMs: dayStarts(until, 1),
    ...(case_ === undefined ? {} : { case: case_, reason: why }),
  });
  const period = words.periodShown(dayOf(since, language), dayOf(until, language));
  const lead = case_ === undefined ? period : `${words.caseShown(referenceOf(case_))} · ${period}`;
  return (
    <Page title={words.title} lead={lead} back={{ href: href({ name: "home" }), label: words.change }} wide>
      {loading.state === "loading" && held !== undefined && (
        <p role="status">{words.reading(count(held.acts.length, language))}</p>
      )}
      <Loaded from={loading} lines={8}>
        {(first) => <Held held={held ?? first} onNext={next} name={`journal-${since}-${until}`} />}
      </Loaded>
    </Page>
  );
}

type View = "list" | "counts" | "unusual";

interface HeldProps {
  readonly held: Held;
  readonly onNext: () => Promise<void>;
  /** What a file taken away is called. */
  readonly name: string;
}

function Held({ held, onNext, name }: HeldProps): JSX.Element {
  const { messages, language } = useApp();
  const words = messages.audit;
  const [view, setView] = useState<View>("list");
  const [wanted, setWanted] = useState<Wanted>({});
  const found = useMemo(() => held.acts.filter((act) => fits(wanted, act)), [held, wanted]);
  const views = [
    { value: "list", label: words.list },
    { value: "counts", label: words.counts },
    { value: "unusual", label: words.unusual },
  ] as const;
  return (
    <div class="stack">
      <Looked held={held} />
      {held.rest && (
        <Note kind="warn">
          <span>{words.partial}</span>
          <Button onPress={onNext}>{words.next}</Button>
        </Note>
      )}
      <Segments label={words.views} options={views} value={view} onChange={setView} />
      <Filters acts={held.acts} wanted={wanted} onChange={setWanted} />
      <p role="status">{words.found(count(found.length, language))}</p>
      {view === "list" && <Acts acts={found} key={JSON.stringify(wanted)} />}
      {view === "counts" && <CountsView acts={found} />}
      {view === "unusual" && <UnusualView acts={found} />}
      <Export acts={found} name={name} />
    </div>
  );
}

/** That the consultation is itself logged, and under which numbers. */
function Looked({ held }: { readonly held: Held }): JSX.Element {
  const { messages, language } = useApp();
  const [first, last] = [held.looks[0], held.looks.at(-1)];
  if (first === undefined || last === undefined) return <></>;
  const words = messages.audit;
  // States of chains stand in the log as well: they are nobody's act.
  const acts = held.acts.filter(({ view }) => view !== undefined).length;
  return (
    <Note kind="plain">
      <span>{words.read(count(acts, language))}</span>
      <span>{first === last ? words.logged(String(first)) : words.loggedMany(String(first), String(last))}</span>
    </Note>
  );
}

/** The acts found, the newest first, a page at a time. */
function Acts({ acts }: { readonly acts: readonly Logged[] }): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const words = messages.audit;
  const [page, setPage] = useState(0);
  if (acts.length === 0) return <Empty title={words.none} />;
  const pages = Math.ceil(acts.length / PAGE);
  const end = acts.length - page * PAGE;
  const shown = acts.slice(Math.max(end - PAGE, 0), end).reverse();
  return (
    <div class="stack">
      <List label={words.list}>
        {shown.map((act) => (
          <Row
            key={act.index}
            href={href({ name: "audit-entry", index: String(act.index) })}
            title={actLabel(act, messages)}
            detail={[who(act, app), about(act, app)].filter((part) => part !== "").join(" · ")}
            aside={<time dateTime={new Date(act.leaf.tsMs).toISOString()}>{briefly(act.leaf.tsMs, language)}</time>}
          />
        ))}
      </List>
      {pages > 1 && (
        <div class="row">
          {page > 0 && (
            <Button
              onPress={() => {
                setPage(page - 1);
              }}
            >
              {words.before}
            </Button>
          )}
          <span role="status">{words.page(String(page + 1), String(pages))}</span>
          {page < pages - 1 && (
            <Button
              onPress={() => {
                setPage(page + 1);
              }}
            >
              {words.after}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Export({ acts, name }: { readonly acts: readonly Logged[]; readonly name: string }): JSX.Element {
  const { messages, tell } = useApp();
  const words = messages.audit;
  const take = (form: Form): void => {
    save(`${name}.${form}`, FORMS[form].type, FORMS[form].write(acts));
    tell(words.exported);
  };
  return (
    <Card title={words.export}>
      <p class="soft">{words.exportHelp}</p>
      <div class="row">
        <Button
          onPress={() => {
            take("csv");
          }}
        >
          {words.exportCsv}
        </Button>
        <Button
          onPress={() => {
            take("jsonl");
          }}
        >
          {words.exportLines}
        </Button>
        <ButtonLink href={href({ name: "audit-sheet" })}>{messages.auditSheet.title}</ButtonLink>
      </div>
    </Card>
  );
}
