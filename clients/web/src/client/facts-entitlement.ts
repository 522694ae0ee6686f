/** Who may do the act that a fact states, and who may do it instead of who asked (F15): by standings, which screens put into words. */
import { ACT_RULES, actOf, mayAct } from "../protocol/act-rules.ts";
import type { Capacity } from "../protocol/capacities.ts";
import type { CaseFacts, FactAuthor } from "../protocol/case-facts.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { checkCollected } from "../protocol/fact-collection.ts";
import { powerToMake } from "../protocol/fact-entitlement.ts";
import { FACT_RULES, STANDINGS } from "../protocol/fact-rules.ts";
import type { Fact } from "../protocol/facts.ts";
import { NotPermitted } from "./errors.ts";
import type { Instead } from "./errors.ts";

/** Who may do the act of this fact. */
export function whoMay(fact: Fact): readonly Instead[] {
  const who = ACT_RULES.get(actOf(fact))?.who;
  const { signers } = FACT_RULES[fact.type];
  const others = STANDINGS.filter((standing) => standing !== "self");
  return others.filter((standing) => signers.has(standing) && who?.has(standing) === true);
}

/** The refusal that says who may do it instead. */
export function whoElse(facts: CaseFacts, fact: Fact, capacity: Capacity | undefined, atMs: number): NotPermitted {
  const act = actOf(fact);
  const why = capacity !== undefined && !mayAct(act, capacity) ? "function" : "standing";
  const who = whoMay(fact);
  // Nobody follows the case yet: whoever opened it is the one to ask.
  const noReferent = who.includes("referent") && facts.referents(atMs).size === 0;
  return new NotPermitted(why, { rules: [act], who: noReferent ? who.filter((one) => one !== "referent") : who });
}

/** Ask the rules that the chain will ask, before anything is kept or sent; throws `NotPermitted` with who may instead. */
export function checkMayRecord(facts: CaseFacts, fact: Fact, author: FactAuthor, atMs: number): void {
  try {
    powerToMake(facts, fact, author, atMs);
    checkCollected(fact, atMs);
  } catch (error) {
    throw error instanceof ProtocolError ? refusalOf(facts, fact, author, error, atMs) : error;
  }
}

/**
 * Refuse with who may instead when the rules do not let this user make the fact. Whatever else is wrong with it is for whoever
 * composes it to say in its own words.
 */
export function checkEntitled(facts: CaseFacts, fact: Fact, author: FactAuthor, atMs: number): void {
  try {
    powerToMake(facts, fact, author, atMs);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.reason === "not-entitled") throw whoElse(facts, fact, author.capacity, atMs);
  }
}

function refusalOf(facts: CaseFacts, fact: Fact, author: FactAuthor, error: ProtocolError, atMs: number): NotPermitted {
  if (error.reason === "stale") return new NotPermitted("collected-late", { rules: ["L1110-4"] });
  if (error.reason === "not-yet") return new NotPermitted("collected-ahead");
  if (error.reason === "not-entitled") return whoElse(facts, fact, author.capacity, atMs);
  return new NotPermitted("does-not-hold", { reason: error.reason });
}
