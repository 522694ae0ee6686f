/** Links composed here are accepted, and their boxes give the keys that they say: the world `team` of the vectors, played on. */
import { expect, it } from "vitest";

import { BoxKey } from "../../src/protocol/boxes.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { factLinkBody } from "../../src/protocol/case-links.ts";
import type { LinkHead } from "../../src/protocol/case-links.ts";
import { sectionOf } from "../../src/protocol/case-state.ts";
import { composeClaim, composeGrant, composeOpening, composeRotate, nextLinkHead } from "../../src/protocol/compose.ts";
import type { Composed } from "../../src/protocol/compose.ts";
import { emptyList, listId } from "../../src/protocol/entry-list.ts";
import { factBody, factHash } from "../../src/protocol/facts.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { sha256 } from "../../src/protocol/hashing.ts";
import { openClaimBox, openGrantBox, openOpeningBox, openRotateBox } from "../../src/protocol/key-boxes.ts";
import type { OwnBox } from "../../src/protocol/key-boxes.ts";
import { SigningKey } from "../../src/protocol/keys.ts";
import { SectionAccess } from "../../src/protocol/section-access.ts";
import { SectionKeys } from "../../src/protocol/sections.ts";
import { signStatement } from "../../src/protocol/statements.ts";
import type { Statement } from "../../src/protocol/statements.ts";
import type { UserChain } from "../../src/protocol/user-state.ts";
import { played } from "../vectors/case-runner.ts";
import type { World } from "../vectors/case-runner.ts";

const [COORDINATOR, DOCTOR, NURSE] = [1000, 1001, 1002];
const SECTION = "medical/2";
const MINUTE_MS = 60_000;

/** A number's bytes, as `tests/support/identities.py` makes them. */
function seed32(name: string, number: number): Uint8Array {
  return sha256(utf8(`volet test seed ${name} ${number}`));
}

/** A world and whoever signs in it, a minute later each time. */
class Story {
  readonly world: World;
  #nowMs: number;

  constructor(world: World) {
    this.world = world;
    this.#nowMs = world.main.timeMs;
  }

  static async team(): Promise<Story> {
    return new Story((await played(new Fields({ world: "team" }, "story"))).world);
  }

  chain(number: number): UserChain {
    const made = [...this.world.directory.users.values()][number - COORDINATOR];
    if (made === undefined) throw new Error(`nobody has the number ${number}`);
    return made;
  }

  participation(number: number): string {
    const { facts, timeMs } = this.world.main;
    const [record] = facts.participationsOf(this.chain(number).user, timeMs);
    if (record === undefined) throw new Error(`${number} takes no part`);
    return record.hash;
  }

  head(number: number): LinkHead {
    this.#nowMs += MINUTE_MS;
    const chain = this.chain(number);
    const [device = ""] = chain.active;
    const preamble = { hub: chain.hub, user: chain.user, device, userHead: chain.head, timeMs: this.#nowMs };
    const { facts } = this.world.main;
    const capacity = facts.find("participation", this.participation(number)).fact.attestation;
    const fresh = { size: 7, root: "0".repeat(64), timeMs: this.#nowMs };
    return nextLinkHead(this.world.main, preamble, { policy: this.world.table.hash, capacity, fresh });
  }

  async sign(number: number, body: JsonObject, fact?: JsonObject): Promise<Statement> {
    const statement = await signStatement(body, new SigningKey(seed32("sign device", number)));
    await this.world.add({ statement, fact });
    expect(this.world.main.voids.get(statement.hash)).toBeUndefined();
    return statement;
  }

  own(number: number, { boxes }: Composed): OwnBox {
    const { user } = this.chain(number);
    return { user, box: boxes.get(user) ?? new Uint8Array(), key: new BoxKey(seed32(`user seed ${number}`, 1)) };
  }

  get at(): { readonly at: ReturnType<typeof emptyList> } {
    return { at: emptyList(listId(this.world.main.case, `section:${SECTION}`)) };
  }

  ring(): SectionKeys {
    return new SectionKeys(this.world.main.chain);
  }

  async claim(): Promise<SectionKeys> {
    const keys = new Map([[SECTION, { key: seed32("key", 1), ...this.at }]]);
    const composed = await composeClaim(this.world.main, this.head(DOCTOR), this.chain(DOCTOR), keys);
    const statement = await this.sign(DOCTOR, composed.body);
    return (await openClaimBox(this.world.main, statement, this.own(DOCTOR, composed), this.ring())).ring;
  }

  async grant(ring: SectionKeys, start: { epoch: number; step: number } | undefined): Promise<SectionKeys> {
    const { main, table } = this.world;
    const head = this.head(DOCTOR);
    const access = SectionAccess.at(table, main.facts, head.preamble.timeMs);
    const { user } = this.chain(NURSE);
    const facts = access.standings(user).flatMap(({ capacity }) => access.decision("read", user, capacity, SECTION).facts);
    const asked = { starts: new Map([[SECTION, start]]), facts, notAfterMs: head.preamble.timeMs + 10 * MINUTE_MS };
    const composed = await composeGrant(main, head, ring, this.chain(NURSE), {
      ...asked,
      readerCapacity: this.participation(NURSE),
    });
    const statement = await this.sign(DOCTOR, composed.body);
    return (await openGrantBox(this.world.main, statement, this.own(NURSE, composed), this.ring())).ring;
  }
}

it("starts a section whose key its author opens again on another device", async () => {
  const story = await Story.team();
  const ring = await story.claim();
  expect(ring.held().map(({ key }) => key)).toEqual([seed32("key", 1)]);
});

it("hands over the whole of a section, and under a new step none of its past", async () => {
  const whole = await Story.team();
  const all = await whole.grant(await whole.claim(), { epoch: 1, step: 0 });
  expect(all.firstStep(SECTION, 1)).toBe(0);

  const story = await Story.team();
  const since = await story.grant(await story.claim(), undefined);
  expect(since.firstStep(SECTION, 1)).toBe(1);
  expect(sectionOf(story.world.main, SECTION).step).toBe(1);
});

it("starts the next epoch for those who stay, whoever left is boxed no more", async () => {
  const story = await Story.team();
  await story.grant(await story.claim(), { epoch: 1, step: 0 });
  const end = { type: "participation-end", participation: story.participation(NURSE), atMs: 1 } as const;
  const fact = factBody(end, seed32("salt", 1).subarray(0, 16));
  await story.sign(COORDINATOR, factLinkBody({ head: story.head(COORDINATOR), fact: factHash(fact), lists: [] }), fact);

  const { main, table, directory } = story.world;
  const head = story.head(DOCTOR);
  const states = new Map([[SECTION, sectionOf(main, SECTION)]]);
  const readers = SectionAccess.at(table, main.facts, head.preamble.timeMs).nextReaders(states);
  const keys = new Map([[SECTION, { key: seed32("key", 2), ...story.at }]]);
  const composed = await composeRotate(main, head, keys, { readers, chains: directory.users });
  const statement = await story.sign(DOCTOR, composed.body);

  const { ring } = await openRotateBox(story.world.main, statement, story.own(DOCTOR, composed), story.ring());
  expect(ring.held().map(({ key }) => key)).toEqual([seed32("key", 2)]);
  expect([...composed.boxes.keys()]).toEqual([story.chain(DOCTOR).user]);
  const left = openRotateBox(story.world.main, statement, story.own(NURSE, composed), story.ring());
  await expect(left).rejects.toMatchObject({ reason: "wrong-recipient" });
});

it("opens an entry to somebody with exactly the shares that the link names", async () => {
  const story = await Story.team();
  const nurse = story.chain(NURSE);
  const entry = "a".repeat(64);
  const share = { id: entry, part: "title", share: seed32("share", 1) };
  const head = story.head(DOCTOR);
  const link = {
    type: "opening",
    head,
    entries: [{ id: entry, parts: ["title"] }],
    recipient: { user: nurse.user, capacity: story.participation(NURSE) },
    basis: [],
    untilMs: head.preamble.timeMs + MINUTE_MS,
  } as const;
  const chains = new Map([[nurse.user, nurse]]);
  for (const shares of [[], [share, { ...share, part: "body" }]]) {
    await expect(composeOpening(link, shares, chains)).rejects.toMatchObject({ reason: "wrong-part" });
  }
  const composed = await composeOpening(link, [share], chains);
  const statement = await story.sign(DOCTOR, composed.body);
  expect(await openOpeningBox(story.world.main, statement, story.own(NURSE, composed))).toEqual([share]);
});

it("composes nothing on a state that misses a fact: it could be the withdrawal that forbids it", async () => {
  const story = await Story.team();
  const state = { ...story.world.main, missing: new Set(["b".repeat(64)]) };
  const [head, chain] = [story.head(DOCTOR), story.chain(DOCTOR)];
  const refused = { reason: "unknown-reference" };
  await expect(composeClaim(state, head, chain, new Map())).rejects.toMatchObject(refused);
  const asked = { readerCapacity: undefined, starts: new Map(), facts: [], notAfterMs: 0 };
  await expect(composeGrant(state, head, story.ring(), chain, asked)).rejects.toMatchObject(refused);
  const nobody = { readers: new Map(), chains: new Map() };
  await expect(composeRotate(state, head, new Map(), nobody)).rejects.toMatchObject(refused);
});
