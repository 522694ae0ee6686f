/** « Vous agissez pour … »: above every screen of somebody's file, for who represents her; and where a mandate ends, what to do. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { useLoad } from "../../app/load.tsx";
import { referenceOf } from "../../protocol/case-reference.ts";
import { Name } from "../../ui/card.tsx";

/** Nothing for the person herself, and nothing before it is known whose file it is. */
export function Acting({ case_ }: { readonly case_: string }): JSX.Element {
  const { messages, client } = useApp();
  const found = useLoad(async () => {
    const [{ main }, names] = await Promise.all([client.casebook.view(case_, { refresh: false }), client.desk.names]);
    return { own: main.facts.personUsers.has(client.author.user), name: names.of("case", case_) };
  }, [client, case_]);
  if (found.state !== "ready" || found.value.own) return <></>;
  const said = messages.acting;
  return (
    <section class="acting" aria-label={said.label}>
      <strong>
        {said.for} {found.value.name === undefined ? said.someone(referenceOf(case_)) : <Name>{found.value.name}</Name>}
      </strong>
      <span>{said.help}</span>
    </section>
  );
}
