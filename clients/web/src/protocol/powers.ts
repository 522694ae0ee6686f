/**
 * Who has a say for the person, at an instant: mandates in force, and whose consent counts (R50-R63).
 *
 * An able adult decides alone on matters of their person whatever the measure (C. civ. 459); a representative in the domain
 * person only while the person is not able; one parent with exercise for a usual act (C. civ. 372-2).
 */
import { FOREVER } from "./case-facts.ts";
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import type { GivenBy } from "./fact-codec.ts";
import { CURATOR_MANDATES, MINOR_MANDATES } from "./fact-powers.ts";
import type { Mandate } from "./fact-powers.ts";

/** `in_force`, or why a mandate gives nothing at an instant. */
export type MandateState = "in_force" | "majority" | "mandate_not_in_force" | "parent_without_exercise";

/** Why a giver may not consent, refuse or oppose; "" = may. */
export type Powerless =
  | ""
  | "powerless_minor"
  | "powerless_unable"
  | "powerless_guardian"
  | "powerless_curator"
  | "powerless_parent"
  | "powerless_mandate";

function ofMinor(mandate: Mandate): boolean {
  return MINOR_MANDATES.some((kind) => kind === mandate.kind);
}

export function isCurator(mandate: Mandate): boolean {
  return CURATOR_MANDATES.some((kind) => kind === mandate.kind);
}

/** Whether the mandate gives anything at that instant, or why not. */
export function mandateState(facts: CaseFacts, record: FactRecord<Mandate>, atMs: number): MandateState {
  const mandate = record.fact;
  if (ofMinor(mandate) && !facts.isMinor(atMs)) return "majority";
  const end = Math.min(mandate.untilMs ?? FOREVER, facts.endedAt(record.hash));
  if (atMs < mandate.startMs || atMs >= end) return "mandate_not_in_force";
  return ofMinor(mandate) && !mandate.exercise ? "parent_without_exercise" : "in_force";
}

/** The mandates that a user ever held here. */
export function mandatesOf(facts: CaseFacts, user: string): readonly FactRecord<Mandate>[] {
  return facts.under("mandate", byHolder, [user]);
}

function byHolder(mandate: Mandate): readonly string[] {
  return [mandate.holder];
}

/** Whether a mandate is of representation in the domain person; a curator never substitutes (C. civ. 469). */
export function representsPerson(mandate: Mandate): boolean {
  return mandate.domains.includes("person") && mandate.mode === "representation" && !isCurator(mandate);
}

/** "" when that giver may consent, refuse or oppose at that instant about those parts, else why not. */
export function consentPower(facts: CaseFacts, givenBy: GivenBy, atMs: number, parts: readonly string[] = []): Powerless {
  const minor = facts.isMinor(atMs);
  if (givenBy.mandate === undefined) {
    if (minor) return "powerless_minor";
    return facts.ability(atMs) === "unable" ? "powerless_unable" : "";
  }
  const record = facts.of("mandate").find(({ hash }) => hash === givenBy.mandate);
  if (record === undefined) return "powerless_mandate";
  const state = mandateState(facts, record, atMs);
  if (state === "parent_without_exercise") return "powerless_parent";
  if (state !== "in_force") return "powerless_mandate";
  if (isCurator(record.fact)) return "powerless_curator";
  if (!representsPerson(record.fact) || !lists(record.fact, parts)) return "powerless_guardian";
  return !minor && facts.ability(atMs) !== "unable" ? "powerless_guardian" : "";
}

/** Whether somebody's word is one that a disagreement can be with: the person, or a mandate in force. */
export function hasSay(facts: CaseFacts, givenBy: GivenBy, atMs: number): boolean {
  if (givenBy.mandate === undefined) return true;
  const records = facts.of("mandate").filter(({ hash }) => hash === givenBy.mandate);
  return records.some((record) => mandateState(facts, record, atMs) === "in_force");
}

/** Whether a judgment that lists acts lists those parts (R61). */
function lists(mandate: Mandate, parts: readonly string[]): boolean {
  const { acts } = mandate;
  return acts === undefined || parts.every((part) => acts.includes(part));
}

/** From whom a consent is to be collected at that instant: the person unless somebody must stand in. */
export function whoConsents(facts: CaseFacts, atMs: number, parts: readonly string[] = []): GivenBy {
  if (consentPower(facts, {}, atMs) === "") return {};
  const able = facts.of("mandate").find(({ hash }) => consentPower(facts, { mandate: hash }, atMs, parts) === "");
  return able === undefined ? {} : { mandate: able.hash };
}
