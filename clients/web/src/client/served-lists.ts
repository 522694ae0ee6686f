/** Pages of an entry list as the hub serves them: read strictly, followed by their hashes, nothing of an entry verified yet. */
import type { JsonObject } from "../protocol/canonical.ts";
import { appended } from "../protocol/entry-list.ts";
import type { EntryListHead, Listed } from "../protocol/entry-list.ts";
import type { Fields } from "../protocol/fields.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { UnverifiedStatement } from "../protocol/statements.ts";
import { boxOf } from "./hub.ts";
import { inTurns } from "./turns.ts";

/** One page of a list as served: nothing of it is verified yet. */
export interface Page {
  readonly start: EntryListHead;
  readonly head: JsonObject;
  readonly items: readonly ServedItem[];
}

export interface ServedItem {
  readonly hash: string;
  readonly statement: UnverifiedStatement | undefined;
  readonly takenBack: UnverifiedStatement | undefined;
  readonly box: Uint8Array | undefined;
  readonly erased: number | undefined;
}

/** Pages of a list in order, of which the next may be on its way while one is judged. */
export class Pages {
  readonly #ask: (after: number) => Promise<JsonObject>;
  #coming: { readonly after: number; readonly served: Promise<JsonObject> } | undefined;

  constructor(ask: (after: number) => Promise<JsonObject>) {
    this.#ask = ask;
  }

  hurry(after: number): void {
    const served = this.#ask(after);
    // Whoever takes it hears of it; nobody does when the page before was refused.
    served.catch(() => undefined);
    this.#coming = { after, served };
  }

  after(after: number): Promise<JsonObject> {
    const coming = this.#coming;
    return coming?.after === after ? coming.served : this.#ask(after);
  }
}

/** The head that a page leads to, each index on the way put beside those known. */
export async function followed(
  { start, items }: Page,
  known: Map<number, string>,
): Promise<{ readonly reached: EntryListHead; readonly listed: readonly Listed[] }> {
  let reached = start;
  const listed = await inTurns(items, ({ hash, statement }) => {
    reached = appended(reached, hash);
    known.set(reached.n, reached.h);
    return { n: reached.n, entryHash: hash, gap: statement === undefined };
  });
  return { reached, listed };
}

/** Take one index of a list off an answer; without a statement it is a gap. */
export function readItem(item: Fields): ServedItem {
  item.optional("n", (name) => item.integer(name));
  if (item.has("hash")) {
    const hash = item.hash("hash");
    item.done();
    return { hash, statement: undefined, takenBack: undefined, box: undefined, erased: undefined };
  }
  const statement = statementFromJson(item.raw("statement"));
  const box = boxOf(item);
  const takenBack = item.optional("taken_back", (name) => statementFromJson(item.raw(name)));
  const erased = item.optional("erased", (name) => item.integer(name));
  item.done();
  return { hash: statement.hash, statement, takenBack, box, erased };
}
