/**
 * The instants at which what the facts of a case say can change, and the entries that they name.
 *
 * Between two of them every comparison of an instant of a fact with the instant asked about comes out alike, so what was
 * folded for one question of that moment holds for the next (docs/spec/facts.md).
 */
import { EMERGENCY_MAX_MS } from "./fact-powers.ts";
import type { Fact } from "./facts.ts";

/** Every instant that a fact states, or that follows from what it states, in ms; in no order. */
export function* instantsOf(fact: Fact): Generator<number> {
  for (const [name, value] of named(fact)) if (name.endsWith("Ms") && typeof value === "number") yield value;
  // P5: over after this, whatever it says of itself.
  if (fact.type === "emergency") yield fact.openedMs + EMERGENCY_MAX_MS;
}

/** The ids of the entries that a fact names. */
export function* entriesOf(fact: Fact): Generator<string> {
  for (const [name, value] of named(fact)) {
    if ((name === "entry" || name === "entries") && typeof value === "string") yield value;
  }
}

/** Every value that a fact holds, however deep, with the name of its field. */
function* named(value: unknown, name = ""): Generator<readonly [string, unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* named(item, name);
  else if (value instanceof Uint8Array || typeof value !== "object" || value === null) yield [name, value];
  else for (const [key, inner] of Object.entries(value)) yield* named(inner, key);
}

/** All the instants of some facts, in order, each once. */
export function moments(facts: Iterable<Fact>): number[] {
  const found = new Set<number>();
  for (const fact of facts) for (const instant of instantsOf(fact)) found.add(instant);
  return [...found].sort((left, right) => left - right);
}
