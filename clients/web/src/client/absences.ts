/**
 * Being away from a case, with a colleague as relay; and who is away among those one is about to write to (docs/spec/facts.md, A1 to
 * A5). Pure: verified facts and an instant in.
 */
import { absenceOf, isSameDesk, relayOf } from "../protocol/absences.ts";
import type { CaseFacts, FactRecord } from "../protocol/case-facts.ts";
import type { FactOf } from "../protocol/facts.ts";
import { Misuse } from "./errors.ts";
import { inForce } from "./facts.ts";
import type { Make } from "./facts.ts";

/** Somebody away at an instant, until when, and who takes what comes for them. */
export interface StandIn {
  readonly absent: string;
  readonly relay: string;
  readonly untilMs: number;
}

/** The fact that `user` is away with `relay` as colleague. Throws `Misuse` where that colleague cannot be. */
export function absence(user: string, relay: string, fromMs: number, untilMs: number): Make {
  return (facts, atMs) => {
    for (const mine of facts.participationsOf(user, atMs).toReversed()) {
      const theirs = facts.participationsOf(relay, atMs).findLast(({ fact }) => isSameDesk(mine.fact, fact));
      if (relay !== user && theirs !== undefined) {
        return { type: "absence", participation: mine.hash, relay: theirs.hash, fromMs, untilMs };
      }
    }
    throw new Misuse("no-relay");
  };
}

/** Who may be the relay of a user: whoever takes part with the same row in the same structure. */
export function colleagues(facts: CaseFacts, user: string, atMs: number): readonly string[] {
  const mine = facts.participationsOf(user, atMs);
  const beside = facts
    .of("participation")
    .filter((one) => facts.inForce(one, atMs) && mine.some(({ fact }) => isSameDesk(fact, one.fact)))
    .map(({ fact }) => fact.user);
  return [...new Set(beside)].filter((one) => one !== user);
}

/** The absences of a user that hold or are to come. */
export function ownAbsences(facts: CaseFacts, user: string, atMs: number): readonly FactRecord<FactOf<"absence">>[] {
  return inForce(facts, "absence", atMs).filter(({ fact }) => facts.find("participation", fact.participation).fact.user === user);
}

/** Who of these users is away, each with their relay. */
export function standIns(facts: CaseFacts, users: Iterable<string>, atMs: number): readonly StandIn[] {
  const found: StandIn[] = [];
  for (const absent of users) {
    const [away, relay] = [absenceOf(facts, absent, atMs), relayOf(facts, absent, atMs)];
    if (away !== undefined && relay !== undefined) found.push({ absent, relay: relay.fact.user, untilMs: away.fact.untilMs });
  }
  return found;
}

/** For whom a user stands in: what comes back to them comes back to this user too (F10). */
export function standsInFor(facts: CaseFacts, relay: string, atMs: number): ReadonlySet<string> {
  const everybody = new Set(facts.of("absence").map(({ fact }) => facts.find("participation", fact.participation).fact.user));
  return new Set(standIns(facts, everybody, atMs).flatMap((one) => (one.relay === relay ? [one.absent] : [])));
}
