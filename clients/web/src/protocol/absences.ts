/**
 * Absence and relay: who may be named, and who stands in for whom at an instant (docs/spec/facts.md, A1 to A5).
 *
 * An absence opens nothing. The relay takes part already, with the same row in the same structure, and may read what the rules let
 * them read; who writes to the absent writes to both, and is told so before.
 */
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import { ProtocolError } from "./errors.ts";
import type { FactOf } from "./facts.ts";

/**
 * Refuse an absence whose relay cannot stand in. Throws `ProtocolError`: unknown-reference (a participation outside the chain), expired
 * (it is over already), wrong-recipient (the relay is the absent, takes no part at that instant, or has another row or structure).
 */
export function checkAbsence(facts: CaseFacts, fact: FactOf<"absence">, atMs: number): void {
  const absent = facts.find("participation", fact.participation).fact;
  const relay = facts.find("participation", fact.relay);
  if (fact.untilMs <= atMs) throw new ProtocolError("expired", "absence: over before it was recorded");
  if (relay.fact.user === absent.user || !facts.inForce(relay, atMs)) {
    throw new ProtocolError("wrong-recipient", "absence: the relay is a colleague who takes part");
  }
  if (!isSameDesk(absent, relay.fact)) {
    throw new ProtocolError("wrong-recipient", "absence: the relay has the same row in the same structure");
  }
}

/** Whether two participations have the same row in the same structure: one may be the relay of the other. */
export function isSameDesk({ capacity: one }: FactOf<"participation">, { capacity: other }: FactOf<"participation">): boolean {
  return one.row === other.row && one.structure === other.structure;
}

/**
 * The absences that hold at an instant, in chain order. One ends when it was to end, when somebody ended it, and with the
 * participation of the absent or of the relay.
 */
export function absences(facts: CaseFacts, atMs: number): readonly FactRecord<FactOf<"absence">>[] {
  return facts
    .of("absence")
    .filter(
      ({ fact, hash }) =>
        fact.fromMs <= atMs &&
        atMs < Math.min(fact.untilMs, facts.endedAt(hash)) &&
        [fact.participation, fact.relay].every((one) => facts.inForce(facts.find("participation", one), atMs)),
    );
}

/** The absence of a user that holds at an instant, undefined when they are there; of several the latest. */
export function absenceOf(facts: CaseFacts, user: string, atMs: number): FactRecord<FactOf<"absence">> | undefined {
  return absences(facts, atMs).findLast(({ fact }) => facts.find("participation", fact.participation).fact.user === user);
}

/**
 * The participation of who stands in for a user at an instant, undefined when the user is there. A relay who is away too is not followed
 * further: what one is told before sending is one name.
 */
export function relayOf(facts: CaseFacts, user: string, atMs: number): FactRecord<FactOf<"participation">> | undefined {
  const found = absenceOf(facts, user, atMs);
  return found === undefined ? undefined : facts.find("participation", found.fact.relay);
}
