/**
 * Reviewing emergencies by who watches over the log, who sees those of all cases in scope in one list.
 *
 * An auditor is shown signed facts and the words sealed to them: never a content of the file (P10). Each fact is verified: the
 * signature of its link against its author's chain, its body against the link. Whether it counted in its case, the hub judged: an
 * auditor is not served the case; what was left out shows in the log, where each stands as a leaf.
 */
import { BoxKey } from "../protocol/boxes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Capacity } from "../protocol/capacities.ts";
import { readFactLink } from "../protocol/case-links.ts";
import type { FactLink } from "../protocol/case-links.ts";
import { canBeBoxed } from "../protocol/directory.ts";
import { openWords, sealWords } from "../protocol/emergency-words.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { EmergencyReason, EmergencyReview, SealedWords, Told } from "../protocol/fact-emergencies.ts";
import { EMERGENCY_MAX_MS } from "../protocol/fact-powers.ts";
import type { Emergency } from "../protocol/fact-powers.ts";
import { factHash, readFact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import { mayReviewEmergencies } from "../protocol/operator-roles.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { Author } from "./author.ts";
import type { Directory } from "./directory.ts";
import type { EmergencyLinks } from "./emergency-links.ts";
import type { Hub } from "./hub.ts";

const MOST = 200;

/** An emergency as an auditor sees it: its facts, the words sealed to us, and in which capacity it was declared. */
export interface Audited {
  readonly case: string;
  readonly emergency: string;
  /** The leaf of its declaration. */
  readonly leaf: number;
  readonly fact: Emergency;
  readonly capacity: Capacity | undefined;
  readonly reason: EmergencyReason | undefined;
  readonly text: string | undefined;
  readonly overMs: number;
  readonly review: EmergencyReview | undefined;
}

/** What a review is about. */
export type Reviewable = Pick<Audited, "case" | "emergency" | "reason">;

/** The list, and the leaf that looking at it left. */
export interface Listed {
  readonly emergencies: readonly Audited[];
  readonly look: number;
}

/** What a review says. `told` is how the person was told of it, where she has no account. */
export interface Judgement {
  readonly outcome: EmergencyReview["outcome"];
  readonly text?: string | undefined;
  readonly told?: Told["means"] | undefined;
}

/** Whether an emergency is over and nobody judged it yet. */
export function awaitsReview(found: Audited, atMs: number): boolean {
  return atMs >= found.overMs && found.review === undefined;
}

/** What reviews need of other parts. */
export interface ReviewParts {
  readonly hub: Hub;
  readonly author: Author;
  readonly directory: Directory;
  readonly links: EmergencyLinks;
}

export class EmergencyReviews {
  readonly #parts: ReviewParts;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
  }

  /** Whether the session's capacity judges emergencies: the auditor, not the officer who is told of them. */
  async mayReview(): Promise<boolean> {
    return mayReviewEmergencies(await this.#parts.author.acting());
  }

  /** The newest emergencies in scope, the newest first; the look is logged. */
  async listed(): Promise<Listed> {
    const { hub } = this.#parts;
    const answer = new Fields(await hub.transport.get("/v1/emergencies"), "emergencies");
    const items = answer.objects("emergencies", MOST);
    const receipt = answer.raw("receipt");
    answer.done();
    const { index } = await hub.receipt(receipt);
    const emergencies: Audited[] = [];
    for (const item of items) emergencies.push(await this.#audited(item));
    await hub.save();
    return { emergencies, look: index };
  }

  /**
   * Close an emergency as legitimate or not, as auditor or as who follows the case; returns the leaf of the review. The words, where
   * there are any, go to whom those of its reason were sealed to.
   */
  async review(found: Reviewable, { outcome, text, told }: Judgement): Promise<number> {
    const { author, links } = this.#parts;
    const atMs = author.nowMs();
    const place = { case: found.case, type: "emergency-review", emergency: found.emergency, code: outcome } as const;
    const words: readonly SealedWords[] =
      text === undefined ? [] : await sealWords(text, await this.#readers(found.reason?.words ?? []), place);
    const fact: EmergencyReview = {
      type: "emergency-review",
      emergency: found.emergency,
      outcome,
      atMs,
      words,
      ...(told === undefined ? {} : { told: { means: told, atMs } }),
    };
    return (await links.record(found.case, fact)).receipt.index;
  }

  async #readers(words: readonly SealedWords[]): Promise<Parameters<typeof sealWords>[1]> {
    const chains = [];
    for (const { user } of words) chains.push((await this.#parts.directory.refresh(user)).chain);
    return chains.filter((chain) => canBeBoxed(chain, chain.head));
  }

  async #audited(item: Fields): Promise<Audited> {
    const [emergency, case_, leaf] = [item.hash("emergency"), item.hash("case"), item.integer("leaf")];
    let declared: { readonly fact: Emergency; readonly capacity: Capacity | undefined } | undefined;
    let reason: EmergencyReason | undefined;
    let review: EmergencyReview | undefined;
    const ends: number[] = [];
    for (const one of item.objects("links")) {
      const { link, body } = await this.#link(one, case_);
      const fact = readFact(body);
      const of = fact.type === "emergency" ? factHash(body) : "emergency" in fact ? fact.emergency : undefined;
      if (of !== emergency) throw new ProtocolError("wrong-request", "link of another emergency");
      if (fact.type === "emergency") declared = { fact, capacity: this.#capacity(link, fact) };
      else if (fact.type === "emergency-reason" && link.head.preamble.user === declared?.fact.user) reason = fact;
      else if (fact.type === "emergency-end") ends.push(fact.atMs);
      else if (fact.type === "emergency-review") review = fact;
      else throw new ProtocolError("wrong-type", `${fact.type} among the links of an emergency`);
    }
    item.done();
    if (declared === undefined) throw new ProtocolError("missing-field", "declaration of an emergency");
    const { untilMs, openedMs } = declared.fact;
    const overMs = Math.min(untilMs, openedMs + EMERGENCY_MAX_MS, ...ends);
    const text = reason === undefined ? undefined : await this.#words(case_, reason);
    return { case: case_, emergency, leaf, ...declared, reason, text, overMs, review };
  }

  /** The words sealed to us; undefined where there are none, or where their box does not open, which is no fault of the list. */
  async #words(case_: string, fact: EmergencyReason): Promise<string | undefined> {
    const { author } = this.#parts;
    const keys = new Map([...author.identity.seeds].map(([generation, seed]) => [generation, new BoxKey(seed)]));
    try {
      return await openWords(case_, fact, author.user, keys);
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  /** A link that its author's device signed, with the body of the fact that it names. */
  async #link(item: Fields, case_: string): Promise<{ readonly link: FactLink; readonly body: JsonObject }> {
    const statement = await this.#parts.directory.verify(statementFromJson(item.raw("statement")));
    const body = item.raw("fact");
    item.done();
    const link = readFactLink(statement);
    if (link.head.case !== case_) throw new ProtocolError("wrong-case", "link of an emergency");
    if (factHash(body) !== link.fact) throw new ProtocolError("wrong-hash", "body of a fact");
    return { link, body };
  }

  #capacity(link: FactLink, fact: Emergency): Capacity | undefined {
    if (link.head.preamble.user !== fact.user) throw new ProtocolError("wrong-author", "emergency");
    const { capacity } = link.head;
    return capacity === undefined ? undefined : this.#parts.directory.attestation(capacity).capacity;
  }
}
