/**
 * The log as who watches over it may see it: pages of verified records, one record, a pseudonym lifted; and what it holds of
 * oneself. Each look is a leaf of the log too, whose receipt is verified: `look` tells the screen under which number.
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { readBinding, verifyBinding } from "../protocol/binding.ts";
import type { BoundSubject } from "../protocol/binding.ts";
import type { Attestation } from "../protocol/capacities.ts";
import { prefixOf, referenceOf } from "../protocol/case-reference.ts";
import { isHash } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { logRequestBody } from "../protocol/log-request.ts";
import type { LogReason } from "../protocol/log-request.ts";
import { watches } from "../protocol/operator-roles.ts";
import { REQUEST_ID_SIZE } from "../protocol/release.ts";
import type { Author } from "./author.ts";
import type { Hub } from "./hub.ts";
import { logged } from "./log-cases.ts";
import type { Logged } from "./log-cases.ts";
import { draw } from "./profile.ts";

/** The most records that the hub shows at one look. */
export const PAGE = 500;

/**
 * Which part of the log: positions `from` to `to`, the end excluded; of all cases in scope, or of one, with a reason; `own` for what
 * was released to one's own devices.
 */
export interface Asked {
  readonly from: number;
  readonly to?: number | undefined;
  readonly case?: string | undefined;
  readonly reason?: LogReason | undefined;
  readonly own?: boolean;
}

/** One look: the acts, the leaf that it left itself, and where the next page begins; undefined at the end. */
export interface Looked {
  readonly acts: readonly Logged[];
  readonly look: number;
  readonly next: number | undefined;
}

/** One record as served, not verified yet: `checkEntry` of `log-proof` shows each step. */
export interface ServedRecord {
  readonly record: JsonObject | undefined;
  readonly look: number;
}

export class Audit {
  readonly #hub: Hub;
  readonly #author: Author;

  constructor(hub: Hub, author: Author) {
    this.#hub = hub;
    this.#author = author;
  }

  /** The attestation in which this user watches over the log; undefined for anybody else. */
  async standing(): Promise<Attestation | undefined> {
    const attestation = await this.#author.attestation();
    return watches(attestation?.capacity) ? attestation : undefined;
  }

  /** One page of verified acts; throws `ProtocolError` when a single one does not verify. */
  async page(asked: Asked): Promise<Looked> {
    const { records, look } = await this.#records(asked);
    const [acts, notes] = [new Array<Logged>(), new Set<string>()];
    for (const record of records) {
      const { act, note } = await logged(record, this.#hub.trust.log);
      acts.push(act);
      if (note !== undefined) notes.add(note);
    }
    // One tree for all of them, that of the look: whatever else was signed has to be of the log that is held.
    for (const note of notes) await this.#hub.accept(note);
    const last = acts.at(-1)?.index;
    if (acts.some(({ index }, i) => !isWithin(index, asked) || index <= (acts[i - 1]?.index ?? -1))) {
      throw new ProtocolError("wrong-sequence", "records of the log");
    }
    return { acts, look, next: acts.length < PAGE || last === undefined ? undefined : last + 1 };
  }

  /** The record at a position, if it is in scope; nothing of it is verified here but the receipt of the look. */
  async record(index: number): Promise<ServedRecord> {
    const { records, look } = await this.#records({ from: index, to: index + 1 });
    return { record: records[0], look };
  }

  /**
   * Who stands behind an account that acted in a case, as identity providers signed. The look is a leaf of that case, with its
   * reason; the data protection officer is told.
   */
  async identify(case_: string, user: string, reason: LogReason): Promise<readonly BoundSubject[]> {
    const statement = await this.#signed({ from: 0, case: case_, reason }, user);
    const answer = new Fields(await this.#hub.transport.post("/v1/log/identities", { statement }), "identities");
    const bindings = answer.objects("bindings").map(readBinding);
    const receipt = answer.raw("receipt");
    answer.done();
    await this.#hub.receipt(receipt);
    const { bundle } = this.#hub.trust;
    return Promise.all(bindings.map((one) => verifyBinding(one, user, bundle, this.#author.nowMs())));
  }

  /** The case that an id or a reference copied from a paper stands for; a reference copied wrongly is never looked for. */
  async caseOfReference(given: string): Promise<string> {
    const typed = given.trim();
    if (isHash(typed)) return typed;
    const reference = referenceOf(prefixOf(typed).padEnd(64, "0"));
    const answer = await this.#hub.transport.get(`/v1/references/${reference}`);
    const found = answer["case"];
    if (typeof found !== "string" || !isHash(found) || referenceOf(found) !== reference) {
      throw new ProtocolError("wrong-hash", "reference of a case");
    }
    return found;
  }

  async #records(asked: Asked): Promise<{ readonly records: readonly JsonObject[]; readonly look: number }> {
    const statement = await this.#signed(asked);
    const fields = new Fields(await this.#hub.transport.post("/v1/log/records", { statement }), "records");
    const records = fields.items("records", PAGE).map((item) => {
      if (!isObject(item)) throw fields.refuse("records");
      return item;
    });
    const receipt = fields.raw("receipt");
    fields.done();
    const { index } = await this.#hub.receipt(receipt);
    await this.#hub.save();
    return { records, look: index };
  }

  async #signed({ from, to, case: case_, reason, own }: Asked, user?: string): Promise<JsonObject> {
    const body = logRequestBody({
      preamble: this.#author.preamble(),
      requestId: draw(REQUEST_ID_SIZE),
      purpose: own === true ? "own_releases" : "audit",
      checkpoint: await this.#hub.checkpoint(),
      capacity: this.#author.capacity,
      case: case_,
      from,
      to,
      reason,
      user,
    });
    return (await this.#author.sign(body)).toJson();
  }
}

function isWithin(index: number, { from, to }: Asked): boolean {
  return index >= from && (to === undefined || index < to);
}
