/** Paper (F25): what is printed is asked for with the intent to print, shown as it will be, and has a foot on each page. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { functionName } from "../../i18n/codes.ts";
import { date, instant } from "../../i18n/times.ts";
import type { Names } from "../../client/names.ts";
import { referenceOf } from "../../protocol/case-reference.ts";
import { Button } from "../../ui/button.tsx";
import { Name } from "../../ui/card.tsx";
import { PrintFooter } from "../../ui/print-footer.tsx";
import { CaseName, kindName, placeName, writerName, writerRole } from "../reading/words.tsx";
import { Words } from "../thread/sheet.tsx";
import type { Printed } from "./collecting.ts";

interface PaperProps {
  readonly of: string;
  readonly names: Names;
  /** What will be printed, said before it is asked for. */
  readonly children?: ComponentChildren;
  /** What stands on the sheet before the entries, and is no entry. */
  readonly head?: ComponentChildren;
  readonly collect: () => Promise<readonly Printed[]>;
}

/** The button, and once it was pressed the sheet; a reload shows the button again and releases nothing. */
export function Paper({ of, names, children, head, collect }: PaperProps): JSX.Element {
  const { messages } = useApp();
  const [printed, setPrinted] = useState<readonly Printed[]>();
  const ask = useAct(async () => {
    setPrinted(await collect());
  });
  useEffect(() => {
    if (printed !== undefined) print();
  }, [printed]);
  return (
    <>
      <div class="stack screen-only">
        <p>{messages.paper.told}</p>
        {children}
        <div class="row">
          <Button kind="main" onPress={printed === undefined ? () => ask.run() : print}>
            {printed === undefined ? messages.paper.print : messages.paper.again}
          </Button>
        </div>
        {ask.state !== "idle" && <ActNote act={ask} />}
      </div>
      {printed !== undefined && <Sheets of={of} names={names} printed={printed} head={head} />}
    </>
  );
}

interface SheetsProps {
  readonly of: string;
  readonly names: Names;
  readonly printed: readonly Printed[];
  readonly head: ComponentChildren;
}

function Sheets({ of, names, printed, head }: SheetsProps): JSX.Element {
  const { messages, language, acting, nowMs } = useApp();
  const by = acting === undefined ? "" : ` ${messages.paper.by(functionName(acting.capacity, language))}`;
  return (
    <div class="paper">
      <div class="paper-body stack">
        {head}
        {printed.map((one) => (
          <Sheet key={one.received.entry} names={names} {...one} />
        ))}
      </div>
      <PrintFooter>
        <div class="paper-foot">
          <span>
            <CaseName names={names} of={of} /> · {messages.paper.reference(referenceOf(of))}
          </span>
          <span>
            {messages.paper.on(date(nowMs(), language))}
            {by}
          </span>
          <strong>{messages.shell.confidential}</strong>
        </div>
      </PrintFooter>
    </div>
  );
}

function Sheet({ received, body, names }: Printed & { readonly names: Names }): JSX.Element {
  const app = useApp();
  const { messages, language } = app;
  const role = writerRole(app, received);
  return (
    <article class="card sheet" aria-label={kindName(received.kind, messages)}>
      <h2>
        <Name>{received.title.title}</Name>
      </h2>
      <p class="soft">
        <Name>{writerName(app, names, received)}</Name>
        {role !== "" && ` · ${role}`} · {instant(received.writtenMs, language)} ·{" "}
        {placeName(received.compartment, received.level, language)}
      </p>
      {received.title.file === undefined ? (
        body !== undefined && <Words title={received.title} body={body} />
      ) : (
        <p>{messages.paper.file(received.title.file.name)}</p>
      )}
    </article>
  );
}
