/**
 * Who looked at a case, for the person and who represents her: every record verified, and counted with the keys of the tags, which
 * the hub hands to nobody else. Each look is a leaf of the log too.
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { SignedCheckpoint } from "../protocol/checkpoint.ts";
import { readLogKey } from "../protocol/completeness.ts";
import type { LogKey } from "../protocol/completeness.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { parseLeaf } from "../protocol/leaf.ts";
import { readView } from "../protocol/log-payload.ts";
import { logRequestBody } from "../protocol/log-request.ts";
import { CLASSES } from "../protocol/places.ts";
import type { VisibilityClass } from "../protocol/places.ts";
import { readReceipt, verifyReceipt } from "../protocol/receipt.ts";
import type { VerifiedReceipt } from "../protocol/receipt.ts";
import { REQUEST_ID_SIZE } from "../protocol/release.ts";
import type { Access } from "./accesses.ts";
import type { Author } from "./author.ts";
import type { Casebook } from "./casebook.ts";
import type { Hub } from "./hub.ts";
import { draw } from "./profile.ts";
import { checkKey, checkPeriods, checkShown } from "./tag-checks.ts";
import type { Finding, Keys, ShownLeaf } from "./tag-checks.ts";
import type { Vault } from "./vault.ts";
import { WholeLogs } from "./whole-logs.ts";

const PAGE = 500;
/** More ends of mandates than a life has. */
const MAX_PERIODS = 1024;

/** The verified acts of a case and what the tags told; `partial` where acts before a representative's mandate were not counted. */
export interface Accesses {
  readonly acts: readonly Access[];
  readonly checkpoint: SignedCheckpoint;
  readonly findings: readonly Finding[];
  readonly partial: boolean;
}

/** One act as its receipt proves it: for who opens the mark. */
export interface ProvenAct {
  readonly act: Access;
  readonly checkpoint: SignedCheckpoint;
  readonly receipt: JsonObject;
}

export interface OwnAccessesParts {
  readonly hub: Hub;
  readonly author: Author;
  readonly casebook: Casebook;
  readonly vault: Vault;
}

export class OwnAccesses {
  readonly #parts: OwnAccessesParts;

  constructor(parts: OwnAccessesParts) {
    this.#parts = parts;
  }

  /** The acts of a case, oldest first, and whether any is missing. */
  async accesses(case_: string): Promise<Accesses> {
    const { hub } = this.#parts;
    const keys = await this.#logKeys(case_);
    const acts: Access[] = [];
    const shown: ShownLeaf[] = [];
    for (let from = 0; ;) {
      const { records, look } = await this.#records(case_, from);
      for (const record of records) acts.push(await this.#access(record));
      shown.push(shownLeaf(accessOf(look)));
      if (records.length < PAGE) break;
      from = (acts.at(-1)?.index ?? from) + 1;
    }
    const checkpoint = hub.trust.newest();
    if (checkpoint === undefined) throw new ProtocolError("missing-field", "checkpoint of the log");
    shown.push(...acts.map(shownLeaf));
    const findings = await this.#findings(case_, keys, shown);
    const partial = [...keys.values()].some((periods) => (periods[0]?.first ?? 0) > 0);
    await hub.save();
    return { acts, checkpoint, findings, partial };
  }

  /** One act with its receipt, verified anew. */
  async record(case_: string, index: number): Promise<ProvenAct> {
    const { records } = await this.#records(case_, index, index + 1);
    const receipt = records[0]?.["receipt"];
    if (!isObject(receipt)) throw new ProtocolError("unknown-reference", `act ${index}`);
    const verified = await verifyReceipt(readReceipt(receipt), this.#parts.hub.trust.log);
    if (verified.index !== index) throw new ProtocolError("wrong-sequence", `record ${index}`);
    return { act: accessOf(verified), checkpoint: verified.checkpoint, receipt };
  }

  /** Have the keys of the tags handed over, by class; each hand-over is a leaf, whose receipt is verified. */
  async #logKeys(case_: string): Promise<Keys> {
    const { hub } = this.#parts;
    const answer = new Fields(await hub.transport.get(`/v1/cases/${case_}/log-keys`), "log-keys");
    const [served, receipts] = [answer.nested("keys"), answer.nested("receipts")];
    answer.done();
    const keys = new Map<VisibilityClass, readonly LogKey[]>();
    for (const class_ of CLASSES) {
      if (!served.has(class_)) continue;
      keys.set(class_, served.objects(class_, MAX_PERIODS).map(readLogKey));
      await hub.receipt(receipts.raw(class_));
    }
    served.done();
    receipts.done();
    return keys;
  }

  /** What the tags tell against the hub, kept in the vault before anybody hears of it. */
  async #findings(case_: string, keys: Keys, shown: readonly ShownLeaf[]): Promise<readonly Finding[]> {
    const { hub, author, casebook, vault } = this.#parts;
    const last = Math.max(-1, ...shown.map((one) => one.index));
    const whole = await new WholeLogs(hub).whole();
    const log = new Map([...whole].filter(([index]) => index <= last));
    const { main } = await casebook.view(case_);
    const own = [...checkKey(keys, main.logKeyHash ?? ""), ...checkPeriods(keys, main.facts.personUsers.has(author.user))];
    // Under another key than the announced one every tag is false: that is said once.
    const wrong = new Set(own.flatMap((one) => one.class ?? []));
    const judged = new Map([...keys].filter(([class_]) => !wrong.has(class_)));
    const rest = shown.filter((one) => one.class === undefined || !wrong.has(one.class));
    const found = [...own, ...checkShown(judged, rest, log)];
    if (found.length > 0) {
      const findings = found.map(({ flaw, indexes, ...more }) => ({ flaw, indexes, ...more }));
      await vault.save(`evidence ${case_}`, { case: case_, findings, checkpoint: hub.trust.newest()?.note ?? "" });
    }
    return found;
  }

  async #records(
    case_: string,
    from: number,
    to?: number,
  ): Promise<{ readonly records: readonly JsonObject[]; readonly look: VerifiedReceipt }> {
    const { hub, author } = this.#parts;
    const body = logRequestBody({
      preamble: author.preamble(),
      requestId: draw(REQUEST_ID_SIZE),
      purpose: "own_access",
      checkpoint: await hub.checkpoint(),
      capacity: undefined,
      case: case_,
      from,
      to,
      reason: undefined,
      user: undefined,
    });
    const statement = (await author.sign(body)).toJson();
    const fields = new Fields(await hub.transport.post("/v1/log/records", { statement }), "records");
    const records = fields.items("records", PAGE).map((item) => {
      if (!isObject(item)) throw fields.refuse("records");
      return item;
    });
    const look = await hub.receipt(fields.raw("receipt"));
    fields.done();
    return { records, look };
  }

  async #access(record: JsonObject): Promise<Access> {
    const fields = new Fields(record, "record");
    const index = fields.integer("index");
    if (fields.has("leaf")) {
      const leaf = parseLeaf(fields.data("leaf"));
      fields.done();
      return { index, timeMs: leaf.tsMs, view: undefined, leaf };
    }
    const verified = await verifyReceipt(readReceipt(fields.raw("receipt")), this.#parts.hub.trust.log);
    if (verified.index !== index) throw new ProtocolError("wrong-sequence", `record ${index}`);
    return accessOf(verified);
  }
}

function accessOf({ index, leaf, view }: VerifiedReceipt): Access {
  return { index, timeMs: leaf.tsMs, view: readView(view), leaf };
}

function shownLeaf({ index, leaf, view }: Access): ShownLeaf {
  return { index, leaf, class: view?.class, number: view?.caseSeq };
}
