/**
 * Appending links to a chain of a case: composed on the newest verified state, sent by compare-and-set, read back.
 *
 * When somebody else wrote first, nothing of ours was taken: the chain is read again, everything is composed anew (its keys and
 * salts too), and sent again. What was appended counts only once it was read back and found not void.
 */
import type { Bytes } from "../protocol/bytes.ts";
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { factLinkBody } from "../protocol/case-links.ts";
import type { LinkHead, SectionAt } from "../protocol/case-links.ts";
import { nextLinkHead } from "../protocol/compose.ts";
import { toBase64url, toHex } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { gestureBody, namedHash, partsOf } from "../protocol/fact-gesture.ts";
import { factBody } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import type { VisibilityClass } from "../protocol/places.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import type { Statement } from "../protocol/statements.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView, ClassView } from "./casebook.ts";
import { Misuse, NotPermitted, Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { Rules } from "./rules.ts";

export const TRIES = 4;

/** A body to sign, the fact beside it, the boxes beside it by user. */
export interface NewLink {
  readonly body: JsonObject;
  readonly fact?: JsonObject;
  readonly boxes?: ReadonlyMap<string, Bytes>;
}

/** Composes one link on the newest state of a chain, with the common fields that it begins with. */
export type Compose = (chain: ClassView, head: LinkHead) => NewLink | Promise<NewLink>;

/** The view after the write, the hashes of the links and facts that were written, in order, and the proof of their leaf. */
export interface Appended {
  readonly view: CaseView;
  readonly links: readonly string[];
  readonly facts: readonly string[];
  readonly receipt?: VerifiedReceipt;
}

interface Composed {
  readonly statement: Statement;
  readonly wire: JsonObject;
  readonly facts: readonly string[];
}

/** Whether the hub took nothing because the chain moved meanwhile. */
export function isOvertaken(error: unknown): error is Refused {
  return error instanceof Refused && (error.problem === "version-conflict" || error.problem === "facts-changed");
}

/** The view of a class; throws `NotPermitted` for one that is not served to this user. */
export function chainOf(view: CaseView, class_: VisibilityClass): ClassView {
  const chain = view.classes.get(class_);
  if (chain === undefined) throw new NotPermitted("section-closed");
  return chain;
}

/** The body of a fact; throws `Misuse` for one that contradicts itself. */
export function bodyOfFact(fact: Fact, salt: Uint8Array, annex?: string): JsonObject {
  try {
    return factBody(fact, salt, annex);
  } catch (error) {
    if (error instanceof ProtocolError) throw new Misuse("fact", error.message);
    throw error;
  }
}

/** Writes links for the user of this profile. */
export class Appender {
  readonly #hub: Hub;
  readonly #casebook: Casebook;
  readonly #author: Author;
  readonly #rules: Rules;

  constructor(hub: Hub, casebook: Casebook, author: Author, rules: Rules) {
    this.#hub = hub;
    this.#casebook = casebook;
    this.#author = author;
    this.#rules = rules;
  }

  /** Append links that `composers` make, all or none; throws `Refused` when the hub does not take them. */
  async append(case_: string, class_: VisibilityClass, composers: readonly Compose[]): Promise<Appended> {
    for (let again = 1; ; again++) {
      const view = await this.#casebook.view(case_);
      const links = await this.#composed(chainOf(view, class_), view, composers);
      let answer: JsonObject;
      try {
        const sent = { links: links.map((link) => link.wire) };
        answer = await this.#hub.transport.post(`/v1/cases/${case_}/chains/${class_}`, sent);
      } catch (error) {
        if (again === TRIES || !isOvertaken(error)) throw error;
        continue;
      }
      const fields = new Fields(answer, "answer to links");
      const served = fields.optional("receipt", (name) => fields.raw(name));
      const receipt = served === undefined ? undefined : await this.#hub.receipt(served);
      return { ...(await this.#readBack(case_, class_, links)), ...(receipt === undefined ? {} : { receipt }) };
    }
  }

  /** What composes a fact's link; throws `Misuse` for a fact that contradicts itself. */
  fact(fact: Fact, salt: Uint8Array, lists: readonly SectionAt[] = []): Compose {
    return this.stated(bodyOfFact(fact, salt), lists);
  }

  /** What composes one link for the bodies of several facts, all or none; one alone is an ordinary fact. */
  gesture(bodies: readonly JsonObject[]): Compose {
    const [only] = bodies;
    return this.stated(only !== undefined && bodies.length === 1 ? only : gestureBody(bodies));
  }

  /** What composes the link of a body that is written already. */
  stated(body: JsonObject, lists: readonly SectionAt[] = []): Compose {
    return (_chain, head) => ({ body: factLinkBody({ head, fact: namedHash(body), lists }), fact: body });
  }

  /** The common fields of the next link, with the freshest proof held. */
  async head(chain: ClassView, view: CaseView): Promise<LinkHead> {
    const { proven, state } = chain;
    this.checkFresh(chain);
    const { checkpoint, timeMs } = proven;
    return nextLinkHead(state, this.#author.preamble(), {
      policy: (await this.#rules.table()).hash,
      capacity: this.#author.capacity,
      fresh: { size: checkpoint.size, root: toHex(checkpoint.root), timeMs },
      mainHead: state.class === "main" ? undefined : view.main.head,
    });
  }

  /** Refuse to write on heads older than 10 minutes by our own clock (trust rule T8). */
  checkFresh(chain: ClassView): void {
    this.#hub.trust.checkFresh(chain.proven, this.#author.nowMs());
  }

  async #composed(chain: ClassView, view: CaseView, composers: readonly Compose[]): Promise<readonly Composed[]> {
    let head = await this.head(chain, view);
    const links: Composed[] = [];
    for (const compose of composers) {
      const made = await compose(chain, head);
      const statement = await this.#author.sign(made.body);
      const facts = made.fact === undefined ? [] : partsOf(made.fact).map(({ hash }) => hash);
      links.push({ statement, wire: wireOf(statement, made), facts });
      head = { ...head, seq: head.seq + 1, prev: statement.hash };
    }
    return links;
  }

  async #readBack(case_: string, class_: VisibilityClass, links: readonly Composed[]): Promise<Appended> {
    const view = await this.#casebook.view(case_);
    const { hashes, state } = chainOf(view, class_);
    const known = new Set(hashes.values());
    for (const { statement } of links) {
      if (!known.has(statement.hash)) throw new ProtocolError("wrong-chain", `${statement.type} acknowledged but absent`);
      const reason = state.voids.get(statement.hash);
      if (reason !== undefined) throw new ProtocolError(reason, `our ${statement.type} is void`);
    }
    return {
      view,
      links: links.map(({ statement }) => statement.hash),
      facts: links.flatMap(({ facts }) => facts),
    };
  }
}

/** A link as it is sent. */
export function wireOf(statement: Statement, link: NewLink): JsonObject {
  const { fact, boxes } = link;
  const sent = boxes === undefined || boxes.size === 0 ? undefined : boxesToJson(boxes);
  return present({ statement: statement.toJson(), fact, boxes: sent });
}

/** Boxes by user, as they are sent. */
export function boxesToJson(boxes: ReadonlyMap<string, Uint8Array>): JsonObject {
  return Object.fromEntries([...boxes].map(([user, box]) => [user, toBase64url(box)]));
}
