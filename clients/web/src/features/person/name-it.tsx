/** A name for somebody or for a file, on this device only: the hub knows nobody's name (F17). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { useApp } from "../../app/context.ts";
import type { NameKind } from "../../client/names.ts";
import { Button } from "../../ui/button.tsx";
import { Disclosure } from "../../ui/disclosure.tsx";
import { TextField } from "../../ui/field.tsx";

interface NameItProps {
  readonly kind: NameKind;
  readonly id: string;
  readonly known: string | undefined;
  readonly onNamed: () => void;
}

const LONGEST = 100;

export function NameIt({ kind, id, known, onNamed }: NameItProps): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.nameIt;
  const [name, setName] = useState(known ?? "");
  return (
    <Disclosure summary={kind === "case" ? said.file : said.person}>
      <TextField label={said.label} hint={said.hint} value={name} onInput={setName} maxLength={LONGEST} />
      <div class="row">
        <Button
          onPress={async () => {
            await (await client.desk.names).put(kind, id, name);
            tell(said.kept);
            onNamed();
          }}
        >
          {said.keep}
        </Button>
      </div>
    </Disclosure>
  );
}
