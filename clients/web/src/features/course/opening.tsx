/** « Ouvrir un dossier »: a name that stays here, and whether the person was told; « pas encore informée » is preparation (F4). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ActNote, useAct } from "../../app/act.tsx";
import { useApp } from "../../app/context.ts";
import { go, href } from "../../app/router.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { TEXT_HASHES } from "./texts.ts";

type Told = "oral" | "paper" | "falc" | "notYet";

export function OpenCaseScreen(): JSX.Element {
  const { messages, client, tell } = useApp();
  const said = messages.opening;
  const [name, setName] = useState("");
  const [told, setTold] = useState<Told>("oral");
  const [opened, setOpened] = useState<string>();
  const open = useAct(async () => {
    // A second try after the case was opened informs about that one.
    const id = opened ?? (await client.writing.cases.open()).case;
    setOpened(id);
    if (name.trim() !== "") await (await client.desk.names).put("case", id, name);
    if (told !== "notYet") await client.writing.team.tell(id, { means: told }, TEXT_HASHES);
    await client.save();
    tell(told === "notYet" ? said.preparation : said.opened);
    go({ name: "case", case: id });
  });
  return (
    <Page title={said.title} lead={said.lead} back={{ href: href({ name: "cases" }), label: messages.cases.title }}>
      <TextField label={said.name} hint={said.nameHint} value={name} onInput={setName} maxLength={100} />
      <Choice
        legend={said.told}
        hint={said.sentence}
        value={told}
        onChange={setTold}
        options={(["oral", "paper", "falc", "notYet"] as const).map((one) => ({
          value: one,
          label: said[one],
          detail: one === "notYet" ? said.notYetDetail : undefined,
        }))}
      />
      <div class="row">
        <Button kind="main" onPress={() => open.run()}>
          {said.open}
        </Button>
      </div>
      {open.state !== "idle" && <ActNote act={open} />}
    </Page>
  );
}
