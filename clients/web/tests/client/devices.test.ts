/** Devices and phrases without a hub: what a chain says of its slots, what is kept and forgotten, what both lists of words hold. */
import { beforeAll, describe, expect, it, vi } from "vitest";

import english from "../../../python/volet_client/recovery_words/english.txt?raw";
import french from "../../../python/volet_client/recovery_words/french.txt?raw";
import { addNews, newsRead, readNews } from "../../src/client/own-news.ts";
import { createIdentity, drawKeys, loadIdentity, publicKeys, recoverySlot, saveIdentity } from "../../src/client/profile.ts";
import { areAskedWords, isDue, putOff, slots } from "../../src/client/recovery.ts";
import type { Sheet } from "../../src/client/recovery.ts";
import { readTyped, recoveryList } from "../../src/features/own/recovery-words.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { composePhrase } from "../../src/protocol/recovery-phrase.ts";
import { signStatement, statementFromJson } from "../../src/protocol/statements.ts";
import { deviceAddBody } from "../../src/protocol/user-bodies.ts";
import { startUserChain } from "../../src/protocol/user-chain.ts";
import { deviceId, withBoxes } from "../../src/protocol/user-links.ts";
import { MemoryVault } from "./memory-vault.ts";

const HUB = "https://hub.example";
const WEEK_MS = 7 * 24 * 3_600_000;

beforeAll(() => {
  // No page was built: no file has a hash to be fetched with.
  vi.stubGlobal("document", { querySelector: () => null });
});

async function created(
  nowMs = 1_000,
): Promise<{ readonly vault: MemoryVault["vault"]; readonly identity: Awaited<ReturnType<typeof createIdentity>> }> {
  const { vault } = new MemoryVault();
  return { vault, identity: await createIdentity(vault, HUB, nowMs) };
}

describe("the identity of a device", () => {
  it("is kept with what it learnt of its chain, and its phrase only until it is forgotten", async () => {
    const { vault, identity } = await created();
    const head = { seq: 3, hash: identity.user };
    await saveIdentity(vault, { ...identity, head, made: identity.user });
    const again = await loadIdentity(vault);
    expect(again?.head).toEqual(head);
    expect(again?.made).toBe(identity.user);
    expect(again?.phrase).toEqual(identity.phrase);
    await saveIdentity(vault, { ...identity, phrase: undefined });
    expect((await loadIdentity(vault))?.phrase).toBeUndefined();
  });

  it("names one slot: that of the phrase that was drawn with it", async () => {
    const { identity } = await created();
    const statement = statementFromJson(new Fields(identity.create ?? {}, "link").raw("statement"));
    const [first, ...more] = slots(await startUserChain(statement));
    expect(more).toEqual([]);
    expect(first).toEqual({
      number: 1,
      timeMs: 1_000,
      id: deviceId((await recoverySlot(identity.phrase ?? new Uint8Array())).public),
    });
  });
});

describe("what another device did", () => {
  it("is told with its device and hour, and once", async () => {
    const { vault, identity } = await created();
    const keys = await publicKeys(await drawKeys(vault));
    const preamble = {
      hub: HUB,
      user: identity.user,
      device: identity.device,
      userHead: { seq: 0, hash: identity.user },
      timeMs: 2_000,
    };
    const link = await signStatement(withBoxes(deviceAddBody(preamble, keys), new Map()), identity.signer);
    await addNews(vault, [link]);
    expect(await readNews(vault)).toEqual([{ act: "added", device: deviceId(keys), by: identity.device, atMs: 2_000 }]);
    await newsRead(vault);
    expect(await readNews(vault)).toEqual([]);
  });
});

describe("the recovery phrase", () => {
  it("is reminded of a week after the account began, again a week after it was put off, and never once it was tried", async () => {
    const { vault, identity } = await created();
    expect(await isDue(vault, identity, WEEK_MS)).toBe(false);
    expect(await isDue(vault, identity, 1_000 + WEEK_MS)).toBe(true);
    const untilMs = await putOff(vault, 2 * WEEK_MS);
    expect(await isDue(vault, identity, untilMs - 1)).toBe(false);
    expect(await isDue(vault, identity, untilMs)).toBe(true);
    expect(await isDue(vault, { ...identity, phrase: undefined }, untilMs)).toBe(false);
  });

  it("is tried by the three words asked back, whatever their accents and capitals, and by no other", () => {
    const words = Array.from({ length: 24 }, (_, at) => `mot${String(at + 1)}é`);
    const sheet: Sheet = {
      phrase: new Uint8Array(32),
      words,
      number: 1,
      timeMs: 0,
      places: [2, 9, 24],
      former: undefined,
      holdNumber: "",
    };
    expect(areAskedWords(sheet, [" MOT2E", "mot9é ", "Mot24E"])).toBe(true);
    expect(areAskedWords(sheet, ["mot2é", "mot24é", "mot9é"])).toBe(false);
    expect(areAskedWords(sheet, ["mot2é", "mot9é"])).toBe(false);
  });

  it.each([
    ["fr", french],
    ["en", english],
  ] as const)("the list that the page carries in %s is the one of the Python client", async (language, text) => {
    const { words } = await recoveryList(language);
    expect(words).toEqual(text.normalize("NFC").trim().split("\n"));
  });

  it("in the other language than the page is read too; a word of no list is told by its place", async () => {
    const entropy = Uint8Array.from({ length: 32 }, (_, at) => at);
    const phrase = composePhrase(entropy, await recoveryList("en"));
    expect(await readTyped(phrase.join(" "), "fr")).toEqual(entropy);
    await expect(readTyped(phrase.with(4, "xylophage").join(" "), "fr")).rejects.toMatchObject({ place: 5 });
  });
});
