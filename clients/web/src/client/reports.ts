/**
 * Reports of danger: written apart, for the one to three people their author names (docs/spec/entries.md, E27; F21).
 *
 * A child: C. pén. 226-14, CASF L226-2-1 (R3, R36). An adult who is ill-treated: C. pén. 226-14 2° (R4). Nobody else finds a trace
 * of one: not in the lists and counts of the case, nor in its log as the person and their representatives see it.
 */
import { decide } from "../protocol/access.ts";
import { sectionParts } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { toHex } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { kindOfMask } from "../protocol/masks.ts";
import { parsePlace } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { EntryMeta } from "../protocol/questions.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { Entries, Read } from "./entries.ts";
import { Misuse, NotPermitted } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { Masking } from "./masking.ts";
import type { Posted, Posting } from "./posting.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

export const MOST_NAMED = 3;
const CHILD = ["child_protection/2"] as const;
/** Where an author may write about an adult, from the part that says most of it (matrix of the policy). */
const ADULT = ["social", "medical", "autonomy", "transmissions", "expression"].flatMap((part) => [`${part}/2`, `${part}/1`]);

/** What is reported, to whom; `child` as the case knows the age of the person when it is not said. */
export interface Reporting {
  readonly title: string;
  readonly text: string;
  readonly named: readonly string[];
  readonly hiddenFrom: readonly string[];
  readonly child?: boolean | undefined;
}

export interface ReportsParts {
  readonly hub: Hub;
  readonly author: Author;
  readonly casebook: Casebook;
  readonly rules: Rules;
  readonly entries: Entries;
  readonly posting: Posting;
}

/** Reports by, or for, the user of this profile. */
export class Reports {
  readonly #parts: ReportsParts;

  constructor(parts: ReportsParts) {
    this.#parts = parts;
  }

  /** Write a report for those named. Throws `Misuse` for readers it cannot have, `NotPermitted` where nobody may write one. */
  async start(case_: string, { title, text, named, hiddenFrom, child }: Reporting): Promise<Posted> {
    const { casebook, posting } = this.#parts;
    const view = await casebook.view(case_);
    this.#checkNamed(view, named, hiddenFrom);
    const isChild = child ?? this.#isChild(view);
    const place: Place = { kind: "report", name: toHex(draw(32)) };
    const masking: Masking = { mask: isChild ? "child_protection_hidden" : "ill_treatment_hidden", named };
    let refused: NotPermitted | undefined;
    for (const section of isChild ? CHILD : ADULT) {
      if (!(await this.#allMayBeTold(view, section, masking))) continue;
      try {
        return await posting.post(case_, place, { title, kind: "report", fields: { text }, masking, section });
      } catch (error) {
        if (!(error instanceof NotPermitted)) throw error;
        refused ??= error;
      }
    }
    throw refused ?? new Misuse("report-nowhere");
  }

  /** The reports that name this user, or that they wrote. */
  async places(case_: string): Promise<readonly Place[]> {
    return this.#parts.hub.asked(async () => {
      const served = await this.#parts.hub.transport.getList(`/v1/cases/${case_}/reports`);
      return served.map((item) => {
        const fields = new Fields(item, "report");
        fields.hash("list");
        const place = parsePlace(fields.text("place", 128));
        fields.raw("head");
        fields.done();
        if (place.kind !== "report") throw new ProtocolError("malformed", "place of a report");
        return place;
      });
    });
  }

  /** Open every entry of a report: the text, and what was answered. */
  async read(case_: string, place: Place): Promise<readonly Read[]> {
    const { entries } = this.#parts;
    const found: Read[] = [];
    for (const { listed, error } of await entries.titles(case_, place)) {
      if (listed.entry === undefined || listed.takenBack || error !== undefined) continue;
      found.push(await entries.read(case_, place, listed.entry.id));
    }
    return found;
  }

  /** Write to those the report names: what follows, or what was done (R38). */
  async answer(case_: string, place: Place, title: string, text: string): Promise<Posted> {
    const { entries, posting } = this.#parts;
    const [first] = (await entries.look(case_, place)).list.entries;
    if (first?.entry === undefined) throw new Misuse("no-such-entry");
    const { header, id } = first.entry;
    const named = (header.named ?? []).map(({ user }) => user).sort();
    // The mask is the first entry's: a report has one from its beginning to its end.
    const mask = header.mask === "child_protection_hidden" ? header.mask : "ill_treatment_hidden";
    return posting.post(case_, place, {
      title,
      kind: "message",
      fields: { text },
      relations: [{ relation: "replies_to", entry: id }],
      masking: { mask, named },
      section: `${header.compartment}/${header.level}`,
    });
  }

  #checkNamed(view: CaseView, named: readonly string[], hiddenFrom: readonly string[]): void {
    const { facts } = view.main;
    const atMs = instantOf(view.main, this.#parts.author.nowMs());
    const represented = new Set(facts.of("mandate").map(({ fact }) => fact.holder));
    if (named.length === 0 || new Set(named).size > MOST_NAMED) throw new Misuse("report-named");
    for (const user of named) {
      if (facts.personUsers.has(user) || represented.has(user)) throw new Misuse("report-person");
      if (hiddenFrom.includes(user)) throw new Misuse("report-both");
      if (facts.participationsOf(user, atMs).length === 0) throw new Misuse("no-such-user");
    }
  }

  /** Whether each reader may have what is sent to them by name in that part, in a capacity they take part in. */
  async #allMayBeTold(view: CaseView, section: string, { mask, named = [] }: Masking): Promise<boolean> {
    const { author, rules } = this.#parts;
    const table = await rules.table();
    const { facts } = view.main;
    const atMs = instantOf(view.main, author.nowMs());
    const [compartment, level] = sectionParts(section);
    const entry: EntryMeta = {
      id: "0".repeat(64),
      author: author.user,
      authorCategory: undefined,
      writtenMs: atMs,
      compartment,
      level,
      masks: new Set(mask === undefined ? [] : [mask]),
      named: new Set(named),
      kind: kindOfMask(mask),
      passages: false,
      maskUntilMs: undefined,
    };
    return named.every((user) =>
      facts.participationsOf(user, atMs).some(({ fact: { capacity } }) => {
        return isPermitted(
          decide(table, facts, questionOf({ action: "read", user, capacity, compartment, level, entry, atMs, via: "any" })),
        );
      }),
    );
  }

  #isChild(view: CaseView): boolean {
    const { facts } = view.main;
    if (facts.person?.majorityMs === undefined) throw new Misuse("report-age");
    return facts.isMinor(instantOf(view.main, this.#parts.author.nowMs()));
  }
}
