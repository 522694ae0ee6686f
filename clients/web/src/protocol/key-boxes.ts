/**
 * Opening the boxes beside a link: what a reader checks before a key enters their ring (docs/spec/section-keys.md).
 *
 * 1. The link stands in the verified chain and is not void; nor is, for a grant, the section.
 * 2. The box is the one whose hash the link names for this reader, and it opens under the link's own hash.
 * 3. It holds exactly the keys that the link says, and each is the one committed to in the chain.
 *
 * A key that is not the one committed to is refused alone: what the same box holds of other sections stays good, and the reader
 * has evidence against whoever signed.
 */
import { openBox } from "./boxes.ts";
import type { BoxKey } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";
import { decode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { boxContext } from "./case-links.ts";
import { holdsStep, sectionOf, stepName } from "./case-state.ts";
import type { CaseChain } from "./case-state.ts";
import { ProtocolError } from "./errors.ts";
import type { Reason } from "./errors.ts";
import { exchangeBody } from "./exchange-links.ts";
import type { ExchangeLink } from "./exchange-links.ts";
import { Fields } from "./fields.ts";
import { sha256Hex } from "./hashing.ts";
import { slicesOf } from "./key-links.ts";
import type { Target } from "./key-links.ts";
import { readLink, targetsOf } from "./link-reading.ts";
import type { Link } from "./link-reading.ts";
import { SHARE_SIZE } from "./sealing.ts";
import { checkKeyCommitment, exchangeKeyId, SECTION_KEY_SIZE, SectionKeys } from "./sections.ts";
import type { HeldKey, KeyId } from "./sections.ts";
import type { UnverifiedStatement } from "./statements.ts";

/** A box with who opens it: `key` is their user key of the generation named. */
export interface OwnBox {
  readonly user: string;
  readonly box: Uint8Array;
  readonly key: BoxKey;
}

/** The ring with what a box gave, and the sections whose key was refused, each with its reason. */
export interface OpenedKeys {
  readonly ring: SectionKeys;
  readonly refused: ReadonlyMap<string, Reason>;
}

type LinkOf<T extends Link["type"]> = Extract<Link, { type: T }>;

/** Open one's own claim, on another device. */
export async function openClaimBox(
  state: CaseChain,
  statement: UnverifiedStatement,
  own: OwnBox,
  ring: SectionKeys,
): Promise<OpenedKeys> {
  const link = validLink(state, statement, "claim");
  const expected = link.sections.map(({ section, epoch }) => ({ section, epoch, step: 0 }));
  return addOpened(state, ring, await keysIn(statement, link, own, "claim"), expected, new Map());
}

/** Open a grant; sections that are void in it are left out and named in `refused`. */
export async function openGrantBox(
  state: CaseChain,
  statement: UnverifiedStatement,
  own: OwnBox,
  ring: SectionKeys,
): Promise<OpenedKeys> {
  const link = validLink(state, statement, "grant");
  const expected = link.sections.flatMap((granted) =>
    slicesOf(granted).map(({ epoch, step }) => ({ section: granted.section, epoch, step })),
  );
  const voids = state.voidSections.get(statement.hash) ?? new Map<string, Reason>();
  return addOpened(state, ring, await keysIn(statement, link, own, "grant"), expected, voids);
}

/** Open one's box of a rotation: the new epoch of every section that this reader kept. */
export async function openRotateBox(
  state: CaseChain,
  statement: UnverifiedStatement,
  own: OwnBox,
  ring: SectionKeys,
): Promise<OpenedKeys> {
  const link = validLink(state, statement, "rotate");
  // The chain, not the box, says which sections this reader kept.
  const expected = link.sections
    .filter(({ section, epoch }) => isKept(state, section, epoch, own.user))
    .map(({ section, epoch }) => ({ section, epoch, step: 0 }));
  return addOpened(state, ring, await keysIn(statement, link, own, "rotate"), expected, new Map());
}

/** A client share that an opening handed over. Whether it opens the entry, the entry's key commitment says. */
export interface OpenedShare {
  readonly id: string;
  readonly part: string;
  readonly share: Bytes;
}

/** The client share of each entry and part, in the order of the link. */
export async function openOpeningBox(
  state: CaseChain,
  statement: UnverifiedStatement,
  own: OwnBox,
): Promise<readonly OpenedShare[]> {
  const link = validLink(state, statement, "opening");
  const plaintext = await plaintextOf(statement.body, targetsOf(link), own, "opening");
  const fields = new Fields(decode(plaintext), "box of an opening");
  const found = new Map<string, OpenedShare>();
  for (const item of fields.objects("shares")) {
    const share = { id: item.hash("id"), part: item.code("part"), share: item.data("share", SHARE_SIZE) };
    item.done();
    found.set(`${share.id} ${share.part}`, share);
  }
  fields.done();
  const expected = link.entries.flatMap(({ id, parts }) => parts.map((part) => `${id} ${part}`));
  const shares = expected.flatMap((name) => found.get(name) ?? []);
  if (shares.length !== expected.length || found.size !== expected.length) {
    throw new ProtocolError("wrong-part", "box of an opening");
  }
  return shares;
}

/** The key of the epoch that a verified link of an exchange starts (`exchange-chain` judged it). */
export async function openExchangeBox(link: ExchangeLink, own: OwnBox): Promise<Bytes> {
  const { common } = link;
  const which = exchangeKeyId(common.epoch);
  const [found, ...more] = readKeys(await plaintextOf(exchangeBody(link), common.boxes, own, "exchange"));
  if (found === undefined || more.length > 0 || nameOf(found.which) !== nameOf(which)) {
    throw new ProtocolError("wrong-epoch", "box of an exchange");
  }
  checkKeyCommitment(found.key, common.case, which, common.commit);
  return found.key;
}

function validLink<T extends Link["type"]>(state: CaseChain, statement: UnverifiedStatement, type: T): LinkOf<T> {
  const link = readLink(statement);
  if (link.type !== type) throw new ProtocolError("wrong-type", statement.type);
  if (!state.positions.holds({ seq: link.head.seq, hash: statement.hash })) {
    throw new ProtocolError("unknown-reference", `${statement.type} outside the verified chain`);
  }
  const reason = state.voids.get(statement.hash);
  if (reason !== undefined) throw new ProtocolError(reason, `void ${statement.type}`);
  return link as LinkOf<T>;
}

/** The ring with the keys that are expected, committed to, and not of a void section. */
export function addOpened(
  state: CaseChain,
  ring: SectionKeys,
  boxed: readonly BoxedKey[],
  expected: readonly KeyId[],
  voids: ReadonlyMap<string, Reason>,
): OpenedKeys {
  const found = new Map(boxed.map(({ which, key }) => [nameOf(which), key]));
  const names = new Set(expected.map(nameOf));
  if (![...found.keys()].every((name) => names.has(name))) {
    throw new ProtocolError("wrong-epoch", "a box holds a key that its link does not name");
  }
  const refused = new Map(voids);
  let held = ring;
  for (const which of expected) {
    if (voids.has(which.section)) continue;
    const key = found.get(nameOf(which));
    const published = sectionOf(state, which.section).commitments.get(stepName(which.epoch, which.step));
    try {
      if (key === undefined) throw new ProtocolError("missing-field", "key of a section");
      held = held.add(which, key, published);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      refused.set(which.section, error.reason);
    }
  }
  return { ring: held, refused };
}

async function keysIn(statement: UnverifiedStatement, link: Link, own: OwnBox, label: string): Promise<readonly BoxedKey[]> {
  // A claim and a grant have one box, whoever asks; only a rotation has one for each reader.
  const named = targetsOf(link);
  const targets = link.type === "rotate" ? named : named.map((target) => ({ ...target, user: own.user }));
  return readKeys(await plaintextOf(statement.body, targets, own, label));
}

async function plaintextOf(body: JsonObject, targets: readonly Target[], own: OwnBox, label: string): Promise<Bytes> {
  const target = targets.find(({ user }) => user === own.user);
  if (target === undefined) throw new ProtocolError("wrong-recipient", "no box for this user");
  if (sha256Hex(own.box) !== target.box) throw new ProtocolError("bad-box", "a box that its link does not name");
  return openBox(own.box, own.key, label, boxContext(body));
}

function isKept(state: CaseChain, section: string, epoch: number, user: string): boolean {
  const known = sectionOf(state, section);
  return holdsStep(known.readers.get(user) ?? known.former.get(user), epoch, 0);
}

/** A key as a box holds it. */
export interface BoxedKey extends HeldKey {
  readonly key: Bytes;
}

/** The keys that a box holds; throws `ProtocolError` for another shape, or one key twice. */
export function readKeys(plaintext: Uint8Array): readonly BoxedKey[] {
  const fields = new Fields(decode(plaintext), "box of keys");
  const found = fields.objects("keys").map((item) => {
    const which = { section: item.text("section", 64), epoch: item.integer("epoch", 1), step: item.integer("step") };
    const key = item.data("key", SECTION_KEY_SIZE);
    item.done();
    return { which, key };
  });
  fields.done();
  if (new Set(found.map(({ which }) => nameOf(which))).size !== found.length) {
    throw new ProtocolError("malformed", "a key twice in a box");
  }
  return found;
}

function nameOf({ section, epoch, step }: KeyId): string {
  return `${section} ${epoch} ${step}`;
}
