/**
 * Who may make which fact, and whether it widens or narrows access (protocol 6.3; policies/facts.csv says the same).
 *
 * Widening is accepted from a listed signer only; narrowing from any member, because a withdrawal that waits for the right
 * signature is a withdrawal that does not happen.
 */
import type { Fact, FactType } from "./facts.ts";

export const STANDINGS = [
  "person",
  "representative",
  "opener",
  "referent",
  "member",
  "health",
  "self",
  "mdph_doctor",
  "caller",
  "invited",
  "auditor",
  "officer",
] as const;
/** What an author is to a case, or to what the fact is about. */
export type FactStanding = (typeof STANDINGS)[number];
export type FactStandings = ReadonlySet<FactStanding>;

/** The effect of a fact type, and the standings one of which its signer needs. */
export interface FactRule {
  readonly effect: "widens" | "narrows";
  readonly signers: FactStandings;
}

const FOLLOWING: readonly FactStanding[] = ["opener", "referent"];
const TAKING_PART: readonly FactStanding[] = [...FOLLOWING, "member"];
const WITH_PERSON: readonly FactStanding[] = [...FOLLOWING, "person", "representative"];
const SAYING: readonly FactStanding[] = [...TAKING_PART, "person", "representative"];
const ANYBODY: readonly FactStanding[] = [...SAYING, "self"];

function widens(...signers: readonly FactStanding[]): FactRule {
  return { effect: "widens", signers: new Set(signers) };
}

function narrows(...signers: readonly FactStanding[]): FactRule {
  return { effect: "narrows", signers: new Set(signers) };
}

export const FACT_RULES: Readonly<Record<FactType, FactRule>> = {
  person: widens(...FOLLOWING),
  episode: widens(...FOLLOWING),
  "episode-end": narrows(...ANYBODY),
  participation: widens(...WITH_PERSON, "invited"),
  invitation: widens(...WITH_PERSON),
  "participation-end": narrows(...ANYBODY),
  referent: widens(...WITH_PERSON),
  notice: widens(...SAYING),
  "case-link": widens(...TAKING_PART),
  "case-link-end": widens(...TAKING_PART),
  conference: widens(...TAKING_PART),
  "conference-end": narrows(...ANYBODY),
  consent: widens(...SAYING),
  "consent-withdrawal": narrows(...ANYBODY),
  opposition: narrows(...ANYBODY),
  "opposition-end": widens(...SAYING),
  mandate: widens(...FOLLOWING),
  "mandate-end": narrows(...ANYBODY),
  ability: widens("health", "referent"),
  // Nobody says of a colleague that they are away: what comes for them would go to a relay of another's choice.
  absence: widens("self"),
  "mask-end": widens("health"),
  "minor-secret": narrows(...ANYBODY),
  "minor-secret-end": widens("person", "health"),
  designation: widens("mdph_doctor", ...FOLLOWING),
  procedure: widens(...FOLLOWING),
  "fact-end": narrows(...ANYBODY),
  emergency: widens("caller"),
  "emergency-reason": widens("caller"),
  "emergency-end": narrows(...ANYBODY),
  "emergency-review": widens(...FOLLOWING, "auditor"),
  // Asking never waits for the right signature; who follows the case answers for it, or the protection officer.
  request: narrows(...ANYBODY),
  "request-answer": widens(...FOLLOWING, "officer"),
  retention: narrows(...ANYBODY),
  death: narrows(...ANYBODY),
};

/** Whether a fact may open something: a refusal and a regained ability never do. */
export function isWidening(fact: Fact): boolean {
  if (fact.type === "consent") return fact.decision === "given";
  if (fact.type === "ability") return fact.state !== "able";
  return FACT_RULES[fact.type].effect === "widens";
}
