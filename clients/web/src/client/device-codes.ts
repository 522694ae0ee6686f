/**
 * A further device, let in by a code that a human carries over (docs/spec/invitations.md, rules 9 to 13).
 *
 * The older device judges the newcomer's proof and shows what both screens must show; only then does it sign `device-add` and box
 * the seed of the user key. The hub carries messages: without the code it can make neither proof, so that no key of its own enters
 * and no account of its own is joined. On the older device a code lives as long as the screen that shows it: nothing of it is kept.
 *
 *     vault of the newcomer: joining  {code, user, expires_ms, keys}, until it joined, gave up or came too late
 */
import { fromBase64url, toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { Fields } from "../protocol/fields.ts";
import { fingerprintPhrase } from "../protocol/fingerprint.ts";
import { DEVICE, InvitationCode, joinName, NEW_CODE, readSpoken, SPOKEN_SIZE } from "../protocol/invitation-codes.ts";
import type { CodeUse, Terms } from "../protocol/invitation-codes.ts";
import { deviceAddBody } from "../protocol/user-bodies.ts";
import { deviceId, publicKeysToJson, readPublicKeys } from "../protocol/user-links.ts";
import type { PublicKeys } from "../protocol/user-links.ts";
import { Misuse, Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { OwnChain } from "./own-chain.ts";
import { draw, drawKeys, loadKeys, publicKeys } from "./profile.ts";
import type { DeviceKeys, Identity } from "./profile.ts";
import { JOINING } from "./session.ts";
import type { Session } from "./session.ts";

const PLACES = "/v1/device-joins";
const PROOF_SIZE = 32;

/** A device that proved the code. `phrase` is what its screen shows too. */
export interface Newcomer {
  readonly keys: PublicKeys;
  readonly id: string;
  readonly phrase: string;
}

/** A code of this device, and the place at the hub where a newcomer finds it. */
export class DeviceCode {
  readonly expiresMs: number;
  readonly #own: OwnChain;
  readonly #hub: Hub;
  readonly #code: InvitationCode;
  #use: CodeUse = NEW_CODE;
  #isSpent = false;

  private constructor(own: OwnChain, hub: Hub, code: InvitationCode, expiresMs: number) {
    this.#own = own;
    this.#hub = hub;
    this.#code = code;
    this.expiresMs = expiresMs;
  }

  /** Draw a code and open a place for whoever has it. */
  static async open(own: OwnChain, hub: Hub): Promise<DeviceCode> {
    const code = new InvitationCode(draw(SPOKEN_SIZE));
    const answer = new Fields(await hub.transport.post(PLACES, { name: joinName(code) }), "place");
    return new DeviceCode(own, hub, code, answer.integer("expires_ms"));
  }

  /** What somebody types on the new device. */
  get spoken(): string {
    return this.#code.spoken();
  }

  /**
   * The device that proved the code, undefined while there is none. Throws `Misuse`: join-stranger where somebody came without the
   * code, join-late where its time is over.
   */
  async newcomer(): Promise<Newcomer | undefined> {
    const place = new Fields(await atPlace(this.#hub, this.#code), "place");
    const requests = place.objects("requests", 16).slice(this.#use.wrong);
    for (const request of requests) {
      const proof = request.data("proof", PROOF_SIZE);
      const keys = readPublicKeys(request);
      const id = deviceId(keys);
      const [use, reason] = this.#code.answer(this.#use, this.#terms(id), proof, this.#own.author.nowMs());
      this.#use = { ...use, answered: false };
      if (reason === null) return { keys, id, phrase: fingerprintPhrase(id) };
      if (reason !== "bad-proof") throw new Misuse("join-late");
    }
    if (this.#use.wrong > 0) throw new Misuse("join-stranger");
    return undefined;
  }

  /** Add a device that proved the code and whose phrase a human compared. A second one throws `Misuse` join-late. */
  async admit({ keys, id }: Newcomer): Promise<void> {
    if (this.#isSpent) throw new Misuse("join-late");
    this.#isSpent = true;
    const seed = this.#own.presentSeed(await this.#own.refresh());
    const chain = await this.#own
      .append({ body: (preamble) => deviceAddBody(preamble, keys), seed, recipients: new Map([[id, keys.box]]) })
      .catch((error: unknown) => {
        // Nobody was let in: whoever has to identify themselves first finds the code where it was.
        if (error instanceof Refused) this.#isSpent = false;
        throw error;
      });
    const proof = toBase64url(this.#code.proof(this.#terms(id), "inviter"));
    const answer = { device: id, seq: chain.head.seq, hash: chain.head.hash, proof };
    await this.#hub.transport.post(`${PLACES}/${joinName(this.#code)}/answer`, answer);
  }

  #terms(device: string): Terms {
    return { hub: this.#hub.origin, inviter: this.#own.author.user, about: DEVICE, invitee: device, expiresMs: this.expiresMs };
  }
}

interface Waiting {
  readonly keys: DeviceKeys;
  readonly user: string;
  readonly expiresMs: number;
}

/** The newcomer's side: keys that it draws, the place that the code names, and the answer that it judges. */
export class Joining {
  readonly #session: Session;
  readonly #code: InvitationCode;
  readonly #identity: Identity;
  readonly #terms: Terms;

  private constructor(session: Session, code: InvitationCode, identity: Identity, terms: Terms) {
    this.#session = session;
    this.#code = code;
    this.#identity = identity;
    this.#terms = terms;
  }

  /**
   * Leave this device's keys and its proof at the place of a typed code. Throws `Misuse`: join-code for one that was miscopied,
   * join-late where there is no such place (any more).
   */
  static async ask(session: Session, typed: string): Promise<Joining> {
    const code = readTyped(typed);
    const place = new Fields(await atPlace(session.hub, code), "place");
    const [user, expiresMs] = [place.hash("user"), place.integer("expires_ms")];
    const keys = await drawKeys(session.vault);
    // Before anything is sent: the other device may let these keys in while this page is loaded anew.
    await session.vault.save(JOINING, { code: toBase64url(code.secret), user, expires_ms: expiresMs, keys: keys.stored });
    const joining = await Joining.#of(session, code, { keys, user, expiresMs });
    const proof = toBase64url(code.proof(joining.#terms, "invitee"));
    const own = publicKeysToJson(await publicKeys(keys));
    await session.hub.transport.post(`${PLACES}/${joinName(code)}/requests`, { ...own, proof });
    return joining;
  }

  /** What this device had asked for when its page was loaded anew; undefined where nothing waits, or no longer. */
  static async resume(session: Session): Promise<Joining | undefined> {
    const kept = await session.vault.load(JOINING);
    if (kept === undefined) return undefined;
    const fields = new Fields(kept, JOINING);
    const [user, expiresMs] = [fields.hash("user"), fields.integer("expires_ms")];
    if (expiresMs <= session.nowMs) {
      await session.vault.remove(JOINING);
      return undefined;
    }
    const keys = await loadKeys(session.vault, fields.raw("keys"));
    return Joining.#of(session, new InvitationCode(fields.data("code")), { keys, user, expiresMs });
  }

  /** Keep nothing of it any more: it joined, or it gave up. */
  forget(): Promise<void> {
    return this.#session.vault.remove(JOINING);
  }

  static async #of(session: Session, code: InvitationCode, { keys, user, expiresMs }: Waiting): Promise<Joining> {
    const device = deviceId(await publicKeys(keys));
    const terms = { hub: session.hub.origin, inviter: user, about: DEVICE, invitee: device, expiresMs };
    const identity = {
      ...keys,
      user,
      device,
      seeds: new Map<number, Uint8Array>(),
      create: undefined,
      head: undefined,
      made: undefined,
      phrase: undefined,
      recovering: false,
    };
    return new Joining(session, code, identity, terms);
  }

  /** What the other screen must show too. */
  get phrase(): string {
    return fingerprintPhrase(this.#identity.device);
  }

  /**
   * Who this device is once the other one proved the code too; undefined while there is no answer. Throws `ProtocolError` for a
   * proof that is not by the code: whoever answered is not the owner's other device.
   */
  async answer(): Promise<Identity | undefined> {
    const place = new Fields(await atPlace(this.#session.hub, this.#code), "place");
    if (!place.has("answer")) return undefined;
    const answer = place.nested("answer");
    if (answer.hash("device") !== this.#identity.device) throw new Misuse("join-late");
    this.#code.check(this.#terms, "inviter", fromBase64url(answer.text("proof", 64)), this.#session.nowMs);
    return { ...this.#identity, head: { seq: answer.integer("seq", 1), hash: answer.hash("hash") } };
  }
}

function readTyped(typed: string): InvitationCode {
  try {
    return readSpoken(typed);
  } catch (error) {
    if (error instanceof ProtocolError) throw new Misuse("join-code");
    throw error;
  }
}

async function atPlace(hub: Hub, code: InvitationCode): ReturnType<Hub["transport"]["get"]> {
  try {
    return await hub.transport.get(`${PLACES}/${joinName(code)}`);
  } catch (error) {
    if (error instanceof Refused && error.problem === "not-found") throw new Misuse("join-late");
    throw error;
  }
}
