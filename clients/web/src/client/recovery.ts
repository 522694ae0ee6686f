/**
 * The recovery phrase of a professional: made and tried, another one, a replacement stopped (docs/spec/recovery.md).
 *
 * The first slot's phrase is drawn with the account and shown later: it takes no second device and no waiting. Another phrase is
 * another slot, with the consent of the one in force; without that, 72 hours in which any device may veto. What is being made stands
 * in the memory of the page; once it is tried nothing of it is left on this device.
 */
import { ENTROPY_SIZE, composePhrase, plain, WORDS } from "../protocol/recovery-phrase.ts";
import type { WordList } from "../protocol/recovery-phrase.ts";
import { holdNumber, holdNumberHash } from "../protocol/account-hold.ts";
import { same } from "../protocol/bytes.ts";
import { Fields } from "../protocol/fields.ts";
import { MIN_AGE_MS } from "../protocol/user-acts.ts";
import { recoveryReplaceBody, recoverySetBody, recoveryVetoBody, withConsent } from "../protocol/user-bodies.ts";
import { deviceId, readUserCreate, readUserLink } from "../protocol/user-links.ts";
import type { UserChain } from "../protocol/user-state.ts";
import { Misuse } from "./errors.ts";
import { staying } from "./own-chain.ts";
import type { OwnChain } from "./own-chain.ts";
import { draw, recoverySlot } from "./profile.ts";
import type { Identity, Slot } from "./profile.ts";
import type { Vault } from "./vault.ts";

const STATE = "recovery";
const ASKED = 3;
const WEEK_MS = 7 * 24 * 3_600_000;
const BYTES = 256;

/** A slot that the chain names: its number, from when it is (ms), the id of its keys. */
export interface NamedSlot {
  readonly number: number;
  readonly timeMs: number;
  readonly id: string;
}

/**
 * What goes on paper: 24 words, number and date of the phrase, the places that are asked back, from 1, and the number that stops
 * every device of the account when it is said by telephone.
 */
export interface Sheet {
  readonly phrase: Uint8Array;
  readonly words: readonly string[];
  readonly number: number;
  readonly timeMs: number;
  readonly places: readonly number[];
  readonly holdNumber: string;
  /** The phrase in force, whose consent this one needs; undefined where this is it. */
  readonly former: NamedSlot | undefined;
}

/** The slot in force; when another comes into force (ms); whether the one in force was shown and tried. */
export interface Standing {
  readonly slot: NamedSlot;
  readonly replacedMs: number | undefined;
  readonly isTried: boolean;
}

/** What is in force, as the hub proves it now. */
export async function standing(own: OwnChain): Promise<Standing> {
  const chain = await own.refresh();
  return {
    slot: inForce(chain),
    replacedMs: chain.state.replacement?.fromMs,
    isTried: own.author.identity.phrase === undefined,
  };
}

/** The phrase to write down: the one of the slot in force where nobody saw it yet, else a new one. Throws `Misuse` device-young. */
export async function begin(own: OwnChain, list: WordList): Promise<Sheet> {
  const chain = await own.refresh();
  const { author } = own;
  const untried = author.identity.phrase;
  const phrase = untried ?? draw(ENTROPY_SIZE);
  const drawn = { phrase, words: composePhrase(phrase, list), places: three(), holdNumber: holdNumber(phrase) };
  const force = inForce(chain);
  if (untried !== undefined && deviceId((await recoverySlot(untried)).public) === force.id) {
    return { ...drawn, number: force.number, timeMs: force.timeMs, former: undefined };
  }
  const addedMs = chain.state.devices.get(author.identity.device)?.addedMs ?? author.nowMs();
  if (author.nowMs() - addedMs < MIN_AGE_MS) throw new Misuse("device-young");
  return { ...drawn, number: slots(chain).length + 1, timeMs: author.nowMs(), former: force };
}

/** Whether these are the words at the places asked back: accents and capitals do not count. */
export function areAskedWords({ words, places }: Sheet, answers: readonly string[]): boolean {
  return places.every((place, at) => plain(answers[at] ?? "").trim() === plain(words[place - 1] ?? ""));
}

/**
 * Put a phrase that was tried in force, and keep nothing of it. `former` is the one in force: its 32 bytes, or "lost", which takes
 * 72 hours. Throws `Misuse` phrase-former for another phrase.
 */
export async function finish(own: OwnChain, sheet: Sheet, former: Uint8Array | "lost" | undefined): Promise<Standing> {
  const slot = await recoverySlot(sheet.phrase);
  const chain = await own.refresh();
  if (inForce(chain).id !== deviceId(slot.public)) await putInForce(own, chain, slot, former);
  const { author } = own;
  await own.hub.transport.post("/v1/hold-numbers", { number_hash: holdNumberHash(sheet.holdNumber) });
  await author.keep({ ...author.identity, phrase: undefined });
  return standing(own);
}

/** Stop a replacement that waits for its 72 hours. */
export async function veto(own: OwnChain): Promise<void> {
  const pending = (await own.refresh()).state.replacement;
  if (pending !== undefined) await own.append({ body: (preamble) => recoveryVetoBody(preamble, pending.link) });
}

/** Silence the reminder for a week; until when (ms). */
export async function putOff(vault: Vault, nowMs: number): Promise<number> {
  await vault.save(STATE, { later_ms: nowMs + WEEK_MS });
  return nowMs + WEEK_MS;
}

/** Whether to remind somebody of a phrase that was never tried: a week after the account began, and after each putting off. */
export async function isDue(vault: Vault, { phrase, create }: Identity, nowMs: number): Promise<boolean> {
  if (phrase === undefined || create === undefined) return false;
  const kept = await vault.load(STATE);
  if (kept !== undefined) return nowMs >= new Fields(kept, STATE).integer("later_ms");
  const body = new Fields(create, "first link").nested("statement").nested("body");
  return nowMs >= body.integer("time_ms") + WEEK_MS;
}

async function putInForce(own: OwnChain, chain: UserChain, slot: Slot, former: Uint8Array | "lost" | undefined): Promise<void> {
  if (former === "lost") {
    await own.append({ body: (preamble) => recoveryReplaceBody(preamble, slot.public) });
    return;
  }
  const old = former === undefined ? undefined : await recoverySlot(former);
  if (old === undefined || !same(old.public.sign, chain.state.recovery.sign)) throw new Misuse("phrase-former");
  const made = await own.nextGeneration(chain);
  await own.append({
    body: (preamble) => recoverySetBody(preamble, slot.public, made.fields),
    seed: made.seed,
    recipients: staying(chain, slot.public.box),
    complete: (body) => withConsent(body, old.sign),
  });
}

/** Every slot that links of a chain named, in order, whether it came into force or not. */
export function slots(chain: UserChain): readonly NamedSlot[] {
  const [create, ...later] = chain.state.links;
  const first = readUserCreate(create);
  const found = [{ number: 1, timeMs: first.timeMs, id: deviceId(first.recovery) }];
  for (const statement of later) {
    const { act, preamble } = readUserLink(statement);
    if (!("recovery" in act)) continue;
    const id = deviceId(act.recovery);
    if (found.some((one) => one.id === id)) continue;
    found.push({ number: found.length + 1, timeMs: preamble.timeMs, id });
  }
  return found;
}

function inForce(chain: UserChain): NamedSlot {
  const id = deviceId(chain.state.recovery);
  const found = slots(chain).find((one) => one.id === id);
  if (found === undefined) throw new Misuse("phrase-former");
  return found;
}

/** Three different places from 1 to 24, drawn. */
function three(): readonly number[] {
  const places = new Set<number>();
  while (places.size < ASKED) {
    const [drawn = 0] = draw(1);
    // 240 is the last multiple of 24 in a byte: above it some places would come more often.
    if (drawn < BYTES - (BYTES % WORDS)) places.add((drawn % WORDS) + 1);
  }
  return [...places].sort((one, other) => one - other);
}
