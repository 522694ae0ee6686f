/** Which fact each fact ends or rests on, in one table (docs/spec/facts.md, rule 17). */
import { ProtocolError } from "./errors.ts";
import type { Fact, FactType } from "./facts.ts";

/** What a fact names: a hash, the types it may be of (none for an episode, named by its own id), and whether it ends it. */
interface Reference {
  readonly named: string | undefined;
  readonly types: readonly FactType[];
  readonly endsAtMs?: number;
}

function referenceOf(fact: Fact): Reference | undefined {
  switch (fact.type) {
    case "participation-end":
      return { named: fact.participation, types: ["participation"], endsAtMs: fact.atMs };
    case "episode-end":
      return { named: fact.episode, types: [], endsAtMs: fact.atMs };
    case "consent-withdrawal":
      return { named: fact.consent, types: ["consent"], endsAtMs: fact.atMs };
    case "opposition-end":
      return { named: fact.opposition, types: ["opposition"], endsAtMs: fact.atMs };
    case "mandate-end":
      return { named: fact.mandate, types: ["mandate"], endsAtMs: fact.atMs };
    case "minor-secret-end":
      return { named: fact.secret, types: ["minor-secret"], endsAtMs: fact.atMs };
    case "fact-end":
      return { named: fact.ended, types: ["absence", "designation", "invitation", "procedure", "referent"], endsAtMs: fact.atMs };
    case "conference-end":
      return { named: fact.conference, types: ["conference"], endsAtMs: fact.atMs };
    case "emergency-end":
      return { named: fact.emergency, types: ["emergency"], endsAtMs: fact.atMs };
    case "case-link-end":
      return { named: fact.link, types: ["case-link"], endsAtMs: fact.atMs };
    case "absence":
    case "referent":
      return { named: fact.participation, types: ["participation"] };
    case "consent":
      return { named: fact.supersedes, types: ["consent"] };
    case "emergency-reason":
    case "emergency-review":
      return { named: fact.emergency, types: ["emergency"] };
    case "request-answer":
      return { named: fact.request, types: ["request"] };
    case "ability":
    case "case-link":
    case "conference":
    case "death":
    case "designation":
    case "emergency":
    case "episode":
    case "invitation":
    case "mandate":
    case "mask-end":
    case "minor-secret":
    case "notice":
    case "opposition":
    case "participation":
    case "person":
    case "procedure":
    case "request":
    case "retention":
      return undefined;
  }
}

/** The hash (or the episode) that a fact ends, and when; undefined for what ends nothing. */
export function endedBy(fact: Fact): readonly [named: string, atMs: number] | undefined {
  const reference = referenceOf(fact);
  if (reference?.named === undefined || reference.endsAtMs === undefined) return undefined;
  return [reference.named, reference.endsAtMs];
}

/** The facts of a case: records by type. */
export interface Recorded {
  readonly records: ReadonlyMap<FactType, readonly { readonly fact: Fact; readonly hash: string }[]>;
}

/** Refuse a fact that names what is not in the chain: unknown-reference. */
export function checkReferences(facts: Recorded, fact: Fact): void {
  const { named, types } = referenceOf(fact) ?? { named: undefined, types: [] };
  const known = (type: FactType): boolean => (facts.records.get(type) ?? []).some((record) => record.hash === named);
  if (named !== undefined && types.length > 0 && !types.some(known)) {
    throw new ProtocolError("unknown-reference", `${fact.type} ${named.slice(0, 16)}`);
  }
  const episode = episodeOf(fact);
  const opened = facts.records.get("episode") ?? [];
  if (episode !== undefined && !opened.some(({ fact: one }) => one.type === "episode" && one.episode === episode)) {
    throw new ProtocolError("unknown-reference", `episode of a ${fact.type}`);
  }
}

function episodeOf(fact: Fact): string | undefined {
  return fact.type === "consent" || fact.type === "participation" || fact.type === "episode-end" ? fact.episode : undefined;
}
