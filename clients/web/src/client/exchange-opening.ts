/**
 * Starting an exchange between named recipients, and giving it a new list when somebody in it may no longer receive (protocol
 * 10.1). Reading and verifying exchanges is `exchanges`.
 */
import { decide } from "../protocol/access.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { CASE_SALT_SIZE } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import { composeExchange } from "../protocol/compose.ts";
import type { Composed } from "../protocol/compose.ts";
import { toHex } from "../protocol/encodings.ts";
import { exchangeDebt } from "../protocol/exchange-chain.ts";
import type { ExchangeChain } from "../protocol/exchange-chain.ts";
import type { ExchangeEpoch, ExchangeLink } from "../protocol/exchange-links.ts";
import { Fields } from "../protocol/fields.ts";
import type { UserRecipient } from "../protocol/opening-links.ts";
import type { VisibilityClass } from "../protocol/places.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { Decision, Question } from "../protocol/questions.ts";
import { SECTION_KEY_SIZE } from "../protocol/sections.ts";
import type { UserChain } from "../protocol/user-state.ts";
import type { Compartment } from "../protocol/vocabulary.ts";
import { standIns } from "./absences.ts";
import type { StandIn } from "./absences.ts";
import { boxesToJson, chainOf } from "./appending.ts";
import type { Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { Misuse, NotPermitted } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";
import type { ExchangeKey, WritableExchanges } from "./sealing-keys.ts";

/** What this needs of verified exchanges. */
export interface VerifiedExchanges {
  view(view: CaseView, exchange: string): Promise<HeldExchange>;
}

/** A verified exchange with the keys of the epochs that this user was boxed. */
export interface HeldExchange {
  readonly state: ExchangeChain;
  readonly keys: ReadonlyMap<number, Uint8Array>;
}

/** Somebody who could be named in an exchange; `capacity` is their attestation, absent for the person. */
export interface Receiver {
  readonly user: string;
  readonly capacity: string | undefined;
  /** The decision that refuses. */
  readonly why: Decision | undefined;
  /** Set while they are away: their relay is named too. */
  readonly away: StandIn | undefined;
}

export interface ExchangeOpeningParts {
  readonly hub: Hub;
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly exchanges: VerifiedExchanges;
}

/** Opens and changes exchanges for the user of this profile. */
export class ExchangeOpening implements WritableExchanges {
  readonly #parts: ExchangeOpeningParts;

  constructor(parts: ExchangeOpeningParts) {
    this.#parts = parts;
  }

  /** Start an exchange about a section between this user, others and the relays of who is away; its id. Throws `NotPermitted` before anything is sent. */
  async open(case_: string, compartment: Compartment, level: number, users: readonly string[]): Promise<string> {
    const { casebook, author, exchanges } = this.#parts;
    const view = await casebook.view(case_);
    for (const user of users) await this.#checkReceiver(view, user, compartment, level);
    const relays = await this.relays(view, users, compartment, level);
    const common = await this.#epoch(view, classFor(compartment), new Set([...users, ...relays, author.user]), 1);
    const create = { type: "exchange-create", common, salt: draw(CASE_SALT_SIZE), compartment, level } as const;
    const answer = await this.#post("/v1/exchanges", await this.#compose(create));
    const exchange = new Fields(answer, "exchange").hash("exchange");
    await exchanges.view(view, exchange);
    return exchange;
  }

  /** The key to write under; a list that owes a change, or lacks a relay, is changed first. Throws `NotPermitted` for one that we left. */
  async current(view: CaseView, exchange: string): Promise<ExchangeKey> {
    const { author, directory, rules, exchanges } = this.#parts;
    let found = await exchanges.view(view, exchange);
    const chain = chainOf(view, classFor(found.state.compartment)).state;
    const atMs = instantOf(chain, author.nowMs());
    const owed = exchangeDebt(found.state, chain.facts, await rules.table(), atMs, directory);
    const members = found.state.members.map(({ user }) => user);
    const relays = await this.relays(view, members, found.state.compartment, found.state.level);
    if (owed.length + relays.length > 0) found = await this.#change(view, found, owed, relays);
    const { state, keys } = found;
    const key = keys.get(state.epoch);
    if (key === undefined) throw new NotPermitted("exchange-left");
    const { compartment, level, epoch } = state;
    return { class: classFor(compartment), compartment, level, epoch, key };
  }

  /** The relays of these users who are not among them and may receive what goes to them (facts.md, A5). */
  async relays(view: CaseView, users: readonly string[], compartment: string, level: number): Promise<readonly string[]> {
    const { author } = this.#parts;
    const found = new Set<string>();
    for (const { relay } of standIns(view.main.facts, users, instantOf(view.main, author.nowMs()))) {
      if (users.includes(relay) || relay === author.user) continue;
      if ((await this.#refusal(view, relay, compartment, level)) === undefined) found.add(relay);
    }
    return [...found];
  }

  /** Leave behind whoever may no longer receive, box newer keys anew, and let the relays in. */
  async #change(
    view: CaseView,
    { state }: HeldExchange,
    owed: readonly string[],
    joining: readonly string[],
  ): Promise<HeldExchange> {
    const { facts } = chainOf(view, classFor(state.compartment)).state;
    const nowMs = this.#parts.author.nowMs();
    const staying = state.members.filter(({ user, capacity }) => {
      return !owed.includes(user) || capacity === undefined || facts.participationsOf(user, nowMs).length > 0;
    });
    const users = new Set([...staying.map(({ user }) => user), ...joining]);
    const common = await this.#epoch(view, classFor(state.compartment), users, state.epoch + 1);
    const { exchange, head } = state;
    const change = { type: "exchange-change", common, exchange, seq: head.seq + 1, prev: head.hash } as const;
    await this.#post(`/v1/exchanges/${exchange}/links`, await this.#compose(change));
    return this.#parts.exchanges.view(view, exchange);
  }

  async #epoch(view: CaseView, class_: VisibilityClass, users: ReadonlySet<string>, epoch: number): Promise<ExchangeEpoch> {
    const { author, rules, appender } = this.#parts;
    const chain = chainOf(view, class_);
    appender.checkFresh(chain);
    const { checkpoint, timeMs } = chain.proven;
    return {
      preamble: author.preamble(),
      case: view.case,
      policy: (await rules.table()).hash,
      mainHead: view.main.head,
      fresh: { size: checkpoint.size, root: toHex(checkpoint.root), timeMs },
      members: [...users].sort().map((user): UserRecipient => {
        return { user, capacity: participationOf(view, user, author.nowMs()) };
      }),
      epoch,
      commit: new Uint8Array(SECTION_KEY_SIZE),
      boxes: [],
      capacity: author.capacity,
      classHead: class_ === "main" ? undefined : chain.state.head,
    };
  }

  /** Everybody else of the case who could be named, the person's account included, and why not for each who may not receive. */
  async receivers(case_: string, compartment: Compartment, level: number): Promise<readonly Receiver[]> {
    const { casebook, author } = this.#parts;
    const view = await casebook.view(case_, { refresh: false });
    const { facts } = view.main;
    const atMs = instantOf(view.main, author.nowMs());
    const taking = facts.of("participation").map(({ fact }) => fact.user);
    const found: Receiver[] = [];
    for (const user of new Set([...facts.personUsers, ...taking])) {
      const [held] = facts.participationsOf(user, atMs);
      if (user === author.user || (held === undefined && !facts.personUsers.has(user))) continue;
      const refused = await this.#refusal(view, user, compartment, level);
      const [away] = standIns(facts, [user], atMs);
      found.push({ user, capacity: held?.fact.attestation, why: refused?.decision, away });
    }
    return found;
  }

  /** Say why somebody may not receive, before anything is sent: the hub would only say that they may not. */
  async #checkReceiver(view: CaseView, user: string, compartment: Compartment, level: number): Promise<void> {
    participationOf(view, user, instantOf(view.main, this.#parts.author.nowMs()));
    const refused = await this.#refusal(view, user, compartment, level);
    if (refused !== undefined) throw new NotPermitted("rules", { ...refused, rules: refused.decision.rules });
  }

  async #refusal(
    view: CaseView,
    user: string,
    compartment: string,
    level: number,
  ): Promise<{ readonly decision: Decision; readonly question: Question } | undefined> {
    const { author, rules } = this.#parts;
    const atMs = instantOf(view.main, author.nowMs());
    const sender = { user: author.user, capacity: await author.acting() };
    const [held] = view.main.facts.participationsOf(user, atMs);
    const about = { compartment, level, entry: undefined, atMs, via: "exchange" };
    const { facts } = chainOf(view, classFor(compartment)).state;
    const asked = [
      questionOf({ ...about, action: "exchange_send", ...sender }),
      questionOf({ ...about, action: "exchange_receive", user, capacity: held?.fact.capacity, sender }),
    ];
    for (const question of asked) {
      const decision = decide(await rules.table(), facts, question);
      if (!isPermitted(decision)) return { decision, question };
    }
    return undefined;
  }

  async #compose(link: ExchangeLink): Promise<Composed> {
    const chains = new Map<string, UserChain>();
    for (const { user } of link.common.members) chains.set(user, (await this.#parts.directory.refresh(user)).chain);
    return composeExchange(link, draw(SECTION_KEY_SIZE), chains);
  }

  async #post(path: string, { body, boxes }: Composed): Promise<JsonObject> {
    const { author, hub } = this.#parts;
    const statement = await author.sign(body);
    const answer = await hub.transport.post(path, { statement: statement.toJson(), boxes: boxesToJson(boxes) });
    await hub.receipt(new Fields(answer, "receipt of an exchange").raw("receipt"));
    return answer;
  }
}

/** The hash of a user's participation in force, undefined for the person; throws `Misuse` for a user of neither kind. */
export function participationOf(view: CaseView, user: string, atMs: number): string | undefined {
  const { facts } = view.main;
  const [found] = facts.participationsOf(user, atMs);
  if (found !== undefined) return found.hash;
  if (facts.personUsers.has(user)) return undefined;
  throw new Misuse("no-such-user");
}

function classFor(compartment: string): "main" | "child_protection" {
  return compartment === "child_protection" ? "child_protection" : "main";
}
