/** What key links do to sections once judged, and what a void grant leaves behind (docs/spec/section-keys.md). */
import { joined, sectionOf, stepName, withSections } from "./case-state.ts";
import type { CaseChain, Holding, SectionState } from "./case-state.ts";
import type { SectionAt } from "./case-links.ts";
import { claimTarget, isDeferred, slicesOf } from "./key-links.ts";
import type { ClaimLink, Granted, GrantLink, NewEpoch, RevokeLink, RotateLink, RotateReader } from "./key-links.ts";

const NOTHING: Holding = { generation: 0, slices: new Map() };

/**
 * The state in which the claimer alone holds the next epoch of these sections. A section that somebody held before is
 * `orphaned`: what was sealed earlier has no reader left who may grant it.
 */
export function afterClaim(state: CaseChain, link: ClaimLink, atMs: number): CaseChain {
  const { user, generation } = claimTarget(link);
  return changed(state, link.sections, (before, item) => ({
    ...nextEpoch(before, item, atMs),
    readers: new Map([[user, joined(heldBy(before, user), generation, [[item.epoch, 0]])]]),
    former: leftBehind(before, new Set([user])),
    revoked: withoutItem(before.revoked, user),
    deferred: new Map(),
    orphaned: before.epoch > 0 || before.orphaned,
  }));
}

/** The state after the sections of a grant that are not void. */
export function afterGrant(state: CaseChain, link: GrantLink, sections: readonly Granted[], atMs: number): CaseChain {
  const { user, generation } = link.target;
  return changed(state, sections, (before, item) => {
    const slices = slicesOf(item).map(({ epoch, step }) => [epoch, step] as const);
    const after = {
      ...before,
      readers: new Map(before.readers).set(user, joined(heldBy(before, user), generation, slices)),
      former: withoutKey(before.former, user),
      deferred: withoutKey(before.deferred, user),
      revoked: withoutItem(before.revoked, user),
    };
    if (item.commit === undefined) return after;
    const here = stepName(item.epoch, item.step);
    return {
      ...after,
      step: item.step,
      commitments: new Map(before.commitments).set(here, item.commit),
      startsMs: new Map(before.startsMs).set(here, atMs),
    };
  });
}

/**
 * The state in which every epoch whose key a void grant may have delivered is tainted (protocol 6.2).
 *
 * Whether the granter really had the keys is not asked: a removed member had them. Epochs that do not exist yet are left alone,
 * or one void link could put a section in debt for ever.
 */
export function afterVoidGrant(state: CaseChain, voids: readonly Granted[]): CaseChain {
  return changed(state, voids, (before, item) => {
    const tainted = new Set(before.tainted);
    for (let epoch = item.fromEpoch; epoch <= Math.min(item.epoch, before.epoch); epoch++) tainted.add(epoch);
    return tainted.size === before.tainted.size ? undefined : { ...before, tainted };
  });
}

/** The state in which a reader is owed to be left behind. */
export function afterRevoke(state: CaseChain, link: RevokeLink): CaseChain {
  return changed(state, link.sections, (before, { at }) => ({
    ...before,
    revoked: new Set(before.revoked).add(link.reader),
    listed: at,
  }));
}

/** The state after a rotation; `expected` says which of the sections each reader was boxed. */
export function afterRotate(
  state: CaseChain,
  link: RotateLink,
  expected: ReadonlyMap<string, readonly string[]>,
  atMs: number,
): CaseChain {
  return changed(state, link.sections, (before, item) => {
    const to = link.readers.filter(({ user }) => expected.get(user)?.includes(item.section) === true);
    const boxed = to.flatMap((reader) => (isDeferred(reader) ? [] : [reader]));
    const readers = boxed.map(({ user, generation }) => {
      return [user, joined(heldBy(before, user), generation, [[item.epoch, 0]])] as const;
    });
    return {
      ...nextEpoch(before, item, atMs),
      readers: new Map(readers),
      former: leftBehind(before, new Set(boxed.map(({ user }) => user))),
      deferred: new Map(to.flatMap(deferral)),
    };
  });
}

function deferral(reader: RotateReader): readonly (readonly [string, string])[] {
  return isDeferred(reader) ? [[reader.user, reader.deferred]] : [];
}

/** The state in which these are the newest list positions named. */
export function afterListing(state: CaseChain, lists: readonly SectionAt[]): CaseChain {
  return changed(state, lists, (before, { at }) => ({ ...before, listed: at }));
}

function changed<I extends { readonly section: string }>(
  state: CaseChain,
  items: readonly I[],
  change: (before: SectionState, item: I) => SectionState | undefined,
): CaseChain {
  const sections = items.flatMap((item) => {
    const after = change(sectionOf(state, item.section), item);
    return after === undefined ? [] : [[item.section, after] as const];
  });
  return sections.length === 0 ? state : withSections(state, sections);
}

function nextEpoch(before: SectionState, item: NewEpoch, atMs: number): SectionState {
  const here = stepName(item.epoch, 0);
  return {
    ...before,
    epoch: item.epoch,
    step: 0,
    commitments: new Map(before.commitments).set(here, item.commit),
    startsMs: new Map(before.startsMs).set(here, atMs),
    epochStart: new Map(before.epochStart).set(item.epoch, item.at),
    listed: item.at,
  };
}

function leftBehind(before: SectionState, stay: ReadonlySet<string>): ReadonlyMap<string, Holding> {
  return new Map([...before.former, ...before.readers].filter(([user]) => !stay.has(user)));
}

function heldBy(before: SectionState, user: string): Holding {
  return before.readers.get(user) ?? before.former.get(user) ?? NOTHING;
}

function withoutKey<V>(values: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...values].filter(([name]) => name !== key));
}

function withoutItem(values: ReadonlySet<string>, item: string): ReadonlySet<string> {
  return new Set([...values].filter((value) => value !== item));
}
