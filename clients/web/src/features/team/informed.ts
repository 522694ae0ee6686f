/** How the person was told of somebody who joins, as the screens ask it. */
import type { Informed, JoiningTitle } from "../../client/team.ts";

/** How the person was told, as four answers; what is left with her follows from it. */
export type Told = "oral" | "paper" | "falc" | "no";

/** What the notice says of each answer: when she agrees to something, that nothing was left with her needs its reason (D1110-3-2). */
export function informedOf(told: Told, title: JoiningTitle): Informed | undefined {
  if (told === "no") return undefined;
  return told === "oral" && title === "outside" ? { means: told, support: "impossible" } : { means: told };
}
