/**
 * Case conferences: convened with their conditions, documents opened for a time, minutes with actions (F22, R78).
 *
 * Convening writes the announcement (ciphertext), then in one act what the person was told, the conditions, and an opening for
 * each participant who does not read the documents anyway. Nothing of it has to be closed by hand: openings end seven days after
 * the conference, or at once when it is called off.
 */
import type { CaseFacts, FactRecord } from "../protocol/case-facts.ts";
import { instantOf } from "../protocol/case-state.ts";
import { composeOpening } from "../protocol/compose.ts";
import type { Share } from "../protocol/compose.ts";
import { isOpposed, KEPT_OPEN_MS } from "../protocol/conferences.ts";
import type { Conference } from "../protocol/fact-meetings.ts";
import type { Notice, NoticeLine } from "../protocol/fact-notices.ts";
import type { Participation } from "../protocol/fact-people.ts";
import { FACT_SALT_SIZE, factHash } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import {
  ANNOUNCEMENT,
  announcementToJson,
  MINUTES,
  minutesToJson,
  readAnnouncement,
  readMinutes,
} from "../protocol/meeting-words.ts";
import type { Announcement, DecisionTaken, Minutes } from "../protocol/meeting-words.ts";
import type { Place } from "../protocol/places.ts";
import type { EntryMeta } from "../protocol/questions.ts";
import type { Intent } from "../protocol/release.ts";
import { PARTS } from "../protocol/sealing.ts";
import { bodyOfFact } from "./appending.ts";
import type { Appender, Compose } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { ClientShares } from "./client-shares.ts";
import { GENERAL, Reach } from "./conference-reach.ts";
import type { Wanted } from "./conference-reach.ts";
import type { Directory } from "./directory.ts";
import type { Entries } from "./entries.ts";
import { Misuse } from "./errors.ts";
import { checkEntitled } from "./facts-entitlement.ts";
import type { ListedEntry } from "./lists.ts";
import type { Posting } from "./posting.ts";
import { draw } from "./profile.ts";
import { metaOf } from "./reading-rights.ts";
import type { Rules } from "./rules.ts";

export const PLAN: Place = { kind: "section", name: "plan/1" };
/** What has no id yet, while the rules are asked who may convene. */
const NONE = "0".repeat(64);
const LONGEST_TITLE = 200;

/** What is asked: the words, whom (users with an account), which entries, how the person was told. */
export interface Convening {
  readonly words: Announcement;
  readonly purpose: Conference["purpose"];
  readonly users: readonly string[];
  readonly entries: readonly { readonly place: Place; readonly id: string }[];
  readonly person: Conference["person"];
  readonly means: Notice["means"];
}

/** A conference in the chain, what the person was told, and how many got documents. */
export interface Convened {
  readonly conference: string;
  readonly lines: readonly NoticeLine[];
  readonly openings: readonly string[];
  readonly closesMs: number;
}

interface Ready {
  readonly view: CaseView;
  readonly reach: Reach;
  readonly records: readonly FactRecord<Participation>[];
  readonly listed: ReadonlyMap<EntryMeta, ListedEntry>;
  readonly words: EntryMeta;
  readonly wanted: ReadonlyMap<string, readonly EntryMeta[]>;
  readonly lines: readonly NoticeLine[];
  readonly nowMs: number;
}

export interface ConferencesParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly entries: Entries;
  readonly posting: Posting;
  readonly shares: ClientShares;
}

/** Conferences of the user of this profile. */
export class Conferences {
  readonly #parts: ConferencesParts;

  constructor(parts: ConferencesParts) {
    this.#parts = parts;
  }

  /** What the person is to be told before this conference is convened; nothing is written. */
  async told(case_: string, asked: Convening): Promise<readonly NoticeLine[]> {
    return (await this.#prepared(case_, asked)).lines;
  }

  /** Convene a conference. Everything that the rules refuse is refused before anything is sent. */
  async convene(case_: string, asked: Convening): Promise<Convened> {
    const { casebook, appender, entries, posting, author } = this.#parts;
    const ready = await this.#prepared(case_, asked);
    const title = titleOf(asked.words.purpose);
    const posted = await posting.post(case_, PLAN, { title, kind: ANNOUNCEMENT, fields: announcementToJson(asked.words) });
    const told: Notice = { type: "notice", lines: ready.lines, givenMs: ready.nowMs, means: asked.means };
    const notice = bodyOfFact(told, draw(FACT_SALT_SIZE));
    const fact = conferenceOf(asked, ready, { announcement: posted.id, notice: factHash(notice) });
    const body = bodyOfFact(fact, draw(FACT_SALT_SIZE));
    const basis = [factHash(notice), factHash(body)].sort();
    const untilMs = fact.untilMs + KEPT_OPEN_MS;
    const view = await casebook.view(case_);
    const { item } = await entries.find(case_, PLAN, posted.id);
    const items = new Map([...ready.listed, [ready.words, item]]);
    const composers: Compose[] = [appender.gesture([notice, body])];
    for (const record of ready.records) {
      if (record.fact.user === author.user) continue;
      const mine = (ready.wanted.get(record.hash) ?? []).filter((meta) => !ready.reach.reads(record, meta));
      const opened = mine.flatMap((meta) => items.get(meta) ?? []);
      if (opened.length > 0) composers.push(await this.#opening(view, record, opened, { basis, untilMs }));
    }
    const appended = await appender.append(case_, "main", composers);
    return {
      conference: factHash(body),
      lines: ready.lines,
      openings: appended.links.slice(1),
      closesMs: untilMs,
    };
  }

  async #prepared(case_: string, asked: Convening): Promise<Ready> {
    const { casebook, author, rules, entries } = this.#parts;
    if (asked.person !== "takes_part" && asked.person !== "represented" && (asked.words.withoutPerson ?? "") === "") {
      throw new Misuse("why-without-person");
    }
    const view = await casebook.view(case_);
    const { facts } = view.main;
    const nowMs = instantOf(view.main, author.nowMs());
    const records = asked.users.map((user) => participationOf(facts, user, nowMs));
    const listed = new Map<EntryMeta, ListedEntry>();
    for (const { place, id } of asked.entries) {
      const { item } = await entries.find(case_, place, id);
      listed.set(await this.#metaOf(item), item);
    }
    const capacity = await author.acting();
    const reach = new Reach(await rules.table(), view.main, { user: author.user, capacity }, nowMs);
    for (const meta of listed.keys()) reach.checkSender(meta);
    if (nowMs >= asked.words.fromMs) throw new Misuse("conference-late");
    if (records.some(({ fact }) => isOpposed(facts, fact, nowMs))) throw new Misuse("conference-opposed");
    // Whoever may have the announcement gets it with the documents; the others get the sheet on paper.
    const words = announced(author.user, capacity?.category, nowMs);
    const wanted = new Map(
      records.map((record) => [record.hash, [...listed.keys(), ...(reach.mayHave(record, words) ? [words] : [])]] as const),
    );
    const pairs = records.flatMap((record) => (wanted.get(record.hash) ?? []).map((meta): Wanted => [record, meta]));
    const lines = [GENERAL, ...reach.lines(pairs).filter(({ kind }) => kind !== "general")];
    const ready = { view, reach, records, listed, words, wanted, lines, nowMs };
    checkEntitled(facts, conferenceOf(asked, ready), { user: author.user, capacity }, nowMs);
    return ready;
  }

  async #opening(
    view: CaseView,
    { fact, hash }: FactRecord<Participation>,
    items: readonly ListedEntry[],
    terms: { readonly basis: readonly string[]; readonly untilMs: number },
  ): Promise<Compose> {
    const { shares, directory } = this.#parts;
    const ids = items.flatMap(({ entry }) => (entry === undefined ? [] : [entry.id])).sort();
    const held: Share[] = [];
    for (const item of items) {
      for (const part of PARTS) held.push({ id: item.entry?.id ?? "", part, share: await shares.find(view, item, part) });
    }
    return async (_chain, head) => {
      const recipient = { user: fact.user, capacity: hash };
      const link = { type: "opening", head, entries: ids.map((id) => ({ id, parts: PARTS })), recipient, ...terms } as const;
      return composeOpening(link, held, new Map([[fact.user, (await directory.refresh(fact.user)).chain]]));
    };
  }

  async #metaOf({ entry, takenBack }: ListedEntry): Promise<EntryMeta> {
    const { directory } = this.#parts;
    if (entry === undefined || takenBack) throw new Misuse("no-such-entry");
    const { capacity, preamble } = entry.header;
    if (capacity !== undefined) await directory.known(preamble.user);
    return metaOf(entry, capacity === undefined ? undefined : directory.attestation(capacity).capacity.category);
  }

  /** The conferences of a case, the next one first. */
  async all(case_: string): Promise<readonly FactRecord<Conference>[]> {
    const { facts } = (await this.#parts.casebook.view(case_)).main;
    return [...facts.of("conference")].sort((one, other) => other.fact.fromMs - one.fact.fromMs);
  }

  /** The instant at which a conference was called off, or never. */
  async endedMs(case_: string, { hash }: FactRecord<Conference>): Promise<number> {
    return (await this.#parts.casebook.view(case_)).main.facts.endedAt(hash);
  }

  /** The words of a conference, released and logged as any entry. */
  async announcement(case_: string, { fact }: FactRecord<Conference>, intent: Intent = "open"): Promise<Announcement> {
    return readAnnouncement(await this.#content(case_, fact.announcement, intent));
  }

  /** The minutes of a conference, undefined when there are none yet; `intent` stands in the log. */
  async minutesOf(case_: string, { hash }: FactRecord<Conference>, intent: Intent = "open"): Promise<Minutes | undefined> {
    for (const { title, listed } of await this.#parts.entries.titles(case_, PLAN)) {
      if (title?.kind !== MINUTES || listed.entry === undefined) continue;
      const minutes = readMinutes(await this.#content(case_, listed.entry.id, intent));
      if (minutes.conference === hash) return minutes;
    }
    return undefined;
  }

  /** File the minutes at level 1 of the plan, and each decision as an action that concerns them. */
  async hold(case_: string, record: FactRecord<Conference>, minutes: Omit<Minutes, "conference">, title: string): Promise<void> {
    const { posting, author } = this.#parts;
    if (author.nowMs() < record.fact.fromMs) throw new Misuse("conference-early");
    if ((await this.endedMs(case_, record)) <= record.fact.fromMs) throw new Misuse("conference-called-off");
    const fields = minutesToJson({ ...minutes, conference: record.hash });
    const about = { relation: "concerns", entry: record.fact.announcement } as const;
    const { id } = await posting.post(case_, PLAN, { title, kind: MINUTES, fields, relations: [about] });
    for (const decision of minutes.decisions) {
      await posting.post(case_, PLAN, {
        title: titleOf(decision.text),
        kind: "action",
        fields: actionFields(decision),
        relations: [{ relation: "concerns", entry: id }],
      });
    }
  }

  /** Say that a conference does not take place, or is over: what was opened for it closes now. */
  async callOff(case_: string, { hash }: FactRecord<Conference>): Promise<void> {
    const { casebook, author, appender } = this.#parts;
    const fact = { type: "conference-end", conference: hash, atMs: author.nowMs() } as const;
    const { main } = await casebook.view(case_);
    const by = { user: author.user, capacity: await author.acting() };
    checkEntitled(main.facts, fact, by, instantOf(main, author.nowMs()));
    await appender.append(case_, "main", [appender.fact(fact, draw(FACT_SALT_SIZE))]);
  }

  async #content(case_: string, entry: string, intent: Intent): Promise<Fields> {
    const { body } = await this.#parts.entries.read(case_, PLAN, entry, { intent });
    if (body?.type !== "content") throw new Misuse("no-such-record");
    return new Fields(body.fields, "conference");
  }
}

function actionFields({ text, who, dueMs }: DecisionTaken): Record<string, string | number> {
  return { text, who, state: "to_do", ...(dueMs === undefined ? {} : { due_ms: dueMs }) };
}

function titleOf(text: string): string {
  // Never half a character of two.
  return (text.split("\n")[0] ?? "").slice(0, LONGEST_TITLE).replace(/[\uD800-\uDBFF]$/, "");
}

function participationOf(facts: CaseFacts, user: string, nowMs: number): FactRecord<Participation> {
  const [found] = facts.participationsOf(user, nowMs);
  if (found === undefined) throw new Misuse("no-such-user");
  return found;
}

function announced(user: string, category: number | undefined, nowMs: number): EntryMeta {
  return {
    id: NONE,
    author: user,
    authorCategory: category,
    writtenMs: nowMs,
    compartment: "plan",
    level: 1,
    masks: new Set(),
    named: new Set(),
    kind: "note",
    passages: false,
    maskUntilMs: undefined,
  };
}

function conferenceOf(
  { words, purpose, person }: Convening,
  { records, listed }: Pick<Ready, "records" | "listed">,
  written = { announcement: NONE, notice: NONE },
): Conference {
  const outside = words.people.filter(({ participation }) => participation === undefined).length;
  return {
    type: "conference",
    ...written,
    purpose,
    fromMs: words.fromMs,
    untilMs: words.untilMs,
    participants: records.map(({ hash }) => hash).sort(),
    person,
    entries: [...listed.keys()].map(({ id }) => id).sort(),
    ...(outside === 0 ? {} : { outside }),
  };
}
