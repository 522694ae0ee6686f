/**
 * Nobody waits for a colleague: whoever holds keys rotates what is owed and grants what is permitted, after each sync (F11).
 *
 * 1. Debts first: one rotation brings every section in debt that this user holds and may rotate, for exactly those who may read
 *    at that position.
 * 2. Then grants: every permitted reader without the current epoch, in one box each, with the history that their participation
 *    entitles them to. A chain that software may not accept (a second one of a known subject) waits.
 * 3. Two clients that do this at once: the loser of the race throws its keys away and looks again.
 *
 * A duty that this client cannot do is said, not hidden; it never stops reading.
 */
import { mayGrantBySoftware } from "../protocol/acceptance.ts";
import type { Acceptance, Evidence } from "../protocol/acceptance.ts";
import { subjectChain } from "../protocol/capacities.ts";
import type { LinkHead } from "../protocol/case-links.ts";
import { instantOf, sectionOf } from "../protocol/case-state.ts";
import { composeClaim, composeGrant, composeRotate } from "../protocol/compose.ts";
import type { NewKey } from "../protocol/compose.ts";
import { departedOf, mayBeClaimed, owedGrants, sectionsOwed } from "../protocol/debts.ts";
import { canBeBoxed } from "../protocol/directory.ts";
import { hasAnswered } from "../protocol/invitations.ts";
import { revokeBody } from "../protocol/key-links.ts";
import { classOf } from "../protocol/places.ts";
import type { VisibilityClass } from "../protocol/places.ts";
import { SectionAccess } from "../protocol/section-access.ts";
import type { CaseStanding } from "../protocol/section-access.ts";
import { SECTION_KEY_SIZE } from "../protocol/sections.ts";
import type { KeyId } from "../protocol/sections.ts";
import type { UserChain } from "../protocol/user-state.ts";
import { chainOf } from "./appending.ts";
import type { Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { CaseView, ClassView } from "./casebook.ts";
import type { Confirmations } from "./confirmations.ts";
import type { Directory, Known } from "./directory.ts";
import { Contradicted, isFailure } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { Lists } from "./lists.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

/** How long a grant may wait for being recorded. */
export const GRANT_VALIDITY_MS = 24 * 3_600_000;

/** What was done for a case, and what could not be: users who wait with the reason of the protocol, and every failure. */
export interface Duties {
  readonly rotated: readonly string[];
  readonly granted: ReadonlyMap<string, readonly string[]>;
  readonly waiting: ReadonlyMap<string, string>;
  readonly failed: readonly unknown[];
}

/** A reader without the keys that the rules give them and we hold, by section; whether software may accept their chain. */
export interface Owed {
  readonly user: string;
  readonly sections: readonly string[];
  readonly acceptance: Acceptance;
}

interface Doing extends Duties {
  readonly rotated: string[];
  readonly granted: Map<string, readonly string[]>;
  readonly waiting: Map<string, string>;
  readonly failed: unknown[];
}

export interface GrantingParts {
  readonly hub: Hub;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly lists: Lists;
  readonly confirmations: Confirmations;
}

/** Does the duties of a holder of keys. */
export class Granting {
  readonly #parts: GrantingParts;

  constructor(parts: GrantingParts) {
    this.#parts = parts;
  }

  /** Rotate and grant everything owed in a case; the view afterwards, and what was done. */
  async work(view: CaseView): Promise<{ readonly view: CaseView; readonly duties: Duties }> {
    const duties: Doing = { rotated: [], granted: new Map(), waiting: new Map(), failed: [] };
    let newest = view;
    for (const class_ of view.classes.keys()) {
      try {
        newest = await this.#rotate(newest, class_, duties);
        newest = await this.#grant(newest, class_, duties);
      } catch (error) {
        // Evidence against the hub stops everything, and so does a defect of ours; any other failure is said.
        if (error instanceof Contradicted || !isFailure(error)) throw error;
        duties.failed.push(error);
      }
    }
    return { view: newest, duties };
  }

  /** Rotate what is owed in the class of a section before something is written there. */
  rotateOwed(view: CaseView, section: string): Promise<CaseView> {
    return this.#rotate(view, classOf(section), { rotated: [], granted: new Map(), waiting: new Map(), failed: [] });
  }

  /** Start the keys of sections of one class that nobody holds. */
  async claim(view: CaseView, sections: readonly [string, ...string[]]): Promise<CaseView> {
    const { appender, author, directory } = this.#parts;
    const appended = await appender.append(view.case, classOf(sections[0]), [
      async (chain, head) => {
        const keys = await this.#newKeys(view.case, sections);
        return composeClaim(chain.state, head, (await directory.known(author.user)).chain, keys);
      },
    ]);
    return appended.view;
  }

  /** Whether the rules let this user start the keys of a section, and whether it waits for that. */
  async mayClaim(view: CaseView, section: string): Promise<boolean> {
    const chain = view.of(section);
    const { rules, author } = this.#parts;
    if (chain === undefined || !mayBeClaimed(chain.state, section, await rules.table(), author.nowMs())) return false;
    return this.#may(chain, "claim", section);
  }

  /** The rules over the facts of a chain, now. */
  async access(chain: ClassView): Promise<SectionAccess> {
    const { rules, author } = this.#parts;
    return SectionAccess.at(await rules.table(), chain.state.facts, instantOf(chain.state, author.nowMs()));
  }

  async #newKeys(case_: string, sections: readonly string[]): Promise<ReadonlyMap<string, NewKey>> {
    const keys = new Map<string, NewKey>();
    for (const section of sections) {
      keys.set(section, { key: draw(SECTION_KEY_SIZE), at: await this.#parts.lists.head(case_, section) });
    }
    return keys;
  }

  /** Revoke who left their structure and holds keys by it: the chain says it then, whoever serves the end or not. */
  async #leaveBehind(view: CaseView, class_: VisibilityClass): Promise<CaseView> {
    const { appender, author, directory, lists, rules } = this.#parts;
    const { state } = chainOf(view, class_);
    const gone = departedOf(state, await rules.table(), instantOf(state, author.nowMs()), directory);
    if (gone.size === 0) return view;
    const links = [...gone].map(([reader, sections]) => async (_: ClassView, head: LinkHead) => {
      const at = sections.map(async (section: string) => ({ section, at: await lists.head(view.case, section) }));
      return { body: revokeBody({ head, reader, sections: await Promise.all(at) }) };
    });
    return (await appender.append(view.case, class_, links)).view;
  }

  async #rotate(before: CaseView, class_: VisibilityClass, duties: Doing): Promise<CaseView> {
    const view = await this.#leaveBehind(before, class_);
    const owed = await this.#owed(chainOf(view, class_));
    if (owed.length === 0) return view;
    const { appender, directory } = this.#parts;
    const appended = await appender.append(view.case, class_, [
      async (chain, head) => {
        const sections = await this.#owed(chain);
        const states = new Map(sections.map((section) => [section, sectionOf(chain.state, section)]));
        const readers = (await this.access(chain)).nextReaders(states);
        const chains = new Map<string, UserChain>();
        for (const user of readers.keys()) chains.set(user, (await directory.refresh(user)).chain);
        const closed = [...chains].filter(([, known]) => !canBeBoxed(known, known.head));
        const deferred = new Map(closed.map(([user]) => [user, "closed"]));
        const keys = await this.#newKeys(view.case, sections);
        return composeRotate(chain.state, head, keys, { readers, chains, deferred });
      },
    ]);
    duties.rotated.push(...owed);
    return appended.view;
  }

  async #owed(chain: ClassView): Promise<readonly string[]> {
    const { rules, author, directory } = this.#parts;
    const atMs = instantOf(chain.state, author.nowMs());
    const found: string[] = [];
    for (const section of sectionsOwed(chain.state, await rules.table(), atMs, directory, author.user)) {
      if ((await this.#may(chain, "rotate", section)) && holdsCurrent(chain, section)) found.push(section);
    }
    return found;
  }

  async #may(chain: ClassView, action: "claim" | "grant" | "rotate", section: string): Promise<boolean> {
    const { author } = this.#parts;
    const [capacity, access] = [await author.acting(), await this.access(chain)];
    return ["read", action].every((one) => access.permits(one, author.user, capacity, section));
  }

  async #grant(view: CaseView, class_: VisibilityClass, duties: Doing): Promise<CaseView> {
    const { directory } = this.#parts;
    let newest = view;
    const first = chainOf(view, class_);
    for (const [user, sections] of await this.#wanted(first)) {
      const known = await directory.refresh(user);
      const acceptance = await this.accepted(known, hasAnswered(first.state.facts, user));
      if (acceptance.granted) {
        newest = await this.#grantTo(newest, class_, known, sections);
        duties.granted.set(user, sections);
      } else duties.waiting.set(user, acceptance.reason);
    }
    return newest;
  }

  /** The sections of a chain that readers wait for, and that this user holds and may hand over, by reader. */
  async #wanted(chain: ClassView): Promise<ReadonlyMap<string, readonly string[]>> {
    const { rules, author, directory } = this.#parts;
    const wanted = new Map<string, string[]>();
    for (const section of [...chain.state.sections.keys()].sort()) {
      if (!holdsCurrent(chain, section) || !(await this.#may(chain, "grant", section))) continue;
      const atMs = instantOf(chain.state, author.nowMs());
      for (const user of owedGrants(chain.state, section, await rules.table(), atMs, directory)) {
        wanted.set(user, [...(wanted.get(user) ?? []), section]);
      }
    }
    return wanted;
  }

  /** Who waits for keys of a case that this user may hand over; nothing is written. */
  async waiting(view: CaseView): Promise<readonly Owed[]> {
    const found: Owed[] = [];
    for (const chain of view.classes.values()) {
      for (const [user, sections] of await this.#wanted(chain)) {
        const known = await this.#parts.directory.refresh(user);
        const acceptance = await this.accepted(known, hasAnswered(chain.state.facts, user));
        found.push({ user, sections, acceptance });
      }
    }
    return found;
  }

  /**
   * Whether software may grant to a chain by itself (protocol 5.6). `invited`: it answered an invitation of the case with its code,
   * as every member's client verified in the chain.
   */
  async accepted({ chain, subjects }: Known, invited: boolean): Promise<Acceptance> {
    const { hub, author, confirmations } = this.#parts;
    const confirmedMs = await confirmations.of(chain.user);
    const usual = { firstSeenMs: chain.state.createdMs, confirmedMs, invited, vetoedMs: [] };
    const decide = (evidence: Pick<Evidence, "mode" | "olderChains">): Acceptance =>
      mayGrantBySoftware(chain, { ...usual, ...evidence }, author.nowMs());
    const subject = subjects.at(-1);
    if (subject === undefined) return decide({ mode: undefined, olderChains: 0 });
    const { head } = await hub.head("subject", subjectChain(subject.iss, subject.sub));
    // The map holds the newest chain of the subject, numbered from 0: any other than the first is a further one.
    const isFirst = head?.seq === 0 && head.hash === chain.user;
    return decide({ mode: subject.mode, olderChains: isFirst ? 0 : 1 });
  }

  async #grantTo(view: CaseView, class_: VisibilityClass, reader: Known, sections: readonly string[]): Promise<CaseView> {
    const { appender, author } = this.#parts;
    const { user } = reader.chain;
    const appended = await appender.append(view.case, class_, [
      async (chain, head) => {
        const access = await this.access(chain);
        const standing = standingFor(access, user, sections);
        const decisions = sections.map((section) => access.decision("read", user, standing.capacity, section));
        return composeGrant(chain.state, head, chain.ring, reader.chain, {
          readerCapacity: standing.participation,
          starts: new Map(sections.map((section) => [section, startFor(chain, section, standing.horizonMs)])),
          facts: decisions.flatMap(({ facts }) => facts),
          notAfterMs: author.nowMs() + GRANT_VALIDITY_MS,
        });
      },
    ]);
    return appended.view;
  }
}

/** Whether this user holds the current key of a section. */
export function holdsCurrent({ state, ring }: ClassView, section: string): boolean {
  const { epoch, step } = sectionOf(state, section);
  return ring.holds({ section, epoch, step });
}

/** The standing that permits the most of these sections. */
function standingFor(access: SectionAccess, user: string, sections: readonly string[]): CaseStanding {
  let best: CaseStanding = { user, horizonMs: 0 };
  let most = -1;
  for (const standing of access.standings(user)) {
    const permitted = sections.filter((section) => access.permits("read", user, standing.capacity, section)).length;
    if (permitted > most) [best, most] = [standing, permitted];
  }
  return best;
}

/** The earliest step that the reader is entitled to and we can hand over; undefined: step forward. */
export function startFor(
  { state, ring }: ClassView,
  section: string,
  horizonMs: number,
): Pick<KeyId, "epoch" | "step"> | undefined {
  const known = sectionOf(state, section);
  const steps = [...known.commitments.keys()].map((name) => {
    const [epoch = 0, step = 0] = name.split("/").map(Number);
    return { epoch, step, startedMs: known.startsMs.get(name) };
  });
  steps.sort((left, right) => left.epoch - right.epoch || left.step - right.step);
  return steps.find(({ epoch, step, startedMs }) => {
    if (startedMs === undefined || startedMs < horizonMs) return false;
    const later = Array.from({ length: known.epoch - epoch }, (_, i) => ({ section, epoch: epoch + 1 + i, step: 0 }));
    return [{ section, epoch, step }, ...later].every((which) => ring.holds(which));
  });
}
