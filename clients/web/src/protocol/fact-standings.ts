/** What an author is to a case at an instant, and by it which acts are theirs (protocol 6.3; policies/acts.csv). */
import { ACT_RULES, mayAct } from "./act-rules.ts";
import { isEqualCapacity, isSameAuthor } from "./case-facts.ts";
import type { CaseFacts, FactAuthor } from "./case-facts.ts";
import { FACT_RULES, isWidening } from "./fact-rules.ts";
import type { FactStanding, FactStandings } from "./fact-rules.ts";
import type { Fact } from "./facts.ts";
import { mandatesOf, mandateState, representsPerson } from "./powers.ts";

/** The standings that make this very act, none when it is not theirs. */
export function allowedStandings(fact: Fact, act: string, standings: FactStandings): FactStandings {
  const { signers } = FACT_RULES[fact.type];
  const who: ReadonlySet<string> = ACT_RULES.get(act)?.who ?? new Set<string>();
  const allowed = new Set([...standings].filter((standing) => signers.has(standing) && who.has(standing)));
  // Narrowing is any member's, save the acts that acts.csv leaves to fewer than sign the type.
  const leftToFewer = signers.has("member") && !who.has("member");
  const inside = standings.has("member") || standings.has("opener");
  if (!isWidening(fact) && !leftToFewer && inside) allowed.add("member");
  return allowed;
}

/** Whether the act is open to the row acted in; leaving oneself always is. */
export function isOpenToRow(act: string, author: FactAuthor, allowed: FactStandings): boolean {
  return author.capacity === undefined || allowed.has("self") || mayAct(act, author.capacity);
}

/** The standings of an author at an instant: what they are to this case. */
export function standingsOf(facts: CaseFacts, author: FactAuthor, atMs: number): FactStandings {
  const standings = new Set<FactStanding>();
  const { user, capacity } = author;
  if (capacity === undefined) {
    if (facts.personUsers.has(user)) standings.add("person");
    const represents = mandatesOf(facts, user).some(
      (record) => mandateState(facts, record, atMs) === "in_force" && representsPerson(record.fact),
    );
    if (represents) standings.add("representative");
    return standings;
  }
  const mine = facts.participationsOf(user, atMs).filter(({ fact }) => isEqualCapacity(fact.capacity, capacity));
  if (mine.length > 0) {
    standings.add("member");
    if (capacity.category === 1) standings.add("health");
    if (capacity.row === "M2" && mine.some(({ fact }) => fact.regime === "mdph")) standings.add("mdph_doctor");
    if (facts.referents(atMs).has(user)) standings.add("referent");
  }
  // The opener acts before taking part, never after having left.
  const ever = facts.participationsOf(user);
  if (isSameAuthor(author, facts.opener) && (mine.length > 0 || ever.length === 0)) standings.add("opener");
  return standings;
}
