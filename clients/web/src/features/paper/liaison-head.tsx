/** The head of a liaison sheet (F25): of whom it speaks, and who does what around her, as the facts of the case say. */
import type { JSX } from "preact";

import { useApp } from "../../app/context.ts";
import { representing, takingPart } from "../../client/around.ts";
import type { Names } from "../../client/names.ts";
import type { CaseFacts } from "../../protocol/case-facts.ts";
import { Name } from "../../ui/card.tsx";
import { CaseName } from "../reading/words.tsx";
import { useSayings } from "../team/words.ts";

interface LiaisonHeadProps {
  readonly of: string;
  readonly names: Names;
  readonly facts: CaseFacts;
}

export function LiaisonHead({ of, names, facts }: LiaisonHeadProps): JSX.Element {
  const { messages, nowMs } = useApp();
  const sayings = useSayings(names);
  return (
    <section class="card sheet">
      <h2>{messages.paper.liaison}</h2>
      <p>
        <strong>
          <CaseName names={names} of={of} />
        </strong>
      </p>
      <h3>{messages.team.around}</h3>
      <ul class="bullets">
        {takingPart(facts, nowMs()).map(({ participation, user, capacity, referent }) => (
          <li key={participation}>
            <Name>{[names.of("contact", user), sayings.role(capacity)].filter((one) => one !== undefined).join(", ")}</Name>
            {referent && ` (${messages.team.referent})`}
          </li>
        ))}
        {representing(facts, nowMs()).map(({ user, kind }) => (
          <li key={`${user} ${kind}`}>
            <Name>{names.of("contact", user) ?? messages.team.someone}</Name>
            {`, ${messages.mandateKind[kind]}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
