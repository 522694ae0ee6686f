/** What an emergency opens, said before anything is asked: the hub would only show gaps (P5, R10). */
import { decide } from "../protocol/access.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import type { Place } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import { isMember } from "../protocol/section-access.ts";
import type { Author } from "./author.ts";
import type { CaseView } from "./casebook.ts";
import { NotPermitted } from "./errors.ts";
import type { Rules } from "./rules.ts";

/** Throws `NotPermitted` for what is not of the emergency set, to who is in a case under an emergency alone. */
export async function checkEmergencySet(view: CaseView, place: Place, author: Author, rules: Rules): Promise<void> {
  const { facts } = view.main;
  const atMs = instantOf(view.main, author.nowMs());
  if ((place.kind !== "section" && place.kind !== "masked") || isMember(facts, author.user, atMs)) return;
  const [compartment, level] = sectionParts(place.name);
  const capacity = await author.acting();
  const asked = { action: "read", user: author.user, capacity, compartment, level, entry: undefined, atMs, via: "emergency" };
  const question = questionOf(asked);
  const decision = decide(await rules.table(), facts, question);
  if (!isPermitted(decision)) throw new NotPermitted("rules", { decision, question, rules: decision.rules });
}
