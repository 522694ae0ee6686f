/** Filing in a section what came in an exchange, as its first author signed it; reading it back (E28 to E30, F31). */
import { decode, encode } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { openPart } from "../protocol/entry.ts";
import type { Shares, VerifiedEntry } from "../protocol/entry.ts";
import { readEntry } from "../protocol/entry.ts";
import { Fields } from "../protocol/fields.ts";
import { openFiled } from "../protocol/filed-entry.ts";
import { FILED, filingToJson, NEVER_FILED, readFiling } from "../protocol/filing.ts";
import { readTitle } from "../protocol/kinds.ts";
import type { Body, Title } from "../protocol/kinds.ts";
import type { Place } from "../protocol/places.ts";
import type { Part } from "../protocol/sealing.ts";
import type { Directory } from "./directory.ts";
import type { Entries } from "./entries.ts";
import { Misuse } from "./errors.ts";
import type { Posted, Posting } from "./posting.ts";
import type { Releases } from "./releases.ts";

export interface FilingsParts {
  readonly entries: Entries;
  readonly releases: Releases;
  readonly posting: Posting;
}

export class Filings {
  readonly #parts: FilingsParts;

  constructor(parts: FilingsParts) {
    this.#parts = parts;
  }

  /** File an entry of an exchange in the section that the exchange is about; its two releases are logged. */
  async file(case_: string, place: Place, id: string): Promise<Posted> {
    const { entries, posting } = this.#parts;
    const opening = await entries.opening(case_, place, id);
    const { entry } = opening.item;
    if (entry === undefined || place.kind !== "exchange") throw new Misuse("not-filed");
    const part = async (name: Part): Promise<{ readonly plain: JsonObject; readonly shares: Shares }> => {
      const { released, clientShare } = await entries.released(opening, name, {});
      const shares = { clientShare, serverShare: released.share };
      const plain = await openPart(released.entry, name, await this.#parts.releases.chunks(released), shares);
      if (name === "title" && NEVER_FILED.has(readTitle(plain).kind)) throw new Misuse("not-filed");
      return { plain: decode(plain), shares };
    };
    const title = await part("title");
    const body = await part("body");
    const fields = filingToJson({
      statement: entry.statement,
      plain: { title: title.plain, body: body.plain },
      shares: { title: title.shares, body: body.shares },
    });
    const section: Place = { kind: "section", name: `${entry.header.compartment}/${entry.header.level}` };
    return posting.post(case_, section, { title: readTitle(encode(title.plain)).title, kind: FILED, fields });
  }
}

/**
 * What an entry says: of one that files another, what its first author signed, with who that was and who filed it. Throws for what
 * they did not sign.
 */
export async function unfiled(directory: Directory, { header }: VerifiedEntry, title: Title, body: Body): Promise<Body> {
  if (title.kind !== FILED || body.type !== "content") return body;
  const filing = readFiling(new Fields(body.fields, FILED));
  const first = readEntry(await directory.verify(filing.statement));
  const opened = await openFiled(header, title.title, filing, first);
  const by = { author: header.preamble.user, capacity: header.capacity };
  const { user, timeMs } = first.header.preamble;
  const { capacity } = first.header;
  return { ...opened.body, filed: { author: user, capacity, atMs: timeMs, title: opened.title, by, as: body.fields } };
}
