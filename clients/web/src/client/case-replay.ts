/** One chain of a case being replayed: its links judged in order, the boxes beside them opened with this device's keys. */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject, JsonValue } from "../protocol/canonical.ts";
import { extendCase, startCase, startClass } from "../protocol/case-chain.ts";
import type { CaseChain } from "../protocol/case-state.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Reason } from "../protocol/errors.ts";
import { partsOf } from "../protocol/fact-gesture.ts";
import type { Fields } from "../protocol/fields.ts";
import { openClaimBox, openGrantBox, openOpeningBox, openRotateBox } from "../protocol/key-boxes.ts";
import { readLink, targetsOf } from "../protocol/link-reading.ts";
import { SectionKeys } from "../protocol/sections.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";
import type { Author } from "./author.ts";
import type { Directory } from "./directory.ts";
import { boxOf } from "./hub.ts";
import type { Rules } from "./rules.ts";
import type { Proven } from "./trust.ts";

/** A client share that a valid opening gave to this user, and the opening's link. */
export interface OpenedByOpening {
  readonly opening: string;
  readonly share: Uint8Array;
}

/** One chain of a case as verified here. `refused` names what a box should have given and did not. */
export interface ClassView {
  readonly state: CaseChain;
  readonly ring: SectionKeys;
  readonly proven: Proven;
  /** The hash of each link by its number. */
  readonly hashes: ReadonlyMap<number, string>;
  /** By entry and part, as `shareName` spells them. */
  readonly shares: ReadonlyMap<string, OpenedByOpening>;
  readonly refused: ReadonlyMap<string, Reason>;
  /** Where the words of a fact are: the hash of its annex, by the hash of the fact. */
  readonly annexes: ReadonlyMap<string, string>;
}

/** The key of one part of one entry in a map of shares. */
export function shareName(entry: string, part: string): string {
  return `${entry} ${part}`;
}

/** A link as served: the statement, the body of a fact, and the box for this user. */
export interface ServedLink {
  readonly statement: UnverifiedStatement;
  readonly fact: JsonObject | undefined;
  readonly box: Uint8Array | undefined;
}

/** Take the links off an answer. */
export function readServedLinks(fields: Fields): readonly ServedLink[] {
  return fields.objects("links", 1_000_000).map((item) => {
    const statement = statementFromJson(item.raw("statement"));
    const fact = item.optional("fact", (name) => item.raw(name));
    const link = { statement, fact, box: boxOf(item) };
    item.done();
    return link;
  });
}

/** A chain from where it was known, or from its first link. Used once: what fails half-way is thrown away. */
export class CaseReplay {
  readonly #directory: Directory;
  readonly #author: Author;
  readonly #rules: Rules;
  #state: CaseChain | undefined;
  #ring: SectionKeys | undefined;
  readonly #hashes: Map<number, string>;
  readonly #shares: Map<string, OpenedByOpening>;
  readonly #refused: Map<string, Reason>;
  readonly #annexes: Map<string, string>;

  constructor(directory: Directory, author: Author, rules: Rules, known: Omit<ClassView, "proven"> | undefined) {
    this.#directory = directory;
    this.#author = author;
    this.#rules = rules;
    this.#state = known?.state;
    this.#ring = known?.ring;
    this.#hashes = new Map(known?.hashes);
    this.#shares = new Map(known?.shares);
    this.#refused = new Map(known?.refused);
    this.#annexes = new Map(known?.annexes);
  }

  /** The chain with these links; `main` is the state of the open chain, for a hidden class. Its head is not proven yet. */
  async extended(links: readonly ServedLink[], main: CaseChain | undefined): Promise<Omit<ClassView, "proven">> {
    await this.#meet(links);
    const tables = await this.#rules.tables(links.flatMap(({ statement }) => policyOf(statement.body)));
    const judgedWith = { directory: this.#directory, tables, main };
    for (const link of links) {
      const { statement, fact } = link;
      if (this.#state === undefined) {
        const first =
          main === undefined ? startCase(statement, this.#directory, tables) : startClass(statement, main, this.#directory);
        this.#state = await first;
        this.#ring = new SectionKeys(this.#state.chain);
        this.#hashes.set(0, statement.hash);
        continue;
      }
      if (statement.hash === this.#state.head.hash) continue;
      this.#state = await extendCase(this.#state, statement, fact, judgedWith);
      this.#hashes.set(this.#state.head.seq, statement.hash);
      for (const [of, annex] of annexesOf(fact)) this.#annexes.set(of, annex);
      if (link.box !== undefined && !this.#state.voids.has(statement.hash)) await this.#take(this.#state, statement, link.box);
    }
    if (this.#state === undefined || this.#ring === undefined) {
      throw new ProtocolError("missing-field", "a case chain without links");
    }
    return {
      state: this.#state,
      ring: this.#ring,
      hashes: this.#hashes,
      shares: this.#shares,
      refused: this.#refused,
      annexes: this.#annexes,
    };
  }

  /** Open our box beside a link. A box that does not open is remembered by its reason and stops nothing else. */
  async #take(state: CaseChain, statement: UnverifiedStatement, box: Uint8Array): Promise<void> {
    const ring = this.#ring;
    const open = OPENERS.get(statement.type);
    if (ring === undefined || (open === undefined && statement.type !== "opening")) return;
    const { user } = this.#author;
    const target = targetsOf(readLink(statement)).find((one) => one.user === user);
    if (target === undefined) {
      this.#refused.set(statement.hash, "wrong-recipient");
      return;
    }
    try {
      const own = { user, box, key: await this.#author.boxKey(target.generation) };
      if (open === undefined) {
        for (const { id, part, share } of await openOpeningBox(state, statement, own)) {
          this.#shares.set(shareName(id, part), { opening: statement.hash, share });
        }
        return;
      }
      const opened = await open(state, statement, own, ring);
      this.#ring = opened.ring;
      for (const [section, reason] of opened.refused) this.#refused.set(`${statement.hash} ${section}`, reason);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refused.set(statement.hash, error.reason);
    }
  }

  /** Fetch every user that links name, at least up to the head that they name, and again who acts in a capacity unknown here. */
  async #meet(links: readonly ServedLink[]): Promise<void> {
    const wanted = new Map<string, number>();
    const name = (user: string, seq: number): void => {
      wanted.set(user, Math.max(seq, wanted.get(user) ?? 0));
    };
    for (const { statement, fact } of links) {
      const { preamble, body } = statement;
      name(preamble.user, preamble.userHead.seq);
      for (const item of [body, ...objectsIn(body["readers"]), ...objectsIn(body["boxes"])]) nameReader(item, name);
      for (const user of participantsIn(fact)) name(user, 0);
    }
    await this.#directory.meet(wanted);
    const unknown = new Set<string>();
    for (const { statement } of links) {
      const capacity = statement.body["capacity"];
      if (typeof capacity === "string" && !this.#directory.hasMet(capacity)) unknown.add(statement.preamble.user);
    }
    // Attested since they were met last.
    for (const user of unknown) await this.#directory.refresh(user);
  }
}

const OPENERS = new Map([
  ["claim", openClaimBox],
  ["grant", openGrantBox],
  ["rotate", openRotateBox],
] as const) as ReadonlyMap<string, typeof openClaimBox>;

function nameReader(item: JsonObject, name: (user: string, seq: number) => void): void {
  const user = item["reader"] ?? item["user"];
  const head = item["reader_head"] ?? item["head"];
  if (typeof user !== "string" || head === undefined || !isObject(head)) return;
  const seq = head["seq"];
  if (typeof seq === "number") name(user, seq);
}

/** Who takes part by a fact; a void link may hold anything. */
function participantsIn(fact: JsonObject | undefined): readonly string[] {
  return statedIn(fact).flatMap(({ body }) => {
    const user = body["user"];
    return body["type"] === "participation" && typeof user === "string" ? [user] : [];
  });
}

function annexesOf(fact: JsonObject | undefined): readonly (readonly [string, string])[] {
  return statedIn(fact).flatMap(({ hash, body }) => {
    const annex = body["annex"];
    return typeof annex === "string" ? [[hash, annex] as const] : [];
  });
}

function statedIn(fact: JsonObject | undefined): readonly { readonly hash: string; readonly body: JsonObject }[] {
  if (fact === undefined) return [];
  try {
    return partsOf(fact).flatMap(({ hash, body }) => (body === undefined ? [] : [{ hash, body }]));
  } catch (error) {
    if (error instanceof ProtocolError) return [];
    throw error;
  }
}

function policyOf(body: JsonObject): readonly string[] {
  const { policy } = body;
  return typeof policy === "string" ? [policy] : [];
}

function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}
