/**
 * The own chain: the links this device makes, and the seeds that come with those of other devices.
 *
 * A link counts when the chain's rules let it stand: an unrevoked device of ours signed it, or the recovery key. What this device
 * sends it remembers first, so that its own link is no alarm at the next look (rule T7).
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { BoxKey } from "../protocol/boxes.ts";
import type { Preamble, Statement } from "../protocol/statements.ts";
import { generationFields, userKeyBody } from "../protocol/user-bodies.ts";
import { sealPreviousSeed, sealUserSeeds } from "../protocol/user-keys.ts";
import { keyContext, RECOVERY, withBoxes } from "../protocol/user-links.ts";
import type { UserChain } from "../protocol/user-state.ts";
import type { Author } from "./author.ts";
import type { Directory } from "./directory.ts";
import { Misuse } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { draw, linkToJson } from "./profile.ts";

const SEED_SIZE = 32;

type Boxes = ReadonlyMap<string, Uint8Array>;

/** A next generation of the user key: its seed, and its fields in the link that starts it. */
export interface MadeGeneration {
  readonly seed: Uint8Array;
  readonly fields: JsonObject;
}

/** What a link is made of: its body without boxes; the seed for whoever is boxed; what is signed over the boxes. */
export interface MadeLink {
  readonly body: (preamble: Preamble) => JsonObject;
  readonly seed?: Uint8Array;
  readonly recipients?: Boxes;
  readonly complete?: (body: JsonObject) => Promise<JsonObject>;
}

/** What making links of one's own needs. */
export interface OwnChainParts {
  readonly hub: Hub;
  readonly directory: Directory;
  readonly author: Author;
}

export class OwnChain {
  readonly #hub: Hub;
  readonly #directory: Directory;
  readonly #author: Author;

  constructor({ hub, directory, author }: OwnChainParts) {
    this.#hub = hub;
    this.#directory = directory;
    this.#author = author;
  }

  /** Fetch and judge the own chain, follow what other devices did with the seeds that came with it, pay what the slot is owed. */
  async refresh(): Promise<UserChain> {
    const { author } = this;
    await this.#directory.refresh(author.user);
    await author.followOwnChain();
    const chain = this.#directory.user(author.user);
    const settled = chain.settled(author.nowMs());
    if (!settled.state.generationOwed || settled.frozen) return settled;
    // The new recovery slot opens nothing until it is boxed a generation.
    const made = await this.nextGeneration(settled);
    return this.append({
      body: (preamble) => userKeyBody(preamble, made.fields),
      seed: made.seed,
      recipients: staying(settled, settled.state.recovery.box),
    });
  }

  /** Where the chain is kept. */
  get hub(): Hub {
    return this.#hub;
  }

  /** Who signs. */
  get author(): Author {
    return this.#author;
  }

  /** Draw the next generation, which carries the present seed sealed under it. */
  async nextGeneration(chain: UserChain): Promise<MadeGeneration> {
    const [seed, number] = [draw(SEED_SIZE), chain.generation.number + 1];
    const present = this.presentSeed(chain);
    const sealed = await sealPreviousSeed(present, seed, chain.user, number);
    return { seed, fields: generationFields(number, await new BoxKey(seed).public(), sealed) };
  }

  /** The seed of the current generation. */
  presentSeed(chain: UserChain): Uint8Array {
    const seed = this.#author.identity.seeds.get(chain.generation.number);
    if (seed === undefined) throw new Misuse("device-gone");
    return seed;
  }

  /** Sign a link with this device and deposit it; the chain after it. */
  async append({ body, seed, recipients, complete }: MadeLink): Promise<UserChain> {
    const author = this.#author;
    const bare = body(author.preamble());
    const boxes =
      seed === undefined || recipients === undefined ? undefined : await sealUserSeeds(seed, recipients, keyContext(bare));
    const full = boxes === undefined ? bare : withBoxes(bare, boxes);
    await this.#deposit(await author.sign((await complete?.(full)) ?? full), boxes ?? new Map<string, Uint8Array>());
    return this.refresh();
  }

  async #deposit(link: Statement, boxes: Boxes): Promise<void> {
    const author = this.#author;
    await author.keep({ ...author.identity, made: link.hash });
    const answer = await this.#hub.transport.post(`/v1/users/${author.user}/links`, { links: [linkToJson(link, boxes)] });
    const receipt = answer["receipt"];
    if (isObject(receipt)) await this.#hub.receipt(receipt);
  }
}

/** Whom a next generation is boxed to: the devices that stay, and the recovery slot. */
export function staying(chain: UserChain, recovery: Uint8Array, without?: string): Map<string, Uint8Array> {
  const recipients: Map<string, Uint8Array> = chain.recipients();
  if (without !== undefined) recipients.delete(without);
  return recipients.set(RECOVERY, recovery);
}
