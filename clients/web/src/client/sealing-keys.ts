/**
 * Under which key an entry is written: the section's, the exchange's, or a box for each named reader (protocol 8.2).
 *
 * 1. In a section: debts are rotated first. With its current key, form `section`. Without any key yet, and with the right to
 *    start one, a claim comes first. Otherwise, and for every masked entry, form `named`: the author and each member who may read
 *    the whole section, or whom the mask leaves (`masking`). Writing therefore needs no right to read (F2).
 * 2. In an exchange: its current epoch; its list is changed first when somebody in it may no longer receive.
 * 3. A report of danger: always `named`, in a list of its own, judged by `main` (E27).
 */
import { decide } from "../protocol/access.ts";
import type { Bytes } from "../protocol/bytes.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf, sectionOf, stepName } from "../protocol/case-state.ts";
import { generationAt } from "../protocol/directory.ts";
import { ENTRY_SALT_SIZE, headerId } from "../protocol/entry-header.ts";
import type { EntryForm, EntryHeader } from "../protocol/entry-header.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { closingOf } from "../protocol/linked-cases.ts";
import { checkMaskSetBy, kindOfMask } from "../protocol/masks.ts";
import { boxShares, unboxedReaders } from "../protocol/named-box.ts";
import type { Recipient } from "../protocol/named-box.ts";
import { paddedSize } from "../protocol/padding.ts";
import { classOf } from "../protocol/places.ts";
import type { Place, VisibilityClass } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import { clientShareFromSection, SHARE_SIZE } from "../protocol/sealing.ts";
import type { ByPart } from "../protocol/sealing.ts";
import type { KeyId } from "../protocol/sections.ts";
import { chainOf } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView, ClassView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { NotPermitted } from "./errors.ts";
import type { Granting } from "./granting.ts";
import type { Lists } from "./lists.ts";
import { readersOf, UNMASKED } from "./masking.ts";
import type { Masking } from "./masking.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

/** A header ready to be signed, and the client shares and boxes that go with it. */
export interface Sealed {
  readonly header: EntryHeader;
  readonly clientShares: ByPart<Uint8Array>;
  readonly boxes: ReadonlyMap<string, Bytes>;
}

/** The current key of an exchange and what it is about. */
export interface ExchangeKey {
  readonly class: VisibilityClass;
  readonly compartment: string;
  readonly level: number;
  readonly epoch: number;
  readonly key: Uint8Array;
}

/** What writing needs of exchanges: the key to write under, after changing a list that owes it. */
export interface WritableExchanges {
  current(view: CaseView, exchange: string): Promise<ExchangeKey>;
}

export interface SealingKeysParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly granting: Granting;
  readonly lists: Lists;
  readonly exchanges: WritableExchanges;
}

type Sizes = ByPart<number>;

/** What a header says beside where it stands: its form, its key, its mask, its readers. */
interface Said {
  readonly form: EntryForm;
  readonly sizes: Sizes;
  readonly class: VisibilityClass;
  readonly compartment: string;
  readonly level: number;
  readonly epoch?: number;
  readonly step?: number;
  readonly masking?: Masking;
  readonly recipients?: readonly Recipient[];
}

/** Chooses keys for the user of this profile. */
export class SealingKeys {
  readonly #parts: SealingKeysParts;

  constructor(parts: SealingKeysParts) {
    this.#parts = parts;
  }

  /** Header and keys for parts of these plaintext sizes, after every debt was paid. */
  async header(case_: string, place: Place, sizes: Sizes, masking: Masking = UNMASKED): Promise<Sealed> {
    const { casebook, granting } = this.#parts;
    let view = await casebook.view(case_);
    this.#checkOpen(view);
    if (place.kind === "exchange") return this.#inExchange(view, place, sizes);
    const section = place.name;
    const at: Place = { kind: masking.mask === undefined ? "section" : "masked", name: section };
    await this.#checkWrite(chainOf(view, classOf(section)), section, masking.mask);
    if (masking.mask === undefined) {
      view = await granting.rotateOwed(view, section);
      if (await granting.mayClaim(view, section)) view = await granting.claim(view, [section]);
      const { state, ring } = chainOf(view, classOf(section));
      const { epoch, step } = sectionOf(state, section);
      const which = { section, epoch, step };
      if (epoch > 0 && ring.holds(which)) return this.#inSection(view, at, which, sizes, masking);
    }
    return this.#named(view, at, section, sizes, masking);
  }

  /** Header and keys of an entry of a report about a section, for the author and those they name. */
  async report(case_: string, place: Place, section: string, sizes: Sizes, masking: Masking): Promise<Sealed> {
    const view = await this.#parts.casebook.view(case_);
    const { n } = await this.#parts.lists.headOf(case_, place);
    // Whom a report names answers in it, whatever their function writes elsewhere (R38).
    if (n === 0) await this.#checkWrite(chainOf(view, "main"), section, masking.mask);
    return this.#named(view, place, section, sizes, masking);
  }

  /** Refuse to write in a case that another one continues, and say which (F24). */
  #checkOpen(view: CaseView): void {
    const closing = closingOf(view.main.facts, instantOf(view.main, this.#parts.author.nowMs()));
    if (closing !== undefined) throw new NotPermitted("case-continued", { other: closing.fact.other });
  }

  async #checkWrite(chain: ClassView, section: string, mask: Masking["mask"]): Promise<void> {
    const { author, rules } = this.#parts;
    const [compartment, level] = sectionParts(section);
    const capacity = await author.acting();
    const { facts } = chain.state;
    const atMs = instantOf(chain.state, author.nowMs());
    const entry = {
      id: "0".repeat(64),
      author: author.user,
      authorCategory: capacity?.category,
      writtenMs: atMs,
      compartment,
      level,
      masks: new Set(mask === undefined ? [] : [mask]),
      named: new Set<string>(),
      kind: kindOfMask(mask),
      passages: false,
      maskUntilMs: undefined,
    };
    const question = questionOf({ action: "write", user: author.user, capacity, compartment, level, entry, atMs });
    const decision = decide(await rules.table(), facts, question);
    if (!isPermitted(decision)) throw new NotPermitted("rules", { decision, question, rules: decision.rules });
    try {
      checkMaskSetBy(mask, capacity?.category, facts.isMinor(atMs));
    } catch (error) {
      if (error instanceof ProtocolError) throw new NotPermitted("mask", { reason: error.reason });
      throw error;
    }
  }

  async #inSection(view: CaseView, place: Place, which: KeyId, sizes: Sizes, masking: Masking): Promise<Sealed> {
    const { section, epoch, step } = which;
    const class_ = classOf(section);
    const { state, ring } = chainOf(view, class_);
    const key = ring.key(which, sectionOf(state, section).commitments.get(stepName(epoch, step)));
    const [compartment, level] = sectionParts(section);
    const said = { form: "section", sizes, class: class_, compartment, level, epoch, step, masking } as const;
    return underKey(await this.#composed(view, place, said), key);
  }

  async #inExchange(view: CaseView, place: Place, sizes: Sizes): Promise<Sealed> {
    const { key, ...about } = await this.#parts.exchanges.current(view, place.name);
    return underKey(await this.#composed(view, place, { form: "exchange", sizes, ...about }), key);
  }

  async #named(view: CaseView, place: Place, section: string, sizes: Sizes, masking: Masking): Promise<Sealed> {
    const recipients: Recipient[] = [];
    for (const user of await this.#readers(view, section, masking)) recipients.push(await this.#recipient(user));
    const [compartment, level] = sectionParts(section);
    // A report is of a hidden class, whatever it is about.
    const hidden = place.kind === "report" && classOf(section) !== "child_protection";
    const class_ = hidden ? "third_party_hidden" : classOf(section);
    const said = { form: "named", sizes, class: class_, compartment, level, masking, recipients } as const;
    const header = await this.#composed(view, place, said);
    const clientShares = { title: draw(SHARE_SIZE), body: draw(SHARE_SIZE) };
    const boxed = await boxShares(header, recipients, clientShares);
    return { header: boxed.header, clientShares, boxes: boxed.boxes };
  }

  async #readers(view: CaseView, section: string, masking: Masking): Promise<readonly string[]> {
    const { granting, author } = this.#parts;
    const chain = view.of(section) ?? chainOf(view, "main");
    const access = await granting.access(chain);
    const { facts } = chain.state;
    const minor = facts.isMinor(instantOf(chain.state, author.nowMs()));
    return readersOf(facts, { author: author.user, masking, mayRead: (user) => access.mayRead(user, section), minor });
  }

  async #recipient(user: string): Promise<Recipient> {
    const { chain } = await this.#parts.directory.refresh(user);
    return { user, ...generationAt(chain, chain.head) };
  }

  async #composed(view: CaseView, place: Place, said: Said): Promise<EntryHeader> {
    const { author, rules, lists } = this.#parts;
    const { masking = UNMASKED, recipients = [], sizes } = said;
    const judging = place.kind === "report" ? "main" : said.class;
    return {
      preamble: author.preamble(),
      case: view.case,
      class: said.class,
      place,
      form: said.form,
      compartment: said.compartment,
      level: said.level,
      policy: (await rules.table()).hash,
      caseHead: chainOf(view, judging).state.head,
      seen: await lists.headOf(view.case, place),
      salt: draw(ENTRY_SALT_SIZE),
      sizes: { title: paddedSize(sizes.title), body: paddedSize(sizes.body) },
      epoch: said.epoch,
      step: said.step,
      capacity: author.capacity,
      mask: masking.mask,
      maskUntilMs: masking.untilMs,
      passages: masking.passages,
      named: recipients.length === 0 ? undefined : unboxedReaders(recipients),
    };
  }
}

function underKey(header: EntryHeader, key: Uint8Array): Sealed {
  const id = headerId(header);
  const clientShares = { title: clientShareFromSection(key, id, "title"), body: clientShareFromSection(key, id, "body") };
  return { header, clientShares, boxes: new Map() };
}
