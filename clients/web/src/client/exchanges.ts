/** Exchanges as this user reads them: conversations about a case between named recipients, under a key of their own (10.1). */
import type { Bytes } from "../protocol/bytes.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { couldRead, extendExchange, startExchange } from "../protocol/exchange-chain.ts";
import type { ExchangeChain } from "../protocol/exchange-chain.ts";
import { readExchangeChange, readExchangeCreate } from "../protocol/exchange-links.ts";
import type { ExchangeLink } from "../protocol/exchange-links.ts";
import { Fields } from "../protocol/fields.ts";
import { openExchangeBox } from "../protocol/key-boxes.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";
import type { Author } from "./author.ts";
import type { CaseView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { boxOf } from "./hub.ts";
import type { Hub } from "./hub.ts";
import type { Rules } from "./rules.ts";

/** A verified exchange with the keys of the epochs this user was boxed. */
export interface ExchangeView {
  readonly state: ExchangeChain;
  readonly hashes: ReadonlyMap<number, string>;
  readonly keys: ReadonlyMap<number, Bytes>;
}

/** An exchange that names this user, and its case. */
export interface ExchangeId {
  readonly exchange: string;
  readonly case: string;
}

/** Exchanges of the user of this browser. */
export class Exchanges {
  readonly #hub: Hub;
  readonly #directory: Directory;
  readonly #author: Author;
  readonly #rules: Rules;
  readonly #views = new Map<string, ExchangeView>();
  readonly #asking = new Map<string, Promise<ExchangeView>>();

  constructor(hub: Hub, directory: Directory, author: Author, rules: Rules) {
    this.#hub = hub;
    this.#directory = directory;
    this.#author = author;
    this.#rules = rules;
  }

  /** Every exchange that names this user, or those of one case. */
  async ids(case_?: string): Promise<readonly ExchangeId[]> {
    const served = await this.#hub.transport.getList("/v1/exchanges");
    const found = served.map((item) => {
      const fields = new Fields(item, "exchange");
      return { exchange: fields.hash("exchange"), case: fields.hash("case") };
    });
    return found.filter((one) => case_ === undefined || one.case === case_);
  }

  /** An exchange verified from its first link to its proven head. */
  view(view: CaseView, exchange: string): Promise<ExchangeView> {
    const asking =
      this.#asking.get(exchange) ??
      this.#hub.asked(() => this.#viewed(view, exchange)).finally(() => this.#asking.delete(exchange));
    this.#asking.set(exchange, asking);
    return asking;
  }

  /** The key of an epoch, undefined when this user was not boxed it. */
  async key(view: CaseView, exchange: string, epoch: number): Promise<Bytes | undefined> {
    const held = this.#views.get(exchange);
    const newest = held === undefined || epoch > held.state.epoch ? await this.view(view, exchange) : held;
    return newest.keys.get(epoch);
  }

  /** Whether a user was boxed the key of an epoch of an exchange that was viewed. */
  wasMember(exchange: string, user: string, epoch: number): boolean {
    const held = this.#views.get(exchange);
    return held !== undefined && couldRead(held.state, user, epoch);
  }

  async #viewed(view: CaseView, exchange: string): Promise<ExchangeView> {
    const served = await this.#hub.transport.get(`/v1/exchanges/${exchange}`);
    const fields = new Fields(served, `exchange ${exchange.slice(0, 8)}`);
    const links = fields.objects("links").map((item) => {
      const link = { statement: statementFromJson(item.raw("statement")), box: boxOf(item) };
      item.done();
      return link;
    });
    const head = fields.raw("head");
    fields.done();
    const read = links.map(({ statement, box }) => ({ statement, box, link: linkOf(statement) }));
    await this.#meet(read.map(({ link }) => link));
    const [hashes, keys] = [new Map<number, string>(), new Map<number, Bytes>()];
    let state: ExchangeChain | undefined;
    for (const { statement, box, link } of read) {
      state = await this.#extended(view, state, statement, link);
      hashes.set(state.head.seq, state.head.hash);
      if (box !== undefined && !state.voids.has(statement.hash)) keys.set(link.common.epoch, await this.#opened(link, box));
    }
    if (state === undefined) throw new ProtocolError("wrong-chain", `exchange ${exchange.slice(0, 8)}`);
    const proven = await this.#hub.prove("exchange", exchange, head);
    if (state.exchange !== exchange || proven.head?.seq !== state.head.seq || proven.head.hash !== state.head.hash) {
      throw new ProtocolError("wrong-chain", `exchange ${exchange.slice(0, 8)}`);
    }
    await this.#hub.advance("exchange", exchange, proven.head, hashes);
    const found = { state, hashes, keys };
    this.#views.set(exchange, found);
    return found;
  }

  async #extended(
    view: CaseView,
    state: ExchangeChain | undefined,
    statement: UnverifiedStatement,
    link: ExchangeLink,
  ): Promise<ExchangeChain> {
    const compartment = state?.compartment ?? (link.type === "exchange-create" ? link.compartment : "");
    const chain = view.classes.get(compartment === "child_protection" ? "child_protection" : "main");
    if (chain === undefined) throw new ProtocolError("unknown-reference", "exchange of a class that is not served");
    const tables = await this.#rules.tables([link.common.policy]);
    const judging = { state: chain.state, directory: this.#directory, tables };
    return state === undefined ? startExchange(statement, judging) : extendExchange(state, statement, judging);
  }

  async #opened(link: ExchangeLink, box: Uint8Array): Promise<Bytes> {
    const { user } = this.#author;
    const target = link.common.boxes.find((item) => item.user === user);
    if (target === undefined) throw new ProtocolError("wrong-recipient", "box of an exchange");
    return openExchangeBox(link, { user, box, key: await this.#author.boxKey(target.generation) });
  }

  async #meet(links: readonly ExchangeLink[]): Promise<void> {
    const wanted = new Map<string, number>();
    for (const { common } of links) {
      const named = [{ user: common.preamble.user, head: common.preamble.userHead }, ...common.boxes];
      for (const { user, head } of named) wanted.set(user, Math.max(head.seq, wanted.get(user) ?? 0));
    }
    await this.#directory.meet(wanted);
  }
}

function linkOf(statement: UnverifiedStatement): ExchangeLink {
  return statement.type === "exchange-create" ? readExchangeCreate(statement) : readExchangeChange(statement);
}
