/** What a verified user chain says: devices, generations, recovery key, frozen or closed (docs/spec/users.md). */
import type { Bytes } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import type { HeadRef, Statement } from "./statements.ts";
import type { Generation, PublicKeys } from "./user-links.ts";

export const HOUR_MS = 3_600_000;
export const VETO_MS = 72 * HOUR_MS;

/** A device of the chain; `revokedSeq` is the link that revoked it, unless a recovery disowned that link. */
export interface Device {
  readonly sign: Bytes;
  readonly box: Bytes;
  readonly addedMs: number;
  readonly addedSeq: number;
  readonly revokedSeq: number | undefined;
  readonly revokedMs: number | undefined;
}

/** Which devices are unrevoked after a link, and whether the account is then frozen or closed. */
export interface Standing {
  readonly active: ReadonlySet<string>;
  /** Two revocations crossed: nothing counts until `recover`. */
  readonly frozen: boolean;
  readonly closed: boolean;
}

/** A recovery key that is not in force yet. */
export interface Replacement {
  readonly recovery: PublicKeys;
  readonly link: string;
  readonly fromMs: number;
}

/** What the links say, all of them verified. */
export interface UserChainState {
  readonly user: string;
  readonly hub: string;
  readonly links: readonly [Statement, ...Statement[]];
  /** The time that the newest link states. */
  readonly timeMs: number;
  readonly createdMs: number;
  readonly devices: ReadonlyMap<string, Device>;
  readonly generations: readonly [Generation, ...Generation[]];
  readonly recovery: PublicKeys;
  /** The standing after each link. */
  readonly standings: readonly Standing[];
  /** The standing after the newest link. */
  readonly standing: Standing;
  readonly replacement: Replacement | undefined;
  readonly disowned: ReadonlySet<string>;
  /** A recovery slot that came into force holds no box of the current generation until the next one. */
  readonly generationOwed: boolean;
}

/** A verified chain. Immutable: `extendUserChain` returns the next one. */
export class UserChain {
  readonly state: UserChainState;

  constructor(state: UserChainState) {
    this.state = state;
  }

  get user(): string {
    return this.state.user;
  }

  get hub(): string {
    return this.state.hub;
  }

  /** The newest link: what `user_head` names. */
  get head(): HeadRef {
    const { links } = this.state;
    return { seq: links.length - 1, hash: (links[links.length - 1] ?? links[0]).hash };
  }

  /** The current generation of the user key. */
  get generation(): Generation {
    const { generations } = this.state;
    return generations[generations.length - 1] ?? generations[0];
  }

  /** The ids of the devices that are not revoked. */
  get active(): ReadonlySet<string> {
    return this.state.standing.active;
  }

  get frozen(): boolean {
    return this.state.standing.frozen;
  }

  get closed(): boolean {
    return this.state.standing.closed;
  }

  /** The chain after a change of some of what it says. */
  with(changes: Partial<UserChainState>): UserChain {
    return new UserChain({ ...this.state, ...changes });
  }

  /** The X-Wing public key of a generation; throws unknown-reference. */
  userBox(generation: number): Bytes {
    const found = this.state.generations[generation - 1];
    if (found === undefined) throw new ProtocolError("unknown-reference", `generation ${generation}`);
    return found.userBox;
  }

  /** Refuse a head that is not of this chain: unknown-reference beyond it, forked for another history. */
  checkHead(at: HeadRef): void {
    const link = this.state.links[at.seq];
    if (link === undefined) throw new ProtocolError("unknown-reference", `user chain at ${at.seq}`);
    if (link.hash !== at.hash) throw new ProtocolError("forked", `user chain at ${at.seq}`);
  }

  /**
   * The Ed25519 key of a device that was unrevoked at that head of this chain. Throws `ProtocolError`: wrong-author for a
   * device that had not been added, revoked, frozen, closed, unknown-reference, forked.
   */
  deviceKey(device: string, at: HeadRef): Bytes {
    this.checkHead(at);
    const known = this.state.devices.get(device);
    const standing = this.state.standings[at.seq];
    if (known === undefined || standing === undefined || known.addedSeq > at.seq) {
      throw new ProtocolError("wrong-author", `device at link ${at.seq} of the user chain`);
    }
    if (standing.closed) throw new ProtocolError("closed", "user chain");
    if (standing.frozen) throw new ProtocolError("frozen", "user chain");
    if (!standing.active.has(device)) {
      throw new ProtocolError("revoked", `device at link ${at.seq} of the user chain`);
    }
    return known.sign;
  }

  /** The X-Wing keys that a new generation is boxed to: unrevoked devices, by id. Add the slot's. */
  recipients(): Map<string, Bytes> {
    const keys = new Map<string, Bytes>();
    for (const id of [...this.active].sort()) {
      const device = this.state.devices.get(id);
      if (device !== undefined) keys.set(id, device.box);
    }
    return keys;
  }

  /** The chain as of an instant: a replacement without veto for 72 h is in force. */
  settled(atMs: number): UserChain {
    const pending = this.state.replacement;
    // A freeze stops the clock: the thief who froze would otherwise only have to wait.
    if (pending === undefined || this.frozen || atMs < pending.fromMs) return this;
    return this.with({ recovery: pending.recovery, replacement: undefined, generationOwed: true });
  }
}
