/**
 * Did its author belong where an entry stands? Judged by every reader, not only by the hub (protocol 8.4).
 *
 * 1. `case_head` is a position of the chain that this client verified.
 * 2. At that position and at the instant the header states, the author took part, was the person, or represented them, and the
 *    capacity it names was attested to them.
 * 3. The entry lies in the range of indexes that its epoch owns, and not after the end of its author.
 * 4. In an exchange, its author was boxed the key of its epoch.
 * 5. Its epoch was the current one at that position, and owed no rotation then (protocol 6.5).
 */
import { activeTable } from "../protocol/active-tables.ts";
import type { CaseChain } from "../protocol/case-state.ts";
import { sectionOf } from "../protocol/case-state.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import { checkSealedUnder, DEPOSIT_WINDOW_MS } from "../protocol/entry-judgement.ts";
import { checkAuthor, checkEpoch } from "../protocol/entry-list.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { checkWritable, closingOf } from "../protocol/linked-cases.ts";
import { checkMaskSetBy } from "../protocol/masks.ts";
import { isMember } from "../protocol/section-access.ts";
import type { CaseView, ClassView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import type { ListedEntry } from "./lists.ts";
import type { Rules } from "./rules.ts";

/** Who was in which list of an exchange. */
export interface ExchangeMembers {
  wasMember(exchange: string, user: string, epoch: number): boolean;
}

/** Where each author ended in the lists of a chain, by section. */
type Ends = Map<string, ReadonlyMap<string, number>>;

/** Judges listed entries against the verified chain of their case. */
export class EntryChecks {
  readonly #directory: Directory;
  readonly #exchanges: ExchangeMembers;
  readonly #rules: Rules;
  readonly #ends = new WeakMap<CaseChain, Ends>();
  /**
   * Epochs met at a position in one span of two minutes, the closest that clocks need to agree. True once they were found sound
   * at both its ends: entries that came together then cost three judgements, not one each.
   */
  readonly #met = new WeakMap<CaseChain, Map<string, boolean>>();

  constructor(directory: Directory, exchanges: ExchangeMembers, rules: Rules) {
    this.#directory = directory;
    this.#exchanges = exchanges;
    this.#rules = rules;
  }

  /** Throws `ProtocolError` for an entry that does not belong where it stands; a gap is not judged. */
  async check(view: CaseView, item: ListedEntry): Promise<void> {
    const { entry } = item;
    if (entry === undefined) return;
    const { header } = entry;
    const { kind, name: section } = header.place;
    const chain = view.classes.get(kind === "report" ? "main" : header.class);
    if (chain === undefined) throw new ProtocolError("unknown-reference", `entry ${short(entry)}: class`);
    await this.#checkMember(chain.state, entry);
    if (kind === "exchange") {
      if (this.#exchanges.wasMember(section, header.preamble.user, header.epoch ?? 0)) return;
      throw new ProtocolError("not-entitled", `entry ${short(entry)}: not of the exchange`);
    }
    if (header.mask !== undefined) this.#checkMask(chain.state, entry);
    if (kind === "masked" || kind === "report" || answersEmergency(chain, entry.id)) return;
    if (header.epoch !== undefined) {
      const starts = [...sectionOf(chain.state, section).epochStart].map(([epoch, at]) => [epoch, at.n] as const);
      checkEpoch(header.epoch, item.n, new Map(starts));
      await this.#checkKey(chain.state, entry, header.epoch);
    }
    checkAuthor(header.preamble.user, item.n, this.#endsIn(chain.state, section));
    checkClosed(view.main, section, item.n);
  }

  #checkMask(state: CaseChain, { header }: VerifiedEntry): void {
    const { capacity, caseHead, preamble } = header;
    const category = capacity === undefined ? undefined : this.#directory.attestation(capacity).capacity.category;
    checkMaskSetBy(header.mask, category, state.positions.at(caseHead).facts.isMinor(preamble.timeMs));
  }

  /** Refuse an entry under an epoch that had to be left behind: its author posts it again. */
  async #checkKey(state: CaseChain, entry: VerifiedEntry, epoch: number): Promise<void> {
    const { policy, preamble, place, caseHead } = entry.header;
    const { timeMs } = preamble;
    const table = activeTable(await this.#rules.tables([policy]), policy, timeMs);
    if (table === undefined) throw new ProtocolError("wrong-policy", `entry ${short(entry)}`);
    const span = Math.floor(timeMs / DEPOSIT_WINDOW_MS);
    const key = [caseHead.hash, place.name, epoch, table.hash, span].join(" ");
    const met = this.#met.get(state) ?? new Map<string, boolean>();
    this.#met.set(state, met);
    const before = met.get(key);
    if (before === true && state.positions.holds(caseHead)) return;
    const judge = (atMs: number): void => {
      checkSealedUnder(state, { section: place.name, epoch, caseHead, timeMs: atMs }, table);
    };
    judge(timeMs);
    met.set(key, before === false && passes(judge, [span * DEPOSIT_WINDOW_MS, (span + 1) * DEPOSIT_WINDOW_MS]));
  }

  async #checkMember(state: CaseChain, entry: VerifiedEntry): Promise<void> {
    const { caseHead, preamble, place, capacity } = entry.header;
    const { facts } = state.positions.at(caseHead);
    if (place.kind !== "report") checkWritable(facts, preamble.timeMs, `entry ${short(entry)}`);
    if (!isMember(facts, preamble.user, preamble.timeMs)) {
      throw new ProtocolError("not-entitled", `entry ${short(entry)}: its author did not take part`);
    }
    if (capacity === undefined) return;
    await this.#directory.known(preamble.user);
    if (this.#directory.attestation(capacity).user !== preamble.user) {
      throw new ProtocolError("wrong-author", `entry ${short(entry)}: capacity of somebody else`);
    }
  }

  /** The list position at which each author ended, for those who did not take part again since. */
  #endsIn(state: CaseChain, section: string): ReadonlyMap<string, number> {
    const known: Ends = this.#ends.get(state) ?? new Map<string, ReadonlyMap<string, number>>();
    this.#ends.set(state, known);
    const found = known.get(section) ?? endsOf(state, section);
    known.set(section, found);
    return found;
  }
}

function endsOf(state: CaseChain, section: string): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const record of state.facts.of("participation-end")) {
    const ended = state.facts.find("participation", record.fact.participation).fact.user;
    const at = state.factLists.get(record.hash)?.get(section);
    const again = state.facts.of("participation").some(({ fact, position }) => fact.user === ended && position > record.position);
    if (at !== undefined && !again) ends.set(ended, at.n);
  }
  return ends;
}

/**
 * Whether an entry was put before us under our emergency. Who declared one is served neither notices nor consents, so they cannot
 * say which epoch was the current one: whoever answered is served all of it, and judged the entry before they opened it.
 */
function answersEmergency(chain: ClassView, id: string): boolean {
  for (const [name, { opening }] of chain.shares) {
    if (name.startsWith(`${id} `) && chain.state.openings.get(opening)?.link.started !== undefined) return true;
  }
  return false;
}

function passes(judge: (atMs: number) => void, instants: readonly number[]): boolean {
  try {
    instants.forEach(judge);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Refuse what stands above where the list ended when another case took over (docs/spec/conferences.md, L4). */
function checkClosed(main: CaseChain, section: string, n: number): void {
  const closing = closingOf(main.facts, main.timeMs);
  const at = closing === undefined ? undefined : main.factLists.get(closing.hash)?.get(section);
  if (at !== undefined && n > at.n)
    throw new ProtocolError("closed", `entry ${n} of ${section}, in a case that goes on elsewhere`);
}

function short({ id }: VerifiedEntry): string {
  return id.slice(0, 16);
}
