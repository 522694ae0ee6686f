/**
 * Links about an emergency, sent by who may not read the case before or after: composed on its proven head alone.
 *
 * Who declares from outside knows the reference of a case and nothing else; an auditor never sees more; who ended their own
 * emergency no longer does. So nothing is read back: the receipt proves that the very link is in the log.
 */
import { factLinkBody } from "../protocol/case-links.ts";
import type { LinkHead } from "../protocol/case-links.ts";
import { canBeBoxed } from "../protocol/directory.ts";
import { toHex } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { FACT_SALT_SIZE, factBody, factHash } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import { readIdentity } from "../protocol/log-payload.ts";
import { readReceipt } from "../protocol/receipt.ts";
import type { Receipt, VerifiedReceipt } from "../protocol/receipt.ts";
import type { UserChain } from "../protocol/user-state.ts";
import type { Author } from "./author.ts";
import type { Directory } from "./directory.ts";
import { Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

const TRIES = 4;

/** A fact that the hub took, and the verified receipt of its leaf. */
export interface Recorded {
  readonly fact: string;
  readonly receipt: VerifiedReceipt;
}

/** The receipt of a declaration, and the users whom the hub names as auditors, not verified yet. */
export interface EmergencyDetails {
  readonly started: Receipt;
  readonly auditors: readonly string[];
}

/** The chains of those of these users who can be boxed to: accounts neither frozen nor closed. */
export async function ableOf(directory: Directory, users: Iterable<string>): Promise<ReadonlyMap<string, UserChain>> {
  const chains = new Map<string, UserChain>();
  for (const user of [...users].sort()) {
    const { chain } = await directory.refresh(user);
    if (canBeBoxed(chain, chain.head)) chains.set(user, chain);
  }
  return chains;
}

/** Sends such links as the user of this profile. */
export class EmergencyLinks {
  readonly #hub: Hub;
  readonly #author: Author;
  readonly #rules: Rules;

  constructor(hub: Hub, author: Author, rules: Rules) {
    this.#hub = hub;
    this.#author = author;
    this.#rules = rules;
  }

  /** Append a fact to the open chain of a case that may not be served to us; throws `Refused`. */
  async record(case_: string, fact: Fact): Promise<Recorded> {
    const body = factBody(fact, draw(FACT_SALT_SIZE));
    for (let again = 1; ; again++) {
      const link = factLinkBody({ head: await this.#head(case_), fact: factHash(body), lists: [] });
      const statement = await this.#author.sign(link);
      try {
        const links = [{ statement: statement.toJson(), fact: body }];
        const answer = await this.#hub.transport.post(`/v1/cases/${case_}/chains/main`, { links });
        const receipt = await this.#hub.receipt(new Fields(answer, "answer").raw("receipt"));
        checkOwn(receipt, statement.hash);
        await this.#hub.save();
        return { fact: factHash(body), receipt };
      } catch (error) {
        const isOvertaken =
          error instanceof Refused && (error.problem === "version-conflict" || error.problem === "facts-changed");
        if (!isOvertaken || again === TRIES) throw error;
      }
    }
  }

  /** The receipt of a declaration and who audits; the look at it is a leaf, whose receipt is verified too. */
  async details(case_: string, emergency: string): Promise<EmergencyDetails> {
    const answer = new Fields(await this.#hub.transport.get(`/v1/cases/${case_}/emergencies/${emergency}`), "emergency");
    const [started, auditors, look] = [answer.raw("started"), answer.hashes("auditors"), answer.raw("receipt")];
    answer.done();
    await this.#hub.receipt(look);
    await this.#hub.receipt(started);
    return { started: readReceipt(started), auditors };
  }

  /** The common fields of the next link, on a head proved minutes ago at most; throws unknown-reference for no such case. */
  async #head(case_: string): Promise<LinkHead> {
    const proven = await this.#hub.head("case", case_);
    if (proven.head === undefined) throw new ProtocolError("unknown-reference", "case of an emergency");
    this.#hub.trust.checkFresh(proven, this.#author.nowMs());
    const { size, root } = proven.checkpoint;
    return {
      preamble: this.#author.preamble(),
      case: case_,
      class: "main",
      seq: proven.head.seq + 1,
      prev: proven.head.hash,
      policy: (await this.#rules.table()).hash,
      capacity: this.#author.capacity,
      fresh: { size, root: toHex(root), timeMs: proven.timeMs },
    };
  }
}

/** Refuse a receipt of another act than ours: it would be the only trace of it. */
function checkOwn(receipt: VerifiedReceipt, statement: string): void {
  if (receipt.identity === undefined || readIdentity(receipt.identity).requestHash !== statement) {
    throw new ProtocolError("wrong-request", "receipt of another act");
  }
}
