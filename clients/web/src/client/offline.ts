/**
 * What this device knows of a case without the hub: the facts it verified last, and the head they led to.
 *
 * Kept sealed at each sync and each fact recorded. Enough to compose and sign what somebody says at home without network, and to
 * ask the rules first. Never content, never a key.
 */
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { capacityToJson, readCapacity } from "../protocol/capacities.ts";
import { CaseFacts } from "../protocol/case-facts.ts";
import type { FactAuthor, FactRecord } from "../protocol/case-facts.ts";
import { factLinkBody, freshToJson, headToJson, readFresh } from "../protocol/case-links.ts";
import type { Fresh } from "../protocol/case-links.ts";
import { toHex } from "../protocol/encodings.ts";
import { FACT_SALT_SIZE, factBody, factHash, readFact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import { readHead } from "../protocol/statements.ts";
import type { HeadRef, Preamble } from "../protocol/statements.ts";
import { chainOf } from "./appending.ts";
import type { CaseView } from "./casebook.ts";
import type { Vault } from "./vault.ts";

const NOTEBOOK = "notebook";
const MOST = 1_000_000;
const POWERS = ["person", "representative", "member"] as const;

/** The facts of a case at the last head verified here, and what a link on that head names. */
export interface Remembered {
  readonly facts: CaseFacts;
  readonly head: HeadRef;
  readonly fresh: Fresh;
  readonly policy: string;
  readonly seenMs: number;
}

/** The link that states a fact on the head known here; it is made and signed again at sync. */
export function rememberedLink(
  { facts, head, fresh, policy }: Remembered,
  preamble: Preamble,
  capacity: string | undefined,
  body: JsonObject,
): JsonObject {
  const next = { seq: head.seq + 1, prev: head.hash, policy, capacity, fresh };
  return factLinkBody({ head: { preamble, case: facts.case, class: "main", ...next }, fact: factHash(body), lists: [] });
}

/** Remembers cases, one sealed object each. */
export class Notebook {
  readonly #vault: Vault;
  readonly #kept = new Map<string, string>();

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Keep the facts of a verified view, when it moved. */
  async remember(view: CaseView, policy: string, nowMs: number): Promise<void> {
    const { state, proven } = chainOf(view, "main");
    if (this.#kept.get(view.case) === state.head.hash) return;
    const { facts } = state;
    const records = [...facts.records.values()].flat().sort((left, right) => left.position - right.position);
    const { checkpoint, timeMs } = proven;
    await this.#vault.save(nameOf(view.case), {
      case: view.case,
      kind: facts.kind,
      structure: facts.structure,
      created_ms: facts.createdMs,
      opener: authorToJson(facts.opener),
      head: headToJson(state.head),
      policy,
      seen_ms: nowMs,
      fresh: freshToJson({ size: checkpoint.size, root: toHex(checkpoint.root), timeMs }),
      records: records.map(recordToJson),
    });
    this.#kept.set(view.case, state.head.hash);
  }

  /** What was kept of a case, undefined when it was never synced here. */
  async recall(case_: string): Promise<Remembered | undefined> {
    const kept = await this.#vault.load(nameOf(case_));
    if (kept === undefined) return undefined;
    const fields = new Fields(kept, NOTEBOOK);
    const opener = readAuthor(fields.nested("opener"));
    const start = {
      case: fields.hash("case"),
      kind: fields.code("kind"),
      structure: fields.code("structure"),
      createdMs: fields.integer("created_ms"),
      opener,
    };
    const records = fields.objects("records", MOST).map(readRecord);
    return {
      facts: records.reduce((facts, record) => facts.withRecord(record), CaseFacts.start(start)),
      head: readHead(fields.nested("head")),
      fresh: readFresh(fields.nested("fresh")),
      policy: fields.hash("policy"),
      seenMs: fields.integer("seen_ms"),
    };
  }
}

function nameOf(case_: string): string {
  return `${NOTEBOOK}-${case_}`;
}

function authorToJson({ user, capacity }: FactAuthor): JsonObject {
  return present({ user, capacity: capacity && capacityToJson(capacity) });
}

function readAuthor(fields: Fields): FactAuthor {
  const author = {
    user: fields.hash("user"),
    capacity: fields.optional("capacity", (name) => readCapacity(fields.nested(name))),
  };
  fields.done();
  return author;
}

function recordToJson({ fact, hash, power, position, author, recordedMs }: FactRecord): JsonObject {
  const body = factBody(fact, new Uint8Array(FACT_SALT_SIZE));
  return { body, hash, power, position, author: authorToJson(author), recorded_ms: recordedMs };
}

function readRecord(fields: Fields): FactRecord {
  const record = {
    fact: readFact(fields.raw("body")),
    hash: fields.hash("hash"),
    power: fields.choice("power", POWERS),
    position: fields.integer("position"),
    author: readAuthor(fields.nested("author")),
    recordedMs: fields.integer("recorded_ms"),
  };
  fields.done();
  return record;
}
