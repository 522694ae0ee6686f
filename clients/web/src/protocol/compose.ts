/**
 * Composing links that carry keys: pure, with keys as arguments (docs/spec/section-keys.md, docs/spec/exchanges.md).
 *
 * Each function gives the body to sign and the boxes that travel beside it. Boxes are sealed to the body without box hashes, then
 * named in it; the only randomness is the encapsulation inside the library. Nothing is composed on a state that misses a fact:
 * what the caller was not served could be the withdrawal that forbids it.
 */
import { sealBox } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { boxContext } from "./case-links.ts";
import type { LinkHead } from "./case-links.ts";
import { sectionOf, stepName } from "./case-state.ts";
import type { CaseChain } from "./case-state.ts";
import { generationAt } from "./directory.ts";
import { toBase64url } from "./encodings.ts";
import type { EntryListHead } from "./entry-list.ts";
import { ProtocolError } from "./errors.ts";
import { exchangeBody } from "./exchange-links.ts";
import type { ExchangeLink } from "./exchange-links.ts";
import { sha256Hex } from "./hashing.ts";
import { claimBody, grantBody, isDeferred, rotateBody, rotateTargets, slicesOf } from "./key-links.ts";
import type { Granted, GrantLink, NewEpoch, RotateReader, Target } from "./key-links.ts";
import { openingBody } from "./opening-links.ts";
import type { OpeningLink } from "./opening-links.ts";
import { byName } from "./section-access.ts";
import { commitment, exchangeKeyId, stepKey } from "./sections.ts";
import type { HeldKey, KeyId, SectionKeys } from "./sections.ts";
import type { Preamble } from "./statements.ts";
import type { UserChain } from "./user-state.ts";

/** The hash of a box that is still to be made. */
export const UNBOXED = "0".repeat(64);

type BoxLabel = "claim" | "grant" | "rotate" | "opening" | "exchange";

/** A body to sign and the box of each user. */
export interface Composed {
  readonly body: JsonObject;
  readonly boxes: ReadonlyMap<string, Bytes>;
}

/** A section's new key, 32 random bytes, and the newest position of its entry list. */
export interface NewKey {
  readonly key: Uint8Array;
  readonly at: EntryListHead;
}

/** What a user says of the link they make: who and when, by which table, in which capacity, with which fresh checkpoint. */
export type SaidOfLink = Pick<LinkHead, "policy" | "capacity" | "mainHead" | "fresh">;

/** The common fields of the link that comes next in a chain. */
export function nextLinkHead(state: CaseChain, preamble: Preamble, said: SaidOfLink): LinkHead {
  return { ...said, preamble, case: state.case, class: state.class, seq: state.head.seq + 1, prev: state.head.hash };
}

/** The target for a user at the newest head known of them; its box is still to be made. */
function targetOf(chain: UserChain): Target {
  return { user: chain.user, generation: generationAt(chain, chain.head).generation, head: chain.head, box: UNBOXED };
}

/** Start sections that nobody holds: `keys` by section. */
export async function composeClaim(
  state: CaseChain,
  head: LinkHead,
  author: UserChain,
  keys: ReadonlyMap<string, NewKey>,
): Promise<Composed> {
  checkComplete(state);
  const sections = newEpochs(state, keys);
  const current = generationAt(author, head.preamble.userHead);
  const link = { head, sections, generation: current.generation };
  const context = boxContext(claimBody({ ...link, box: UNBOXED }));
  const box = await sealBox(keysPlaintext(firstKeys(sections, keys)), current.public, "claim", context);
  return { body: claimBody({ ...link, box: sha256Hex(box) }), boxes: new Map([[author.user, box]]) };
}

/** What a grant gives, to whom, on which grounds. */
export interface GrantAsked {
  readonly readerCapacity: string | undefined;
  /**
   * By section, the step its history begins with, or undefined for none of the past: the key then steps forward, and everybody
   * writes under the new step.
   */
  readonly starts: ReadonlyMap<string, Pick<KeyId, "epoch" | "step"> | undefined>;
  /** The hashes of the facts that the decisions used. */
  readonly facts: Iterable<string>;
  readonly notAfterMs: number;
  /** Readers grant to themselves what an invitation that they answered gave. */
  readonly invitation?: string | undefined;
}

/** Hand sections to one reader, in one box. */
export async function composeGrant(
  state: CaseChain,
  head: LinkHead,
  ring: SectionKeys,
  reader: UserChain,
  { readerCapacity, starts, facts, notAfterMs, invitation }: GrantAsked,
): Promise<Composed> {
  checkComplete(state);
  const given = [...starts].sort(byName).map(([section, start]) => sliceOf(state, ring, section, start));
  const target = targetOf(reader);
  const link: Omit<GrantLink, "type"> = {
    head,
    target,
    readerCapacity,
    sections: given.map(({ granted }) => granted),
    facts: [...new Set(facts)].sort(),
    notAfterMs,
    invitation,
  };
  const plaintext = keysPlaintext(given.flatMap(({ keys }) => keys));
  const boxes = await sealAll(plaintext, [target], new Map([[reader.user, reader]]), "grant", boxContext(grantBody(link)));
  return { body: grantBody({ ...link, target: boxed(target, boxes) }), boxes };
}

/** Who is boxed by a rotation: `SectionAccess.nextReaders`, their chains, and why some cannot be boxed. */
export interface RotateAsked {
  readonly readers: ReadonlyMap<string, readonly string[]>;
  readonly chains: ReadonlyMap<string, UserChain>;
  readonly deferred?: ReadonlyMap<string, string>;
}

/** Start the next epoch of sections: one box for each reader, with the keys of all their sections. */
export async function composeRotate(
  state: CaseChain,
  head: LinkHead,
  keys: ReadonlyMap<string, NewKey>,
  { readers, chains, deferred }: RotateAsked,
): Promise<Composed> {
  checkComplete(state);
  const sections = newEpochs(state, keys);
  const named = [...readers.keys()].sort().map((user): RotateReader => {
    const reason = deferred?.get(user);
    return reason === undefined ? targetOf(known(chains, user)) : { user, deferred: reason };
  });
  const context = boxContext(rotateBody({ head, sections, readers: named }));
  const first = firstKeys(sections, keys);
  const boxes = new Map<string, Bytes>();
  for (const target of rotateTargets({ type: "rotate", head, sections, readers: named })) {
    const plaintext = keysPlaintext(first.filter(({ which }) => readers.get(target.user)?.includes(which.section)));
    for (const [user, box] of await sealAll(plaintext, [target], chains, "rotate", context)) boxes.set(user, box);
  }
  const all = named.map((reader) => (isDeferred(reader) ? reader : boxed(reader, boxes)));
  return { body: rotateBody({ head, sections, readers: all }), boxes };
}

/** The client share of one part of an entry. */
export interface Share {
  readonly id: string;
  readonly part: string;
  readonly share: Uint8Array;
}

/** Open entries: one share for each part that the link names; a box for each of `chains`. Throws wrong-part. */
export async function composeOpening(
  link: Omit<OpeningLink, "boxes">,
  shares: readonly Share[],
  chains: ReadonlyMap<string, UserChain>,
): Promise<Composed> {
  const wanted = link.entries.flatMap(({ id, parts }) => parts.map((part) => ({ id, part })));
  const items = wanted.map(({ id, part }) => {
    const found = shares.find((one) => one.id === id && one.part === part);
    if (found === undefined) throw new ProtocolError("wrong-part", "shares of an opening");
    return { id, part, share: toBase64url(found.share) };
  });
  if (shares.length !== wanted.length) throw new ProtocolError("wrong-part", "shares of an opening");
  const named = [...chains].sort(byName).map(([, chain]) => targetOf(chain));
  const context = boxContext(openingBody({ ...link, boxes: named }));
  const boxes = await sealAll(encode({ shares: items }), named, chains, "opening", context);
  return { body: openingBody({ ...link, boxes: named.map((target) => boxed(target, boxes)) }), boxes };
}

/**
 * Start an exchange, or give it a new list: `key` is 32 random bytes, boxed to exactly the members. A box never carries an older
 * epoch: who joins reads nothing from before, who left nothing from after.
 */
export async function composeExchange(
  link: ExchangeLink,
  key: Uint8Array,
  chains: ReadonlyMap<string, UserChain>,
): Promise<Composed> {
  const { common } = link;
  const which = exchangeKeyId(common.epoch);
  const named = common.members.map(({ user }) => targetOf(known(chains, user)));
  const committed = { ...common, commit: commitment(key, common.case, which), boxes: named };
  const context = boxContext(exchangeBody({ ...link, common: committed }));
  const boxes = await sealAll(keysPlaintext([{ which, key }]), named, chains, "exchange", context);
  const all = { ...committed, boxes: named.map((target) => boxed(target, boxes)) };
  return { body: exchangeBody({ ...link, common: all }), boxes };
}

/** What a box of keys holds: canonical `{"keys": [{section, epoch, step, key}]}`. */
export function keysPlaintext(keys: readonly HeldKey[]): Bytes {
  const items = keys.map(({ which: { section, epoch, step }, key }) => ({ section, epoch, step, key: toBase64url(key) }));
  return encode({ keys: items });
}

/** Refuse to compose on a state that misses the body of a fact: unknown-reference. */
export function checkComplete(state: CaseChain): void {
  if (state.missing.size > 0) {
    throw new ProtocolError("unknown-reference", `${state.missing.size} facts without their body`);
  }
}

function newEpochs(state: CaseChain, keys: ReadonlyMap<string, NewKey>): readonly NewEpoch[] {
  return [...keys].sort(byName).map(([section, { key, at }]) => {
    const epoch = sectionOf(state, section).epoch + 1;
    return { section, epoch, commit: commitment(key, state.chain, { section, epoch, step: 0 }), at };
  });
}

function firstKeys(sections: readonly NewEpoch[], keys: ReadonlyMap<string, NewKey>): readonly HeldKey[] {
  return sections.map(({ section, epoch }) => ({ which: { section, epoch, step: 0 }, key: known(keys, section).key }));
}

/** What is given of a section, and its keys. */
export interface Given {
  readonly granted: Granted;
  readonly keys: readonly HeldKey[];
}

/** What is given of a section from `start` on, and its keys; without a start the key steps forward. */
export function sliceOf(
  state: CaseChain,
  ring: SectionKeys,
  section: string,
  start: Pick<KeyId, "epoch" | "step"> | undefined,
): Given {
  const { epoch, step, commitments } = sectionOf(state, section);
  const held = (which: KeyId): HeldKey => {
    return { which, key: ring.key(which, commitments.get(stepName(which.epoch, which.step))) };
  };
  if (start !== undefined) {
    const granted = { section, fromEpoch: start.epoch, fromStep: start.step, epoch, step };
    return { granted, keys: slicesOf(granted).map((slice) => held({ section, ...slice })) };
  }
  const which = { section, epoch, step: step + 1 };
  const key = stepKey(held({ section, epoch, step }).key);
  const commit = commitment(key, state.chain, which);
  return { granted: { section, fromEpoch: epoch, fromStep: step + 1, epoch, step: step + 1, commit }, keys: [{ which, key }] };
}

async function sealAll(
  plaintext: Uint8Array,
  named: readonly Target[],
  chains: ReadonlyMap<string, UserChain>,
  label: BoxLabel,
  context: Uint8Array,
): Promise<ReadonlyMap<string, Bytes>> {
  const boxes = new Map<string, Bytes>();
  for (const { user, head } of named) {
    const { public: key } = generationAt(known(chains, user), head);
    boxes.set(user, await sealBox(plaintext, key, label, context));
  }
  return boxes;
}

function boxed(target: Target, boxes: ReadonlyMap<string, Uint8Array>): Target {
  return { ...target, box: sha256Hex(known(boxes, target.user)) };
}

function known<V>(values: ReadonlyMap<string, V>, name: string): V {
  const value = values.get(name);
  if (value === undefined) throw new ProtocolError("unknown-reference", `${name.slice(0, 16)} of a link to compose`);
  return value;
}
