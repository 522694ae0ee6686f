/**
 * Recording a fact: composed on what is known, asked of the rules, kept, its words sealed first, sent, read back, once.
 *
 * One way for every fact, with or without network: it goes through the outbox, so that a page closed between signature and answer
 * loses nothing and records nothing twice. Without hub it stays there, signed on the last head known here, and the next sync
 * records it on the newest one: same content, same time of collection, signed again (protocol 6.1).
 */
import { toHex } from "../protocol/encodings.ts";
import type { Capacity } from "../protocol/capacities.ts";
import type { CaseFacts } from "../protocol/case-facts.ts";
import type { SectionAt } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { withLate } from "../protocol/fact-collection.ts";
import type { LateReason } from "../protocol/fact-codec.ts";
import { FACT_SALT_SIZE } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { bodyOfFact } from "./appending.ts";
import type { Appended, Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { isFailure, Misuse, NotPermitted, Refused, Unreachable } from "./errors.ts";
import type { Make } from "./facts.ts";
import { EMPTY, hashOfWords, withReason } from "./facts-annexes.ts";
import type { Annexes, Words } from "./facts-annexes.ts";
import { effectsOf, NO_EFFECTS } from "./facts-effects.ts";
import type { Effects } from "./facts-effects.ts";
import { checkMayRecord } from "./facts-entitlement.ts";
import { misfitOf } from "./facts-rebasing.ts";
import type { Lists } from "./lists.ts";
import { rememberedLink } from "./offline.ts";
import type { Notebook, Remembered } from "./offline.ts";
import { factOf, hashOf } from "./outbox.ts";
import type { Outbox, OutboxItem } from "./outbox.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

/** How a fact comes about: its words, when they were collected (now, when absent), and why they come late. */
export interface Collecting {
  readonly words?: Words;
  readonly collectedMs?: number;
  readonly late?: LateReason;
}

/** A fact that the chain holds, and what it changed. `untold`: words that the rules gave no place to keep. */
export interface Recorded {
  readonly kind: "recorded";
  readonly fact: Fact;
  readonly hash: string;
  readonly appended: Appended;
  readonly effects: Effects;
  readonly untold: boolean;
}

/** A fact that waits in the outbox because the hub did not answer. */
export interface Kept {
  readonly kind: "kept";
  readonly fact: Fact;
  readonly item: OutboxItem;
}

export interface FactRecorderParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly lists: Lists;
  readonly outbox: Outbox;
  readonly notebook: Notebook;
  readonly annexes: Annexes;
}

/** Records facts for the user of this profile. */
export class FactRecorder {
  readonly #parts: FactRecorderParts;

  constructor(parts: FactRecorderParts) {
    this.#parts = parts;
  }

  /** The facts of a case: the hub's newest, or without it those of the last sync. */
  async facts(case_: string): Promise<CaseFacts> {
    return (await this.#known(case_)).facts;
  }

  /** Record what `make` composes of the facts and of the time of collection; keep it when the hub is away. */
  async record(case_: string, make: Make, how: Collecting = {}): Promise<Recorded | Kept> {
    const { author, outbox } = this.#parts;
    const nowMs = author.nowMs();
    const collectedMs = how.collectedMs ?? nowMs;
    const { facts, remembered } = await this.#known(case_);
    const fact = late(make(facts, collectedMs), how.late);
    checkMayRecord(facts, fact, { user: author.user, capacity: await this.#capacity(facts) }, Math.max(nowMs, latest(facts)));
    const item = await this.#item(case_, fact, how.words ?? EMPTY, nowMs);
    if (remembered !== undefined) {
      const body = rememberedLink(remembered, author.preamble(collectedMs), author.capacity, item.body);
      const signed = { ...item, statement: (await author.sign(body)).toJson() };
      await outbox.put(signed);
      return { kind: "kept", fact, item: signed };
    }
    await outbox.put(item);
    try {
      return await this.#send(item);
    } catch (error) {
      // The answer was lost, perhaps not the fact: the next sync looks for its hash before it sends again.
      if (error instanceof Unreachable) return { kind: "kept", fact, item };
      const refused = error instanceof Refused || error instanceof NotPermitted || error instanceof Misuse;
      if (refused) await outbox.remove(item.id);
      throw error;
    }
  }

  /** Record what waits, oldest first; what was recorded, and what was refused now. Throws `Unreachable`. */
  async flush(case_?: string): Promise<{ readonly recorded: readonly Recorded[]; readonly refused: readonly OutboxItem[] }> {
    const { outbox } = this.#parts;
    const [recorded, refused]: [Recorded[], OutboxItem[]] = [[], []];
    for (const item of await outbox.items(case_)) {
      if (item.state !== "waiting") continue;
      try {
        recorded.push(await this.#send(item));
      } catch (error) {
        const code = refusalCode(error);
        if (code === undefined) throw error;
        refused.push(await outbox.refuse(item, code));
      }
    }
    return { recorded, refused };
  }

  /** Give an item that waited too long its reason; it waits again. */
  async explainLate(item: OutboxItem, code: LateReason, text?: string): Promise<OutboxItem> {
    const annex = withReason(item.annex, text);
    // A refused item was taken by nobody: another salt keeps its first hash from being mistaken for this one.
    const body = bodyOfFact(late(factOf(item), code), draw(FACT_SALT_SIZE), hashOfWords(annex));
    const again = { ...item, body, annex, state: "waiting", why: undefined } as const;
    await this.#parts.outbox.put(again);
    return again;
  }

  async #known(case_: string): Promise<{ readonly facts: CaseFacts; readonly remembered?: Remembered }> {
    const { casebook, notebook } = this.#parts;
    try {
      return { facts: (await casebook.view(case_)).main.facts };
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
    const remembered = await notebook.recall(case_);
    if (remembered === undefined) throw new Misuse("never-synced");
    return { facts: remembered.facts, remembered };
  }

  /** The capacity acted in, from the facts first: without network there is no directory to ask. */
  async #capacity(facts: CaseFacts): Promise<Capacity | undefined> {
    const { author } = this.#parts;
    if (author.capacity === undefined) return undefined;
    const mine = facts.participationsOf(author.user).filter(({ fact }) => fact.attestation === author.capacity);
    return mine.at(-1)?.fact.capacity ?? author.acting();
  }

  async #item(case_: string, fact: Fact, words: Words, nowMs: number): Promise<OutboxItem> {
    const { annexes, outbox } = this.#parts;
    const annex = annexes.of(words);
    const body = bodyOfFact(fact, draw(FACT_SALT_SIZE), hashOfWords(annex));
    const item = { id: toHex(draw(16)), case: case_, body, keptMs: nowMs, state: "waiting", annex } as const;
    if (words.paper === undefined) return item;
    await outbox.keepPaper(item.id, words.paper);
    return { ...item, paper: true };
  }

  async #send(item: OutboxItem): Promise<Recorded> {
    const { casebook, author, rules, outbox, notebook, directory, annexes } = this.#parts;
    const view = await casebook.view(item.case);
    const [fact, hash, before] = [factOf(item), hashOf(item), view.main.facts];
    if (before.hashes.has(hash)) {
      await outbox.remove(item.id);
      const appended = { view, links: [], facts: [hash] };
      return { kind: "recorded", fact, hash, appended, effects: NO_EFFECTS, untold: false };
    }
    const atMs = instantOf(view.main, author.nowMs());
    const misfit = misfitOf(before, fact, atMs);
    if (misfit !== undefined) throw new NotPermitted(misfit);
    checkMayRecord(before, fact, { user: author.user, capacity: await this.#capacity(before) }, atMs);
    const { item: stored, untold } = await annexes.store(item, outbox);
    const appended = await this.#append(stored, hash, fact.type === "participation-end" ? await this.#positions(view) : []);
    await outbox.remove(item.id);
    const table = await rules.table();
    await notebook.remember(appended.view, table.hash, author.nowMs());
    const chain = appended.view.main;
    const effects = effectsOf(before, { chain, table, atMs: instantOf(chain, author.nowMs()), directory });
    return { kind: "recorded", fact, hash, appended, effects, untold };
  }

  async #append(item: OutboxItem, hash: string, lists: readonly SectionAt[]): Promise<Appended> {
    const { appender, casebook } = this.#parts;
    try {
      return await appender.append(item.case, "main", [appender.stated(item.body, lists)]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // Sent twice at once, or the first answer was lost: the chain tells.
      const view = await casebook.view(item.case);
      if (!view.main.facts.hashes.has(hash)) throw error;
      return { view, links: [], facts: [hash] };
    }
  }

  #positions(view: CaseView): Promise<readonly SectionAt[]> {
    return positionsOf(view, this.#parts.lists);
  }
}

/** The newest list position of each section that has keys: where the entries of somebody who leaves end (protocol 8.4). */
export async function positionsOf(view: CaseView, lists: Lists): Promise<readonly SectionAt[]> {
  const found: SectionAt[] = [];
  for (const [section, { epoch }] of [...view.main.sections].sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (epoch > 0) found.push({ section, at: await lists.head(view.case, section) });
  }
  return found;
}

/** The code of a refusal that stays with what was refused; undefined for what stops everything, and for the network. */
export function refusalCode(error: unknown): string | undefined {
  if (error instanceof NotPermitted) return error.why;
  if (error instanceof Misuse) return error.kind;
  if (error instanceof Refused) return error.problem === "unauthenticated" ? undefined : error.problem;
  return error instanceof ProtocolError && isFailure(error) ? error.reason : undefined;
}

function late(fact: Fact, code: LateReason | undefined): Fact {
  if (code === undefined) return fact;
  try {
    return withLate(fact, code);
  } catch (error) {
    if (error instanceof ProtocolError) throw new Misuse("no-late-reason");
    throw error;
  }
}

function latest(facts: CaseFacts): number {
  return Math.max(0, ...[...facts.records.values()].flat().map(({ recordedMs }) => recordedMs));
}
