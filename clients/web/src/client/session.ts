/**
 * The session of this browser: pinned bundle, identity, login, capacity. Survives reloads: what a login under way needs stands in
 * the vault, because the browser leaves the page for the identity provider and comes back to a new one.
 */
import { utf8 } from "../protocol/bytes.ts";
import type { Bytes } from "../protocol/bytes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Attestation } from "../protocol/capacities.ts";
import { fromBase64url, toBase64url } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import type { Preamble, Statement } from "../protocol/statements.ts";
import { parseBundle } from "../protocol/trust-bundle.ts";
import type { TrustBundle } from "../protocol/trust-bundle.ts";
import { Attested } from "./attested.ts";
import { Unreachable } from "./errors.ts";
import { keepHeld } from "./held.ts";
import { Hub } from "./hub.ts";
import * as login from "./login.ts";
import { addNews } from "./own-news.ts";
import { PENDING, pendingToJson, readPending } from "./pending-login.ts";
import type { Pending } from "./pending-login.ts";
import { createIdentity, loadIdentity, saveIdentity } from "./profile.ts";
import type { Identity } from "./profile.ts";
import * as registrar from "./registrar.ts";
import type { Transport } from "./transport.ts";
import type { Vault } from "./vault.ts";

const TRUST = "trust";
/** The name of the session in the vault. */
export const SESSION = "session";
/** The name in the vault of a device's joining that waits for the other screen. */
export const JOINING = "joining";
const ARRIVED = "arrived";

/** Where somebody stands on the way in. */
export type Step =
  | { readonly kind: "first-visit"; readonly offered: TrustBundle }
  | { readonly kind: "signed-out" }
  /** `isFurther`: this page leaves for the address by itself, since what was under way has another part; `registrar` who attests. */
  | {
      readonly kind: "waiting";
      readonly code: string;
      readonly url: string;
      readonly registrar: string | undefined;
      readonly isFurther?: boolean;
      /** Somebody in a session identifies themselves again, and goes on there. */
      readonly back?: string | undefined;
    }
  /** `back`: where somebody goes on who has just identified themselves again. */
  | { readonly kind: "signed-in"; readonly acting: Attestation | undefined; readonly back?: string | undefined };

/** What a page needs from outside: HTTP to an address, and the time. */
export interface Outside {
  readonly connect: (origin: string) => Transport;
  readonly nowMs: () => number;
  /** What a device needs that joins an account or brings one back; fetched when it does. */
  readonly arriving: () => Promise<Arriving>;
}

/** The first sign-in of a device whose account is older than it. */
export interface Arriving {
  /** Who the device is then, and the links to deposit with the sign-in. */
  prepare(session: Session): Promise<{ readonly identity: Identity; readonly links: readonly JsonObject[] }>;
  /** Open the seeds of the user key; the statements of what was attested for the account. */
  settle(session: Session): Promise<readonly JsonObject[]>;
}

export class Session {
  readonly #vault: Vault;
  readonly #outside: Outside;
  readonly #attested: Attested;
  #hub: Hub | undefined;
  #identity: Identity | undefined;
  #capacity: string | undefined;
  #recentUntilMs = 0;

  private constructor(vault: Vault, outside: Outside) {
    this.#vault = vault;
    this.#outside = outside;
    this.#attested = new Attested(vault);
  }

  /**
   * Take up what this browser holds. `served` is the bundle that came with the page: pinned only by `pin`, after a human
   * saw it; once one is pinned, what is not its successor is refused (rolled-back, forked, wrong-hub).
   */
  static async resume(vault: Vault, outside: Outside, served: string): Promise<{ session: Session; step: Step }> {
    const session = new Session(vault, outside);
    const pinned = await session.#pinned();
    const bundle = await parseBundle(utf8(served)).verify(pinned);
    // A successor too comes from the hub's own files: nobody but a human takes it.
    if (pinned?.hash !== bundle.hash) return { session, step: { kind: "first-visit", offered: bundle } };
    await session.#connect(bundle);
    return { session, step: await session.step() };
  }

  async #pinned(): Promise<TrustBundle | undefined> {
    const kept = await this.#vault.load(TRUST);
    if (kept === undefined) return undefined;
    return parseBundle(utf8(new Fields(kept, TRUST).text("file", 1 << 20))).verify(undefined);
  }

  /** Pin the bundle that a human saw, the first one or the successor of what is pinned; a new browser draws its identity. */
  async pin(served: string): Promise<void> {
    const bundle = await parseBundle(utf8(served)).verify(await this.#pinned());
    await this.#vault.save(TRUST, { file: served });
    await this.#connect(bundle);
  }

  async #connect(bundle: TrustBundle): Promise<void> {
    const transport = this.#outside.connect(bundle.hub);
    this.#hub = await Hub.open(transport, bundle, this.#vault);
    this.#identity = (await loadIdentity(this.#vault)) ?? (await createIdentity(this.#vault, bundle.hub, this.#outside.nowMs()));
    const held = await this.#vault.load(SESSION);
    if (held === undefined) return;
    const fields = new Fields(held, SESSION);
    this.#capacity = fields.optional("capacity", (name) => fields.hash(name));
    const token = fields.optional("token", (name) => fields.text(name, 64));
    if (token !== undefined && fields.integer("expires_ms") > this.#outside.nowMs()) transport.token = token;
    this.#recentUntilMs = fields.optional("recent_until_ms", (name) => fields.integer(name)) ?? 0;
  }

  /** What this browser keeps, encrypted. */
  get vault(): Vault {
    return this.#vault;
  }

  get hub(): Hub {
    if (this.#hub === undefined) throw new Error("no bundle is pinned");
    return this.#hub;
  }

  get identity(): Identity {
    if (this.#identity === undefined) throw new Error("no bundle is pinned");
    return this.#identity;
  }

  /** Keep who this browser is from now on. */
  async keep(identity: Identity): Promise<void> {
    await saveIdentity(this.#vault, identity);
    this.#identity = identity;
  }

  /** Whether somebody has signed in with the keys that this browser holds. */
  async hasServed(): Promise<boolean> {
    return (await this.#vault.load(SESSION)) !== undefined;
  }

  /** Take over the place of another account: a device that joins or comes back. The sign-in is still to come. */
  async become(identity: Identity): Promise<Step> {
    await this.#vault.remove(PENDING);
    await this.#attested.forget();
    this.#capacity = undefined;
    await this.#vault.save(SESSION, {});
    await this.keep(identity);
    return this.step();
  }

  /** Keep what other devices of this user did, until it was read. */
  told(links: readonly Statement[]): Promise<void> {
    return addNews(this.#vault, links);
  }

  /** Whether an act that asks a recent identification finds one, for as long as it takes to say what it is about. */
  isRecent(forMs: number): boolean {
    return this.#outside.nowMs() + forMs < this.#recentUntilMs;
  }

  /** The attestation that this session acts in, undefined for a person. */
  get capacity(): string | undefined {
    return this.#capacity;
  }

  get bundle(): TrustBundle {
    return this.hub.trust.bundle;
  }

  /** What each statement of this user begins with, now. */
  preamble({ user, device, head }: Identity = this.identity): Preamble {
    return { hub: this.bundle.hub, user, device, userHead: head ?? { seq: 0, hash: user }, timeMs: this.#outside.nowMs() };
  }

  async step(): Promise<Step> {
    const pending = await this.#pending();
    if (this.hub.transport.token !== undefined && pending?.registrar === undefined && pending?.back === undefined) {
      const acting = (await this.capacities()).find((one) => one.id === this.#capacity);
      if (this.#capacity === undefined || acting !== undefined) return { kind: "signed-in", acting };
      // What was attested has ended: this session speaks for nobody any more.
      await this.close();
      this.#capacity = undefined;
      await this.#vault.save(SESSION, {});
      return { kind: "signed-out" };
    }
    if (pending === undefined) return { kind: "signed-out" };
    const { url, registrar, back } = pending;
    return { kind: "waiting", code: login.comparisonCode(this.identity.user), url, registrar, back };
  }

  /**
   * Begin a login at the hub; the page then leaves for the address returned. With `back`, somebody in a session identifies themselves
   * again, whoever the provider remembers, and goes on at that address of the page.
   */
  async start(back?: string): Promise<string> {
    // What was attested and has ended opens no session: it is left out, rather than refused each time.
    if (!(await this.capacities()).some(({ id }) => id === this.#capacity)) this.#capacity = undefined;
    const pending = await login.beginLogin(
      this.hub.transport,
      login.loginInputs(this.identity, this.bundle, "self"),
      back !== undefined,
    );
    await this.#keep({ ...pending, challenge: toBase64url(pending.challenge), back });
    return pending.url;
  }

  /**
   * Begin an identification at a registrar, which attests capacities: in a session, or before the first one, which then follows by
   * itself and is in what was attested.
   */
  async startAttesting(address: string): Promise<string> {
    const inputs = login.loginInputs(this.identity, this.bundle, "registrar");
    const pending = await registrar.beginIdentification(this.#outside.connect(address), inputs);
    const { identification, url, secret } = pending;
    await this.#keep({ inputs, login: identification, challenge: "", url, secret, registrar: address });
    return pending.url;
  }

  /** Finish what is under way, if the person has answered; tells where that leads. */
  async finish(): Promise<Step> {
    const pending = await this.#pending();
    if (pending === undefined) return this.step();
    if (pending.registrar === undefined || pending.secret === undefined) await this.#finishLogin(pending);
    else if (await this.#finishAttesting(pending, pending.registrar, pending.secret)) {
      await this.start();
      const step = await this.step();
      return step.kind === "waiting" ? { ...step, isFurther: true } : step;
    }
    const step = await this.step();
    return step.kind === "signed-in" ? { ...step, back: pending.back } : step;
  }

  async #finishLogin(pending: Pending): Promise<void> {
    const { transport } = this.hub;
    const waiting = {
      inputs: pending.inputs,
      login: pending.login,
      challenge: fromBase64url(pending.challenge),
      url: pending.url,
    };
    const token = await login.lookAtLogin(transport, waiting);
    if (token === undefined) return;
    await login.proveSubject(pending.inputs, token, this.bundle, this.#outside.nowMs());
    const arriving = this.identity.seeds.size === 0 ? await this.#outside.arriving() : undefined;
    const { create } = this.identity;
    const { identity, links } = (await arriving?.prepare(this)) ?? {
      identity: this.identity,
      links: create === undefined ? [] : [create],
    };
    const preamble = this.preamble(identity);
    const attestations = arriving === undefined ? ((await this.#attested.undeposited())?.statements ?? []) : [];
    const signing = { identity, preamble, links, attestations, capacity: this.#capacity };
    const opened = await login.openSession(transport, waiting, signing);
    if (identity !== this.identity) await this.keep(identity);
    transport.token = opened.token;
    const there = opened.logoutUrl === undefined ? undefined : login.logoutAddress(opened.logoutUrl, token);
    const leaving = there === undefined ? {} : { logout_url: there };
    const { token: fresh, expiresMs, recentUntilMs } = opened;
    const kept = { token: fresh, expires_ms: expiresMs, recent_until_ms: recentUntilMs, ...leaving, ...this.#acting() };
    await this.#vault.save(SESSION, kept);
    this.#recentUntilMs = recentUntilMs;
    await this.#vault.remove(PENDING);
    await keepHeld(this.#vault, opened.held);
    // Somebody known, on a browser that holds none of their keys: it may have thrown them away, or never had them.
    if (arriving === undefined) {
      await this.#attested.deposited(transport, identity.user);
      if (!opened.firstChain) await this.#vault.save(ARRIVED, {});
      return;
    }
    const statements = await arriving.settle(this);
    await this.#attested.keepStatements(statements);
  }

  /** Have attested what waits for the person's answer; tells whether the first sign-in is still to come. */
  async #finishAttesting(pending: Pending, address: string, secret: string): Promise<boolean> {
    const there = this.#outside.connect(address);
    const waiting = { inputs: pending.inputs, identification: pending.login, secret, url: pending.url };
    const token = await registrar.pickUp(there, waiting);
    if (token === undefined) return false;
    const { transport } = this.hub;
    const { user } = this.identity;
    try {
      const proved = await login.proveSubject(pending.inputs, token, this.bundle, this.#outside.nowMs());
      const found = await registrar.requestAttestations(there, proved, user, this.bundle, this.#outside.nowMs());
      await this.#attested.keep(found, proved.binding);
      const [only, second] = found;
      // Of several, the person says which one; until then the session speaks for none.
      if (transport.token === undefined) {
        if (only !== undefined && second === undefined) this.#capacity = only.attestation.id;
        await this.#vault.save(SESSION, this.#acting());
      } else {
        for (const { statement } of found) await transport.post("/v1/attestations", { statement });
        await this.#attested.deposited(transport, user);
      }
    } catch (error) {
      // What a token serves for is refused for good; only what did not get through is tried again.
      if (!(error instanceof Unreachable)) await this.#vault.remove(PENDING);
      throw error;
    }
    await this.#vault.remove(PENDING);
    return transport.token === undefined;
  }

  /** What a registrar attested for this browser and holds now, for the choice of a capacity. */
  capacities(): Promise<readonly Attestation[]> {
    return this.#attested.held(this.identity.user, this.bundle, this.#outside.nowMs());
  }

  /** What opens the subject of each attestation that this browser had made, by its id. */
  salts(): Promise<ReadonlyMap<string, Bytes>> {
    return this.#attested.salts();
  }

  /** Whether this account was known before this browser had keys, and nobody has said yet that they know. */
  async arrivedAnew(): Promise<boolean> {
    return (await this.#vault.load(ARRIVED)) !== undefined;
  }

  /** They know. */
  async arrivalSeen(): Promise<void> {
    await this.#vault.remove(ARRIVED);
  }

  /** Give up what is under way. */
  async forget(): Promise<Step> {
    await this.#vault.remove(PENDING);
    return this.step();
  }

  /** The present, in milliseconds. */
  get nowMs(): number {
    return this.#outside.nowMs();
  }

  /** Act in a capacity from the next login on. */
  async actAs(capacity: string): Promise<void> {
    this.#capacity = capacity;
    await this.#vault.save(SESSION, this.#acting());
    this.hub.transport.token = undefined;
  }

  /** End the session here and at the hub; tells what the browser opens to log out at the identity provider too. */
  async close(): Promise<string | undefined> {
    const held = await this.#vault.load(SESSION);
    const there = held === undefined ? undefined : sessionAddress(held);
    const { transport } = this.hub;
    if (transport.token !== undefined) await transport.delete("/v1/sessions/current");
    transport.token = undefined;
    await this.#vault.save(SESSION, this.#acting());
    await this.#vault.remove(PENDING);
    return there;
  }

  /** Forget a session that the hub ended. */
  async drop(): Promise<void> {
    this.hub.transport.token = undefined;
    await this.#vault.save(SESSION, this.#acting());
  }

  #acting(): JsonObject {
    return this.#capacity === undefined ? {} : { capacity: this.#capacity };
  }

  async #keep(pending: Pending): Promise<void> {
    await this.#vault.save(PENDING, pendingToJson(pending));
  }

  async #pending(): Promise<Pending | undefined> {
    const held = await this.#vault.load(PENDING);
    const { user, device } = this.identity;
    return held === undefined ? undefined : readPending(held, { hub: this.bundle.hub, user, device });
  }
}

function sessionAddress(held: JsonObject): string | undefined {
  const fields = new Fields(held, SESSION);
  return fields.optional("logout_url", (name) => fields.text(name));
}
