/**
 * Who stands around a person, as the facts of her case tell it: who takes part and by what title, the accounts that are hers, who
 * represents her. Pure: verified facts and an instant in. Names and telephones are no facts; they stand elsewhere.
 */
import type { Capacity } from "../protocol/capacities.ts";
import { isEqualCapacity } from "../protocol/case-facts.ts";
import type { CaseFacts } from "../protocol/case-facts.ts";
import { FOREVER } from "../protocol/case-facts.ts";
import type { MandateKind } from "../protocol/fact-powers.ts";
import { inForce } from "./facts.ts";
import type { JoiningTitle } from "./team.ts";

/** One person in one capacity: since when they take part, how far back they read, until when if that is known. */
export interface Taking {
  readonly user: string;
  readonly capacity: Capacity;
  readonly participation: string;
  readonly title: JoiningTitle;
  readonly startMs: number;
  readonly historyFromMs: number;
  readonly untilMs: number | undefined;
  readonly referent: boolean;
}

/** Somebody who holds a power over or for the person. */
export interface Representing {
  readonly user: string;
  readonly kind: MandateKind;
  readonly untilMs: number | undefined;
}

const TITLES: readonly JoiningTitle[] = ["outside", "same-team", "prescribed"];

/** Everybody who takes part at that instant, in the order in which they came; a second participation of the same adds no line. */
export function takingPart(facts: CaseFacts, atMs: number): readonly Taking[] {
  const found: Taking[] = [];
  const referents = facts.referents(atMs);
  for (const record of facts.of("participation")) {
    if (!facts.inForce(record, atMs)) continue;
    const { user, capacity, limb, startMs, historyFromMs = startMs } = record.fact;
    const end = facts.participationEnd(record);
    const same = found.findIndex((one) => one.user === user && isEqualCapacity(one.capacity, capacity));
    const before = found[same];
    const taking: Taking = {
      user,
      capacity,
      participation: record.hash,
      // A limb that opens more is a team of its own, constituted by her: to her it is the same team.
      title: TITLES[limb] ?? "same-team",
      startMs: Math.min(startMs, before?.startMs ?? startMs),
      historyFromMs: Math.min(historyFromMs, before?.historyFromMs ?? historyFromMs),
      untilMs: end === FOREVER ? undefined : end,
      referent: referents.has(user),
    };
    if (before === undefined) found.push(taking);
    else found[same] = taking;
  }
  return found;
}

/** Who represents or assists the person at that instant. */
export function representing(facts: CaseFacts, atMs: number): readonly Representing[] {
  return inForce(facts, "mandate", atMs).map(({ fact: { holder, kind, untilMs } }) => ({ user: holder, kind, untilMs }));
}
