/**
 * A gesture: several facts signed by one link, all or none (docs/spec/facts.md).
 *
 * Adding somebody is one act of a professional: the participation, what the person was told of it, what they agreed to. One
 * signature, one place in the chain. The link names the hash of the list of the facts' hashes; each fact keeps its own body,
 * salt and hash, is judged in order by who may make it, may rest on those before it, and is folded as if it stood alone. When
 * one is refused, none counts. A body may be erased, or withheld from who may not see it: its hash stays.
 *
 * What narrows stands alone, because a withdrawal must never wait for what it was bundled with; so does an emergency with its
 * reason and its review, which the log names by leaves of their own. Deliberately no gesture inside a gesture, and no annex of
 * its own.
 */
import { isObject } from "./canonical.ts";
import type { JsonObject, JsonValue } from "./canonical.ts";
import { isHash } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { isWidening } from "./fact-rules.ts";
import { FACT_VERSION, factHash, readFact } from "./facts.ts";
import type { Fact, FactType } from "./facts.ts";
import { Fields } from "./fields.ts";

const TYPE = "gesture";
export const FEWEST_FACTS = 2;
export const MOST_FACTS = 64;
const ALONE: ReadonlySet<FactType> = new Set<FactType>(["emergency", "emergency-reason", "emergency-review"]);

/** One fact of a link: its hash, and its body, undefined when it was erased or not served. */
export interface FactPart {
  readonly hash: string;
  readonly body?: JsonObject;
}

function isGesture(body: JsonObject): boolean {
  return body["type"] === TYPE;
}

/**
 * The facts that the body beside a link states: itself, or those of a gesture, in order, unread. Throws `ProtocolError` for a
 * gesture of another shape, or that names fewer than two facts, or one twice.
 */
export function partsOf(body: JsonObject): readonly FactPart[] {
  if (!isGesture(body)) return [{ hash: factHash(body), body }];
  const fields = new Fields(body, TYPE);
  if (fields.integer("v") !== FACT_VERSION) throw new ProtocolError("wrong-version", TYPE);
  fields.text("type", 64);
  const parts = fields.items("facts", MOST_FACTS).map(partOf);
  fields.done();
  if (parts.length < FEWEST_FACTS) throw new ProtocolError("malformed", `${TYPE}: fewer than two facts`);
  if (new Set(parts.map(({ hash }) => hash)).size < parts.length) throw new ProtocolError("already", TYPE);
  return parts;
}

function partOf(item: JsonValue): FactPart {
  if (typeof item === "string" && isHash(item)) return { hash: item };
  if (!isObject(item)) throw new ProtocolError("malformed", `${TYPE}: facts`);
  return { hash: factHash(item), body: item };
}

/** The hash by which a link names what travels beside it: the same whichever bodies are absent. */
export function namedHash(body: JsonObject): string {
  if (!isGesture(body)) return factHash(body);
  return factHash({ v: FACT_VERSION, type: TYPE, facts: partsOf(body).map(({ hash }) => hash) });
}

/** One fact beside a link and what it states, undefined for an absent body. */
export interface StatedFact {
  readonly hash: string;
  readonly fact: Fact | undefined;
}

/**
 * The facts beside a link, in order. Throws `ProtocolError`: what `readFact` throws (wrong-type for a gesture inside a gesture);
 * malformed for a fact in a gesture that has to stand alone.
 */
export function readFacts(body: JsonObject): readonly StatedFact[] {
  const stated = partsOf(body).map((part) => ({
    hash: part.hash,
    fact: part.body === undefined ? undefined : readFact(part.body),
  }));
  if (!isGesture(body)) return stated;
  for (const { fact } of stated) {
    if (fact !== undefined && (!isWidening(fact) || ALONE.has(fact.type))) {
      throw new ProtocolError("malformed", `${TYPE}: ${fact.type} stands alone`);
    }
  }
  return stated;
}

/** The body that states several facts at once: read again, so nobody signs one that a reader refuses. */
export function gestureBody(facts: readonly JsonObject[]): JsonObject {
  const body = { v: FACT_VERSION, type: TYPE, facts };
  readFacts(body);
  return body;
}

/** The body with the facts left out that are withheld: their hash stays; undefined when nothing remains. */
export function without(body: JsonObject, withheld: (fact: JsonObject) => boolean): JsonObject | undefined {
  if (!isGesture(body)) return withheld(body) ? undefined : body;
  const facts = partsOf(body).map((part) => (part.body === undefined || withheld(part.body) ? part.hash : part.body));
  return { ...body, facts };
}
